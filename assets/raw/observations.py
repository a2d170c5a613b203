"""raw.observations."""

import polars as pl

from assets import ledger
from assets.delivery import Delivery
from assets.inputs import Inputs
from assets.tables import table_asset


@table_asset(append=True)
def observations(inputs: Inputs, delivery: Delivery) -> pl.DataFrame:
    """One row per figure of a company as a source delivered it."""
    if not delivery.anew:
        return inputs.ledger.observations(delivery.fetches, delivery.stored(ledger.TOLD_WITHOUT_DATE))
    shipped = inputs.bundle.observations
    added = inputs.ledger.observations(delivery.fetches, shipped.clear())
    return pl.concat([shipped, added.join(shipped, on="observation_id", how="anti")])
