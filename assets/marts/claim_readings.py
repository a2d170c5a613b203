"""marts.claim_readings."""

import polars as pl

from analytics.claims import tables
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def claim_readings(
    layers: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    value_capture: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    inputs: Inputs,
) -> pl.DataFrame:
    """One row per lens, claim, reading, lens in which it is read, and layer."""
    frames = (layers, layer_metrics, value_capture, member_amounts, memberships, companies)
    return tables(inputs.stacks.claims, *frames).readings
