"""core.fx_rates."""

import polars as pl

from analytics import currency
from assets.tables import table_asset


@table_asset()
def fx_rates(fx_observations: pl.DataFrame) -> pl.DataFrame:
    """One row per day and currency."""
    return currency.fx_rates(fx_observations)
