"""marts.claim_readings."""

import polars as pl

from analytics import aggregate
from analytics.claims import tables
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def claim_readings(
    layers: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    value_capture: pl.DataFrame,
    member_amounts: pl.DataFrame,
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
    inputs: Inputs,
) -> pl.DataFrame:
    """One row per lens, claim, reading, lens in which it is read, and layer."""
    known = aggregate.layer_items(company_quarters, segment_quarters, memberships, companies)
    frames = (layers, layer_metrics, value_capture, member_amounts, memberships, companies, known)
    return tables(inputs.stacks.claims, *frames).readings
