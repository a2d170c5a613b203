"""The database that readers open."""

import dagster as dg

from assets.publish import DATABASE, TABLE_KEYS, PublishedFolder, published_asset
from assets.warehouse import Warehouse, copy_database


@published_asset(
    deps=TABLE_KEYS,
    kinds={"duckdb"},
)
def database(
    context: dg.AssetExecutionContext, warehouse: Warehouse, published: PublishedFolder
) -> dg.MaterializeResult[None]:
    """One DuckDB file with every table of raw, core and marts."""
    target = published.staging(context.run) / DATABASE
    copy_database(warehouse.file, target)
    return dg.MaterializeResult(metadata={"bytes": target.stat().st_size})
