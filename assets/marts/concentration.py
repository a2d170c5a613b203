"""marts.concentration."""

import polars as pl

from analytics import aggregate
from analytics import decomposition as measure
from assets.tables import table_asset


@table_asset()
def concentration(
    member_amounts: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer or stack, basis, window, item and calendar quarter."""
    known = aggregate.layer_items(company_quarters, segment_quarters, memberships, companies)
    return measure.concentration(member_amounts, layer_metrics, known)
