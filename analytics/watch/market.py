"""Prices and exchange rates: days on which they leap.

Belongs here: rules over core.prices and core.fx_rates. Does not belong here: splits (analytics/market.py).
"""

from datetime import timedelta

import polars as pl

from analytics.watch.findings import amount, found, nothing

# A close of one day over that of the day before; a split that nobody told is a fold of 2, 3, 4, 10.
PRICE_FOLD, PRICE_FOLD_ERROR = 1.8, 20.0
RATE_SHARE, RATE_SHARE_ERROR = 0.08, 0.5
# Without a run before, so many days are looked at.
DAYS = 10


def _new_days(now: pl.DataFrame, before: pl.DataFrame | None, by: str, value: str) -> pl.DataFrame:
    """The days that are new, each with the value of the day before as `old`."""
    if now.is_empty():
        return now.with_columns(old=pl.col(value))
    newest = now["date"].max()
    since = now.group_by(by).agg(pl.lit(newest).alias("known_until") - timedelta(days=DAYS))
    if before is not None:
        held = before.group_by(by).agg(known_until=pl.col("date").max())
        since = since.select(by).join(held, on=by, how="left").drop_nulls("known_until")
    # A day or two before the first that is new is enough to compare with.
    return (
        now.join(since, on=by)
        .filter(pl.col("date") > pl.col("known_until") - timedelta(days=DAYS))
        .drop_nulls(value)
        .sort(by, "date")
        .with_columns(old=pl.col(value).shift(1).over(by))
        .filter(pl.col("date") > pl.col("known_until"))
    )


def prices_leapt(now: pl.DataFrame, before: pl.DataFrame | None, fold: float = PRICE_FOLD) -> pl.DataFrame:
    """New closes that are so many times the close before, or that part of it.

    Args:
        now, before: core.prices.
        fold: from how many times on.
    """
    days = _new_days(now, before, "company_id", "close").filter(pl.col("old") > 0)
    ratio = pl.col("close") / pl.col("old")
    odd = days.filter((ratio >= fold) | (ratio <= 1 / fold))
    row = pl.format("{}, {}", "company_id", "date")
    return found(odd, "company_id", row, pl.format("close {} after {} {}", amount("close"), amount("old"), "currency"))


def rates_leapt(now: pl.DataFrame, before: pl.DataFrame | None, share: float = RATE_SHARE) -> pl.DataFrame:
    """New exchange rates that differ from the rate before by more than a share of it.

    Args:
        now, before: core.fx_rates.
        share: from which difference on, as a fraction.
    """
    days = _new_days(now, before, "currency", "usd_per_unit").filter(pl.col("old") > 0)
    odd = days.filter((pl.col("usd_per_unit") / pl.col("old") - 1).abs() > share)
    row = pl.format("{}, {}", "currency", "date")
    return found(odd, "currency", row, pl.format("{} after {} USD", amount("usd_per_unit"), amount("old")))


def gone(now: pl.DataFrame, before: pl.DataFrame | None, by: str) -> pl.DataFrame:
    """Companies or currencies that the run before had rows of and that have none now."""
    if before is None:
        return nothing()
    lost = before.group_by(by).len().join(now.select(by).unique(), on=by, how="anti").sort(by)
    return found(lost, by, pl.col(by), pl.format("{} rows before, none now", "len"))
