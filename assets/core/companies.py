"""core.companies."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def companies(inputs: Inputs) -> pl.DataFrame:
    """One row per company, product or project that a lens names or we add."""
    return inputs.stacks.companies
