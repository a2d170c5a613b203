"""Stage marts: metrics by company and by layer, and what is missing or old."""
