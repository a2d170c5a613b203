"""core.layers."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def layers(inputs: Inputs) -> pl.DataFrame:
    """One row per layer of a lens."""
    return inputs.stacks.layers
