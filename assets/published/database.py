"""The database that readers open."""

import dagster as dg

from assets.publish import DATABASE, TABLE_KEYS, PublishedFolder, published_asset
from assets.warehouse import Warehouse


@published_asset(
    deps=TABLE_KEYS,
    kinds={"duckdb"},
)
def database(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse], published: PublishedFolder
) -> dg.MaterializeResult[None]:
    """One DuckDB file with every table of raw, core and marts."""
    target = published.staging(context.run) / DATABASE
    warehouse.copy_to(target)
    return dg.MaterializeResult(metadata={"bytes": target.stat().st_size})
