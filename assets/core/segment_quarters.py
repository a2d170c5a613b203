"""core.segment_quarters."""

import polars as pl

from analytics import segments
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def segment_quarters(
    segment_observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, inputs: Inputs
) -> pl.DataFrame:
    """One row per company, segment, item, fiscal quarter and segmentation."""
    return segments.segment_quarters(segment_observations, companies, fx_rates, inputs.knowledge_day)
