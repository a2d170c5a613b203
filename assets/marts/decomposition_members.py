"""marts.decomposition_members."""

import polars as pl

from analytics import aggregate
from analytics import decomposition as split
from assets.tables import table_asset


@table_asset()
def decomposition_members(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    decomposition: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer or stack, basis, window, margin, base quarter, calendar quarter and member."""
    ratios = aggregate.member_ratios(company_quarters, segment_quarters, memberships, companies, split.MARGINS)
    return split.decomposition_members(split.member_effects(ratios), decomposition)
