"""core.fx_rates."""

import polars as pl

from analytics import currency
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def fx_rates(fx_observations: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """One row per day and currency."""
    return currency.fx_rates(inputs.known(fx_observations, "date"))
