"""marts.layer_metrics."""

import polars as pl

from analytics import aggregate
from assets.tables import table_asset


@table_asset()
def layer_metrics(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    layers: pl.DataFrame,
    companies: pl.DataFrame,
    prices: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, layer, basis, calendar quarter, window and metric."""
    return aggregate.layer_metrics(company_quarters, segment_quarters, memberships, layers, companies, prices)
