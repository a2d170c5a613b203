"""marts.disagreements."""

import polars as pl

from assets import statements
from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def disagreements(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per statement that says more than 0.5 % else than the one that speaks for the same quarter."""
    return statements.part("disagreements", observations, companies, fx_rates, inputs.knowledge_day, kept)
