"""marts.company_metrics."""

import polars as pl

from analytics import metrics
from assets.kept import Kept, by_company
from assets.tables import table_asset


@table_asset()
def company_metrics(
    company_quarters: pl.DataFrame, companies: pl.DataFrame, prices: pl.DataFrame, kept: Kept
) -> pl.DataFrame:
    """One row per company, calendar quarter, window and metric."""
    return by_company(kept, (company_quarters, companies, prices), metrics.company_metrics)
