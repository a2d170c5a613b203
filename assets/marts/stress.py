"""marts.stress."""

import polars as pl

from analytics import stress as ranks
from assets.tables import table_asset


@table_asset()
def stress(
    company_metrics: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, layer or company in it, window, calendar quarter and component."""
    return ranks.stress(company_metrics, layer_metrics, company_quarters, segment_quarters, memberships, companies)
