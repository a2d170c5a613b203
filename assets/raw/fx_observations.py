"""raw.fx_observations."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def fx_observations(inputs: Inputs) -> pl.DataFrame:
    """One row per day, currency and source of an exchange rate."""
    return inputs.bundle.fx_observations
