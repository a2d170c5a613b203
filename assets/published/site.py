"""The pages."""

from importlib.metadata import version
from pathlib import Path

import dagster as dg
import polars as pl

from analytics.contracts import TABLES
from assets.publish import PublishedFolder, as_of, published_asset
from dashboard import site as pages

READ = {f"{t.schema}_{t.name}": t for t in TABLES if t.schema != "raw" or t.name == "observations"}


@published_asset(
    ins={parameter: dg.AssetIn(key=[t.schema, t.name]) for parameter, t in READ.items()},
    kinds={"html", "altair"},
)
def site(
    context: dg.AssetExecutionContext, published: PublishedFolder, **tables: pl.DataFrame
) -> dg.MaterializeResult[None]:
    """One folder of pages: index.html, a page per layer, coverage and methods."""
    named = {READ[parameter].full_name: frame for parameter, frame in tables.items()}
    folder = published.staging(context.run)
    day = as_of(named["core.company_quarters"], named["core.prices"])
    report = pages.build(
        named,
        folder,
        run_id=context.run_id,
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
