"""marts.runoff."""

import polars as pl

from analytics import capital
from assets.tables import table_asset


@table_asset()
def runoff(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    layer_metrics: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, basis, calendar quarter and year of charge."""
    return capital.runoff(company_quarters, segment_quarters, memberships, companies, layer_metrics)
