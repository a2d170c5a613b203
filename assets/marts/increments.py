"""marts.increments."""

import polars as pl

from analytics import aggregate, capture
from assets.tables import table_asset


@table_asset()
def increments(
    member_amounts: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, basis, window, item, base quarter and calendar quarter."""
    known = aggregate.layer_items(company_quarters, segment_quarters, memberships, companies)
    return capture.increments(member_amounts, layer_metrics, known)
