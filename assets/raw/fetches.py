"""raw.fetches."""

import polars as pl

from assets.inputs import Inputs
from assets.sources.payload import fetches_frame
from assets.tables import table_asset


@table_asset()
def fetches(inputs: Inputs) -> pl.DataFrame:
    """One row per request for a payload, at the time it was made.

    Asks the sources what is due, unless that was done before the run.
    """
    inputs.ask()
    return fetches_frame(inputs.fetches)
