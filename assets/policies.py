"""How every asset of the project is run and shown: owners, pool, tags.

Belongs here: decisions that hold for many assets. Does not belong here: anything about one asset alone.
"""

OWNERS = ("team:layerledger",)

# DuckDB allows one writer. Runs that touch the warehouse share one slot of this pool, whose limit is set in the
# home's dagster.yaml, so a second run waits in the queue.
WAREHOUSE_POOL = "warehouse"
