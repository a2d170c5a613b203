"""marts.company_capital."""

import polars as pl

from analytics import capital as measures
from assets.tables import table_asset


@table_asset()
def company_capital(company_quarters: pl.DataFrame) -> pl.DataFrame:
    """One row per company, window, calendar quarter and measure."""
    return measures.company_capital(company_quarters)
