"""marts.restatements."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def restatements(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs
) -> pl.DataFrame:
    """One row per change of a stated figure by more than 0.5 %."""
    return inputs.statements(observations, companies, fx_rates).restatements
