"""raw.observations."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset(append=True)
def observations(inputs: Inputs) -> pl.DataFrame:
    """One row per figure of a company as a source delivered it."""
    return inputs.bundle.observations
