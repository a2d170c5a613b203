"""marts.company_runoff."""

import polars as pl

from analytics import capital
from assets.tables import table_asset


@table_asset()
def company_runoff(company_quarters: pl.DataFrame) -> pl.DataFrame:
    """One row per company and year of charge, from the company's newest quarter."""
    return capital.company_runoff(company_quarters)
