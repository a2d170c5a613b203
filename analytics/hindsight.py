"""Hindsight: what the layers' metrics looked like on past days, from what was known on each.

Belongs here: which days, which metrics, which figures they need. Does not belong here: the rule of what was known when
(point_in_time.py), or the metrics themselves.
"""

from collections.abc import Iterable
from datetime import date, timedelta

import polars as pl

from analytics import aggregate, metrics, statements, windows
from analytics.concepts import CONCEPTS
from analytics.contracts import conform, empty, table

# Metrics whose history a reader may see as it was known; each rests on items that filings date.
METRICS = ("operating_margin", "capex_to_revenue")
BASIS, WINDOW = "consolidated", "ttm"
# So many quarter ends are looked back from, and so many years of history are shown on each.
DAYS = 8
YEARS = 4


def past_quarter_ends(as_of: date, count: int = DAYS) -> list[date]:
    """Return the last days of the newest calendar quarters that ended before a day, oldest first."""
    this = as_of.year * 4 + (as_of.month - 1) // 3
    quarter = pl.int_range(this - count, this, dtype=pl.Int32)
    return pl.select(windows.last_day_of(quarter)).to_series().to_list()


def heard(observations: pl.DataFrame) -> pl.DataFrame:
    """The observations that mean an item of METRICS, so that no other figure's news makes past days again.

    Args:
        observations: raw.observations.
    """
    items = {item for name in METRICS for a in metrics.metric(name).amounts for item, _ in a.terms}
    return observations.filter(pl.col("concept").is_in([c.label for c in CONCEPTS if c.item in items]))


def layer_metrics_then(
    observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    memberships: pl.DataFrame,
    layers: pl.DataFrame,
    days: Iterable[date],
) -> pl.DataFrame:
    """marts.layer_metrics_then, one row per known day, lens, layer, calendar quarter and metric.

    On the consolidated basis, over twelve months. Membership is the registry's of today, as of each quarter.

    Args:
        observations: raw.observations.
        companies: core.companies.
        fx_rates: core.fx_rates.
        memberships: core.memberships.
        layers: core.layers.
        days: the days on which it is asked what was known.
    """
    wanted = heard(observations)
    contract = table("marts.layer_metrics_then")
    found = [
        _then(wanted, companies, fx_rates, memberships, layers, day)
        .with_columns(known_on=pl.lit(day))
        .select(contract.polars_schema.names())
        for day in days
    ]
    return conform(pl.concat(found) if found else empty(contract), contract)


def _then(
    observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    memberships: pl.DataFrame,
    layers: pl.DataFrame,
    day: date,
) -> pl.DataFrame:
    first = day.year - YEARS
    # A year of margin for the trailing twelve months, one for the fiscal year that a fourth quarter is taken from.
    recent = observations.filter(pl.col("period_end") > date(first - 2, 1, 1) - timedelta(days=31))
    quarters = statements.derive(recent, companies, fx_rates, day).quarters
    nothing = {name: empty(table(name)) for name in ("core.segment_quarters", "core.prices")}
    rows = aggregate.layer_metrics(
        quarters, nothing["core.segment_quarters"], memberships, layers, companies, nothing["core.prices"], METRICS,
        since=f"{first}Q1",
    )  # fmt: skip
    return rows.filter(pl.col("basis") == BASIS, pl.col("window") == WINDOW)
