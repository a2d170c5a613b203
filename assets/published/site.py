"""The pages."""

from importlib.metadata import version
from pathlib import Path

import dagster as dg

from analytics.contracts import TABLES
from assets.publish import PublishedFolder, as_of, published_asset
from assets.warehouse import Warehouse
from dashboard import site as pages

SHOWN = [t for t in TABLES if t.schema != "raw" or t.name in ("observations", "fetches", "splits")]


@published_asset(deps=[dg.AssetKey([t.schema, t.name]) for t in SHOWN], kinds={"html", "altair"})
def site(
    context: dg.AssetExecutionContext, warehouse: dg.ResourceParam[Warehouse], published: PublishedFolder
) -> dg.MaterializeResult[None]:
    """One folder of pages: index.html, a page per layer, coverage and methods."""
    tables = {t.full_name: warehouse.read(t) for t in SHOWN}
    day = as_of(tables["core.company_quarters"], tables["core.prices"])
    folder = published.staging(context.run)
    report = pages.build(
        tables,
        folder,
        run_id=context.run.run_id,
        as_of=day,
        version=version("layerledger"),
        cache=Path(published.cache),
    )
    return dg.MaterializeResult(
        metadata={
            "as of": day.isoformat(),
            "pages": len(report.pages),
            "charts": report.charts,
            "bytes": sum(report.bytes.values()),
        }
    )
