"""marts.value_capture."""

import polars as pl

from analytics import aggregate, capture
from assets.tables import table_asset


@table_asset()
def value_capture(
    member_amounts: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, basis, calendar quarter, window and profit pool."""
    known = aggregate.layer_items(company_quarters, segment_quarters, memberships, companies)
    return capture.value_capture(member_amounts, layer_metrics, known)
