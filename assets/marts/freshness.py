"""marts.freshness."""

import polars as pl

from analytics import coverage
from assets.publish import as_of
from assets.tables import table_asset


@table_asset()
def freshness(company_quarters: pl.DataFrame, companies: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """One row per listed company."""
    return coverage.freshness(company_quarters, companies, as_of(company_quarters, prices))
