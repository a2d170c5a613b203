"""raw.fetches."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset(append=True)
def fetches(inputs: Inputs) -> pl.DataFrame:
    """One row per request for a payload, at the time it was made."""
    return inputs.bundle.fetches
