"""marts.disagreements."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def disagreements(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs
) -> pl.DataFrame:
    """One row per statement that says more than 0.5 % else than the one that speaks for the same quarter."""
    return inputs.statements(observations, companies, fx_rates).disagreements
