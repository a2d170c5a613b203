"""core.prices."""

import polars as pl

from analytics import market
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def prices(
    price_observations: pl.DataFrame,
    splits: pl.DataFrame,
    company_quarters: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    inputs: Inputs,
) -> pl.DataFrame:
    """One row per listed company and trading day."""
    quoted = inputs.known(price_observations, "date")
    return market.prices(quoted, splits, company_quarters, companies, fx_rates)
