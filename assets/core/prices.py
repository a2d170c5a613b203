"""core.prices."""

import polars as pl

from analytics import market
from assets.tables import table_asset


@table_asset()
def prices(
    price_observations: pl.DataFrame,
    splits: pl.DataFrame,
    company_quarters: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
) -> pl.DataFrame:
    """One row per listed company and trading day."""
    return market.prices(price_observations, splits, company_quarters, companies, fx_rates)
