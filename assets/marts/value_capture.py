"""marts.value_capture."""

import polars as pl

from analytics import capture
from assets.tables import table_asset


@table_asset()
def value_capture(member_amounts: pl.DataFrame, layer_metrics: pl.DataFrame) -> pl.DataFrame:
    """One row per lens, layer, basis, calendar quarter, window and profit pool."""
    return capture.value_capture(member_amounts, layer_metrics)
