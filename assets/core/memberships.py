"""core.memberships."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def memberships(inputs: Inputs) -> pl.DataFrame:
    """One row per member of a layer and span of time."""
    return inputs.stacks.memberships
