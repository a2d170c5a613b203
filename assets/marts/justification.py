"""marts.justification."""

import polars as pl

from analytics import justification as gap
from assets.tables import table_asset


@table_asset()
def justification(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per group of buyers, way of counting capital and calendar quarter."""
    return gap.justification(company_quarters, segment_quarters, member_amounts, memberships, companies)
