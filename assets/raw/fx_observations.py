"""raw.fx_observations."""

import polars as pl

from assets.delivery import Delivery
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def fx_observations(inputs: Inputs, delivery: Delivery) -> pl.DataFrame:
    """One row per day, currency and source of an exchange rate."""
    known = inputs.bundle.fx_observations if delivery.anew else delivery.stored("true")
    return inputs.ledger.newest(delivery.fetches, delivery.contract, known)
