"""marts.member_amounts."""

import polars as pl

from analytics import aggregate
from assets.tables import table_asset


@table_asset()
def member_amounts(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, basis, member, calendar quarter, window and item."""
    return aggregate.member_amounts(company_quarters, segment_quarters, memberships, companies)
