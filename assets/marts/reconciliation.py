"""marts.reconciliation."""

import polars as pl

from analytics import reconciliation as compare
from assets.tables import table_asset


@table_asset()
def reconciliation(
    member_amounts: pl.DataFrame, layer_metrics: pl.DataFrame, segment_quarters: pl.DataFrame
) -> pl.DataFrame:
    """One row per calendar quarter, window and part of the comparison of suppliers' sales with buyers' capex."""
    return compare.reconciliation(member_amounts, layer_metrics, segment_quarters)
