"""marts.integration."""

import polars as pl

from analytics import universe
from assets.publish import as_of
from assets.tables import table_asset


@table_asset()
def integration(
    memberships: pl.DataFrame, layers: pl.DataFrame, company_quarters: pl.DataFrame, prices: pl.DataFrame
) -> pl.DataFrame:
    """One row per lens and company."""
    return universe.integration(memberships, layers, as_of(company_quarters, prices))
