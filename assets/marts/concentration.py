"""marts.concentration."""

import polars as pl

from analytics import decomposition as measure
from assets.tables import table_asset


@table_asset()
def concentration(member_amounts: pl.DataFrame, layer_metrics: pl.DataFrame) -> pl.DataFrame:
    """One row per lens, layer or stack, basis, window, item and calendar quarter."""
    return measure.concentration(member_amounts, layer_metrics)
