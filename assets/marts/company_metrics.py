"""marts.company_metrics."""

import polars as pl

from analytics import metrics
from assets.tables import table_asset


@table_asset()
def company_metrics(company_quarters: pl.DataFrame, companies: pl.DataFrame, prices: pl.DataFrame) -> pl.DataFrame:
    """One row per company, calendar quarter, window and metric."""
    return metrics.company_metrics(company_quarters, companies, prices)
