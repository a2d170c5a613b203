"""marts.layer_metrics_then."""

from collections.abc import Collection, Sequence
from datetime import date

import polars as pl

from analytics import hindsight
from assets import fingerprint
from assets.kept import Kept, digests
from assets.publish import as_of
from assets.tables import table_asset


@table_asset()
def layer_metrics_then(
    observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    memberships: pl.DataFrame,
    layers: pl.DataFrame,
    company_quarters: pl.DataFrame,
    prices: pl.DataFrame,
    kept: Kept,
) -> pl.DataFrame:
    """One row per known day, lens, layer, calendar quarter and metric: the layer's figure from what was known then."""
    days = hindsight.past_quarter_ends(as_of(company_quarters, prices))
    told = hindsight.heard(observations)
    registry = [digests(table.with_columns(all=True), "all") for table in (companies, memberships, layers)]
    figures, rates = (_by_day(table, day, days) for table, day in ((told, "known_at"), (fx_rates, "date")))
    code = fingerprint.code("analytics", "assets")
    parts = {day: fingerprint.digest(code, registry, figures[: at + 1], rates[: at + 1]) for at, day in enumerate(days)}

    def build(changed: Collection[object]) -> pl.DataFrame:
        wanted = [day for day in days if day in changed]
        return hindsight.layer_metrics_then(told, companies, fx_rates, memberships, layers, wanted)

    return kept.with_new("known_on", parts, build)


def _by_day(table: pl.DataFrame, column: str, days: Sequence[date]) -> list[str | None]:
    """A digest of the rows that each day added to those of the days before it."""
    since = pl.Series(days).search_sorted(table[column], side="left")
    found = digests(table.with_columns(since=since), "since")
    return [found.get(at) for at in range(len(days))]
