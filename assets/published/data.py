"""The downloads: every table as a file."""

import dagster as dg
import polars as pl

from analytics.contracts import TABLES, Table, conform
from assets import fingerprint
from assets.publish import TABLE_KEYS, PublishedFolder, as_text, published_asset
from assets.warehouse import Warehouse


@published_asset(
    deps=TABLE_KEYS,
    kinds={"parquet", "csv"},
)
def data(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse], published: PublishedFolder
) -> dg.MaterializeResult[None]:
    """One file per table: Parquet for every table, and CSV for those of core and marts.

    Where the current version was written from the same rows by the same code, its file is shared.
    """
    folder = published.staging(context.run) / "data"
    folder.mkdir(exist_ok=True)
    for contract in TABLES:
        names = [f"{contract.full_name}.{ending}" for ending in endings(contract)]
        content = content_of(contract, warehouse)
        if content and all(published.share(f"data/{name}", folder / name, content) for name in names):
            continue
        frame = conform(warehouse.read(contract), contract)
        frame.write_parquet(folder / names[0])
        if len(names) > 1:
            as_text(frame).write_csv(folder / names[1])
    files = list(folder.iterdir())
    return dg.MaterializeResult(metadata={"files": len(files), "bytes": sum(f.stat().st_size for f in files)})


def endings(contract: Table) -> tuple[str, ...]:
    """The kinds of files that a table is published as."""
    return ("parquet",) if contract.schema == "raw" else ("parquet", "csv")


def content_of(contract: Table, warehouse: Warehouse) -> str | None:
    """A digest of what a table's files are written from, its rows and the code; None if that is unknown."""
    made = warehouse.made(contract)
    if made is None:
        return None
    return fingerprint.digest(made.content, fingerprint.code("analytics", "assets"), pl.__version__)
