"""marts.restatements."""

import polars as pl

from assets import statements
from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def restatements(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per change of a stated figure by more than 0.5 %."""
    return statements.part("restatements", observations, companies, fx_rates, inputs.knowledge_day, kept)
