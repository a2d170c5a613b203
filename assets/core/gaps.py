"""core.gaps."""

import polars as pl

from assets import statements
from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def gaps(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per company, flow item and fiscal quarter that stays unknown although its year is stated."""
    return statements.part("gaps", observations, companies, fx_rates, inputs.knowledge_day, kept)
