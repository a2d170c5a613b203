"""core.assumptions."""

import polars as pl

from analytics import justification
from assets.tables import table_asset


@table_asset()
def assumptions() -> pl.DataFrame:
    """One row per assumption of the justification gap."""
    return justification.assumptions()
