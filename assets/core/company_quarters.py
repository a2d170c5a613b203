"""core.company_quarters."""

import polars as pl

from assets import statements
from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def company_quarters(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per company, item and fiscal quarter, or whole year where a quarter of it is unknown."""
    return statements.part("quarters", observations, companies, fx_rates, inputs.knowledge_day, kept)
