"""core.lenses."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def lenses(inputs: Inputs) -> pl.DataFrame:
    """One row per lens."""
    return inputs.stacks.lenses
