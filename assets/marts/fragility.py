"""marts.fragility."""

import polars as pl

from analytics import fragility as headlines
from assets.tables import table_asset


@table_asset()
def fragility(
    layers: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    value_capture: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """One row per lens, headline, basis and calendar quarter."""
    return headlines.fragility(layers, layer_metrics, value_capture, member_amounts, memberships, companies)
