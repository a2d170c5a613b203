"""raw.splits."""

import polars as pl

from assets.delivery import Delivery
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset()
def splits(inputs: Inputs, delivery: Delivery) -> pl.DataFrame:
    """One row per split or split-like adjustment of a ticker."""
    known = inputs.bundle.splits if delivery.anew else delivery.stored("true")
    return inputs.ledger.splits(delivery.fetches, known)
