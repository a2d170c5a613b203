"""core.company_years."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def company_years(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs
) -> pl.DataFrame:
    """One row per company, item and fiscal year."""
    return inputs.statements(observations, companies, fx_rates).years
