"""core.anomalies."""

import polars as pl

from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def anomalies(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per company, item, fiscal quarter and rule of sanity that the figure breaks."""
    told = (observations, companies, fx_rates)
    return kept.with_new(
        "company_id", inputs.statements_rest_on(*told), lambda changed: inputs.statements(*told, changed).anomalies
    )
