"""marts.coverage."""

import polars as pl

from analytics import coverage as measure
from assets.tables import table_asset


@table_asset()
def coverage(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, member and item."""
    return measure.coverage(company_quarters, segment_quarters, memberships, companies)
