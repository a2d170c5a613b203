"""marts.layer_metrics_then."""

import polars as pl

from analytics import hindsight
from assets.publish import as_of
from assets.tables import table_asset


@table_asset()
def layer_metrics_then(
    observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    memberships: pl.DataFrame,
    layers: pl.DataFrame,
    company_quarters: pl.DataFrame,
    prices: pl.DataFrame,
) -> pl.DataFrame:
    """One row per known day, lens, layer, calendar quarter and metric: the layer's figure from what was known then."""
    days = hindsight.past_quarter_ends(as_of(company_quarters, prices))
    return hindsight.layer_metrics_then(observations, companies, fx_rates, memberships, layers, days)
