"""marts.capital."""

import polars as pl

from analytics import capital as measures
from assets.tables import table_asset


@table_asset()
def capital(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    layer_metrics: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, basis, window, calendar quarter and measure."""
    return measures.capital(company_quarters, segment_quarters, memberships, companies, layer_metrics)
