"""core.edges."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def edges(inputs: Inputs) -> pl.DataFrame:
    """One row per flow of demand between two layers of a lens."""
    return inputs.stacks.edges
