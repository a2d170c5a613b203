"""marts.reconciliation."""

import polars as pl

from analytics import aggregate
from analytics import reconciliation as compare
from assets.tables import table_asset


@table_asset()
def reconciliation(
    member_amounts: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per calendar quarter, window and part of the comparison of suppliers' sales with buyers' capex."""
    known = aggregate.layer_items(company_quarters, segment_quarters, memberships, companies)
    return compare.reconciliation(member_amounts, layer_metrics, known, segment_quarters)
