"""core.gaps."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def gaps(observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """One row per company, flow item and fiscal quarter that stays unknown although its year is stated."""
    return inputs.statements(observations, companies, fx_rates).gaps
