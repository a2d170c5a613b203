"""raw.price_observations."""

import polars as pl

from assets.delivery import Delivery
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def price_observations(inputs: Inputs, delivery: Delivery) -> pl.DataFrame:
    """One row per ticker, day and source of a closing price."""
    known = inputs.bundle.price_observations if delivery.anew else delivery.stored("true")
    return inputs.ledger.newest(delivery.fetches, delivery.contract, known)
