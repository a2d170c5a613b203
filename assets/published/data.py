"""The downloads: every table as a file."""

import dagster as dg

from analytics.contracts import TABLES
from assets.publish import TABLE_KEYS, PublishedFolder, as_text, published_asset
from assets.warehouse import Warehouse


@published_asset(
    deps=TABLE_KEYS,
    kinds={"parquet", "csv"},
)
def data(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse], published: PublishedFolder
) -> dg.MaterializeResult[None]:
    """One file per table: Parquet for every table, and CSV for those of core and marts."""
    folder = published.staging(context.run) / "data"
    folder.mkdir(exist_ok=True)
    for contract in TABLES:
        frame = warehouse.read(contract).sort(contract.key, nulls_last=True)
        frame.write_parquet(folder / f"{contract.full_name}.parquet")
        if contract.schema != "raw":
            as_text(frame).write_csv(folder / f"{contract.full_name}.csv")
    files = list(folder.iterdir())
    return dg.MaterializeResult(metadata={"files": len(files), "bytes": sum(f.stat().st_size for f in files)})
