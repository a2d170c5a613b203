"""Currency: from the reporting currency to US dollars.

Flows at the average of the period's daily rates, balances at the closing rate of the period's end (IAS 21 ¶39–40,
ASC 830).
Belongs here: rates and translation. Does not belong here: ratios (they are formed before translation).
"""

import polars as pl

from analytics.contracts import conform, table

# A closing rate may be at most this old; an average needs rates up to this close to the period's end.
MAX_RATE_AGE_DAYS = 7


class CurrencyError(ValueError):
    """Amounts of different currencies were to be added or divided."""


def fx_rates(fx_observations: pl.DataFrame) -> pl.DataFrame:
    """core.fx_rates: one row per day and currency, the European Central Bank's rate before any other source."""
    ranked = fx_observations.with_columns(rank=pl.when(pl.col("source").str.starts_with("ECB")).then(0).otherwise(1))
    best = ranked.sort("date", "currency", "rank", "source").unique(["date", "currency"], keep="first")
    return conform(best.select("date", "currency", "usd_per_unit", "source"), table("core.fx_rates"))


def one_currency(currencies: pl.Series) -> str:
    """The single currency of some amounts.

    Raises:
        CurrencyError: there is more than one; the message lists them.
    """
    found = currencies.unique().sort().to_list()
    if len(found) != 1:
        raise CurrencyError(f"amounts in {found} cannot be added or divided; translate them first")
    return str(found[0])


def translate(frame: pl.DataFrame, rates: pl.DataFrame) -> pl.DataFrame:
    """Add value_usd to rows of period_start (null for a balance), period_end, value, currency.

    Null where no rate is known near enough, and for amounts that are no money ('shares').
    """
    daily = rates.sort("currency", "date").with_columns(
        total=pl.col("usd_per_unit").cum_sum().over("currency"),
        days=pl.col("date").cum_count().over("currency"),
    )
    closing = daily.select("currency", "total", "days", "usd_per_unit", rate_date="date").sort("rate_date")
    rows = frame.with_row_index("row").with_columns(before=pl.col("period_start").dt.offset_by("-1d"))
    at_end = (
        rows.sort("period_end")
        .join_asof(closing, left_on="period_end", right_on="rate_date", by="currency", check_sortedness=False)
        .select("row", "usd_per_unit", "rate_date", total_end="total", days_end="days")
    )
    at_start = (
        rows.filter(pl.col("before").is_not_null())
        .sort("before")
        .join_asof(closing, left_on="before", right_on="rate_date", by="currency", check_sortedness=False)
        .select("row", total_start="total", days_start="days", start_date="rate_date")
    )
    fresh = (pl.col("period_end") - pl.col("rate_date")).dt.total_days() <= MAX_RATE_AGE_DAYS
    since = (pl.col("before") - pl.col("start_date")).dt.total_days() <= MAX_RATE_AGE_DAYS
    average = (pl.col("total_end") - pl.col("total_start")) / (pl.col("days_end") - pl.col("days_start"))
    rate = (
        pl.when(pl.col("currency") == "USD")
        .then(1.0)
        .when(pl.col("period_start").is_null() & fresh)
        .then(pl.col("usd_per_unit"))
        .when(pl.col("period_start").is_not_null() & fresh & since)
        .then(average)
    )
    return (
        rows.join(at_end, on="row", how="left")
        .join(at_start, on="row", how="left")
        .with_columns(value_usd=pl.col("value") * rate)
        .sort("row")
        .select(*frame.columns, "value_usd")
    )
