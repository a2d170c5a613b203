"""The downloads: every table as a file."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

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
    # Two at a time: one is packed while another is put into words.
    with ThreadPoolExecutor(2) as writers:
        written = []
        for contract in TABLES:
            names = [f"{contract.full_name}.{ending}" for ending in endings(contract)]
            content = content_of(contract, warehouse)
            if not (content and all(published.share(f"data/{name}", folder / name, content) for name in names)):
                written.append(writers.submit(_write, warehouse.read(contract), contract, folder))
        for file in written:
            file.result()
    files = list(folder.iterdir())
    return dg.MaterializeResult(metadata={"files": len(files), "bytes": sum(f.stat().st_size for f in files)})


def _write(rows: pl.DataFrame, contract: Table, folder: Path) -> None:
    frame = conform(rows, contract)
    for ending in endings(contract):
        path = folder / f"{contract.full_name}.{ending}"
        frame.write_parquet(path) if ending == "parquet" else as_text(frame).write_csv(path)


def endings(contract: Table) -> tuple[str, ...]:
    """The kinds of files that a table is published as."""
    return ("parquet",) if contract.schema == "raw" else ("parquet", "csv")


def content_of(contract: Table, warehouse: Warehouse) -> str | None:
    """A digest of what a table's files are written from, its rows and the code; None if that is unknown."""
    made = warehouse.made(contract)
    if made is None:
        return None
    return fingerprint.digest(made.content, fingerprint.code("analytics", "assets"), pl.__version__)
