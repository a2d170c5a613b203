"""marts.lead_lag."""

import polars as pl

from analytics import lead_lag as growth
from assets.tables import table_asset


@table_asset()
def lead_lag(member_amounts: pl.DataFrame, layers: pl.DataFrame) -> pl.DataFrame:
    """One row per pair of series and lag in quarters."""
    return growth.lead_lag(member_amounts, layers)
