"""marts.decomposition."""

import polars as pl

from analytics import aggregate
from analytics import decomposition as split
from assets.tables import table_asset


@table_asset()
def decomposition(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    layer_metrics: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer or stack, basis, window, margin, base quarter and calendar quarter."""
    ratios = aggregate.member_ratios(company_quarters, segment_quarters, memberships, companies, split.MARGINS)
    return split.decomposition(split.member_effects(ratios), layer_metrics)
