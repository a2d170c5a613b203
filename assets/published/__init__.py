"""Stage published: the folder that readers see. Each run writes aside; only the last asset puts it in place."""
