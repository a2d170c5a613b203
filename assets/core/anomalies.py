"""core.anomalies."""

import polars as pl

from assets import statements
from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def anomalies(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per company, item, fiscal quarter and rule of sanity that the figure breaks."""
    return statements.part("anomalies", observations, companies, fx_rates, inputs.knowledge_day, kept)
