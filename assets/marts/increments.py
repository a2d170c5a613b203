"""marts.increments."""

import polars as pl

from analytics import capture
from assets.tables import table_asset


@table_asset()
def increments(member_amounts: pl.DataFrame, layer_metrics: pl.DataFrame) -> pl.DataFrame:
    """One row per lens, layer, basis, window, item, base quarter and calendar quarter."""
    return capture.increments(member_amounts, layer_metrics)
