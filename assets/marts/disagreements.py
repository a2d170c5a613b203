"""marts.disagreements."""

import polars as pl

from assets.inputs import Inputs
from assets.kept import Kept
from assets.tables import table_asset


@table_asset()
def disagreements(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs, kept: Kept
) -> pl.DataFrame:
    """One row per statement that says more than 0.5 % else than the one that speaks for the same quarter."""
    told = (observations, companies, fx_rates)
    return kept.with_new(
        "company_id", inputs.statements_rest_on(*told), lambda changed: inputs.statements(*told, changed).disagreements
    )
