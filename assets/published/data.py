"""The downloads: every table as a file."""

import dagster as dg

from analytics.contracts import TABLES
from assets.publish import TABLE_KEYS, PublishedFolder, published_asset
from assets.warehouse import Warehouse, export_table


@published_asset(
    deps=TABLE_KEYS,
    kinds={"parquet", "csv"},
)
def data(
    context: dg.AssetExecutionContext, warehouse: Warehouse, published: PublishedFolder
) -> dg.MaterializeResult[None]:
    """One file per table: Parquet for every table, and CSV for those of core and marts."""
    folder = published.staging(context.run) / "data"
    folder.mkdir(exist_ok=True)
    for contract in TABLES:
        formats = ["parquet"] if contract.schema == "raw" else ["parquet", "csv"]
        for suffix in formats:
            export_table(warehouse.file, contract, folder / f"{contract.full_name}.{suffix}")
    files = list(folder.iterdir())
    return dg.MaterializeResult(metadata={"files": len(files), "bytes": sum(f.stat().st_size for f in files)})
