"""core.company_years."""

import polars as pl

from assets import statements
from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def company_years(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per company, item and fiscal year."""
    return statements.part("years", observations, companies, fx_rates, inputs.knowledge_day, kept)
