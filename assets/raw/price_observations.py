"""raw.price_observations."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def price_observations(inputs: Inputs) -> pl.DataFrame:
    """One row per ticker, day and source of a closing price."""
    return inputs.bundle.price_observations
