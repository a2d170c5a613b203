"""Stage core: the registry, and observations resolved into quarters, years, rates and prices."""
