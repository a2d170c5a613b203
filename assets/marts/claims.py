"""marts.claims."""

import polars as pl

from analytics.claims import tables
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def claims(
    layers: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    value_capture: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    inputs: Inputs,
) -> pl.DataFrame:
    """One row per lens and claim of its source."""
    frames = (layers, layer_metrics, value_capture, member_amounts, memberships, companies)
    return tables(inputs.stacks.claims, *frames).claims
