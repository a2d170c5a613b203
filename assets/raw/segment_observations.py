"""raw.segment_observations."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def segment_observations(inputs: Inputs) -> pl.DataFrame:
    """One row per figure of a reported segment as a source delivered it."""
    return inputs.bundle.segment_observations
