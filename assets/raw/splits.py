"""raw.splits."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def splits(inputs: Inputs) -> pl.DataFrame:
    """One row per split or split-like adjustment of a ticker."""
    return inputs.bundle.splits
