"""What exists: the graph of assets from raw to published, their sources and checks.

Belongs here: one asset a file in `raw/`, `core/`, `marts/` and `published/` (the file's path is the asset key is the
DuckDB table), the sources, the warehouse, the checks. Does not belong here: what a figure means (analytics), how it
reads (dashboard), when it runs and where (pipelines).
"""
