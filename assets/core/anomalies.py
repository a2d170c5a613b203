"""core.anomalies."""

import polars as pl

from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def anomalies(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs
) -> pl.DataFrame:
    """One row per company, item, fiscal quarter and rule of sanity that the figure breaks."""
    return inputs.statements(observations, companies, fx_rates).anomalies
