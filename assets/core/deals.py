"""core.deals."""

import polars as pl

from analytics import deals as disclosed
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def deals(companies: pl.DataFrame, inputs: Inputs) -> pl.DataFrame:
    """One row per dated step of a disclosed deal between companies of the stack."""
    return disclosed.deals(companies, inputs.knowledge_day)
