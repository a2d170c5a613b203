"""marts.universe."""

import polars as pl

from analytics import universe as totals
from assets.tables import table_asset


@table_asset()
def universe(
    company_quarters: pl.DataFrame,
    company_metrics: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    lenses: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, basis, window, item and calendar quarter."""
    return totals.universe(company_quarters, company_metrics, member_amounts, memberships, companies, lenses)
