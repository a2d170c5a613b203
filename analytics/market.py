"""Market value: closes as traded, times the shares that were known on the day.

Belongs here: undoing splits in closes, share counts on the day's basis, receipts, translation into dollars.
Does not belong here: enterprise value and other metrics (metrics), where prices come from (assets/sources).
"""

from datetime import date

import polars as pl

from analytics.contracts import conform, table

# A share count older than this says nothing about the day; a comparative of the year before may be all there is.
SHARES_DAYS = 550
# A count of shares outstanding below this part of the diluted one holds one share class only; options and the like
# dilute by less.
ALL_CLASSES = 0.9
# Sources that follow a ticker count receipts where the ticker is one: TSM 5,186 million where the company has 25,933
# million shares, BABA 2,394 where it has 19,152 (five and eight shares a receipt).
COUNTS_RECEIPTS = ("yahoo", "alphavantage")
RECEIPTS = ("shares_per_receipt", "receipts_changed_on", "former_shares_per_receipt")
# Yahoo may date a change of the receipt so many days off.
RECEIPT_DAYS = 5
# Rates are quoted on working days.
RATE_DAYS = 7


def prices(
    price_observations: pl.DataFrame,
    splits: pl.DataFrame,
    company_quarters: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
) -> pl.DataFrame:
    """core.prices, one row per listed company and trading day.

    Sources adjust closes for every later split they know of, and for spin-offs and class dividends as if they were
    splits; each of these factors with an ex-date after the day, and not after the close was fetched, is undone.
    market_cap_usd is the close as traded × the shares of all classes known on the day ÷ shares per receipt, at the
    day's rate. A split whose ex-date is not known leaves close and market value of its ticker null: which days it
    divides cannot be told.

    Where several sources quote one day, Yahoo speaks, else the first by name.

    Args:
        price_observations: raw.price_observations.
        splits: raw.splits.
        company_quarters: core.company_quarters, for shares_outstanding and diluted_shares.
        companies: core.companies.
        fx_rates: core.fx_rates.
    """
    listed = companies.filter(pl.col("ticker").is_not_null()).select("company_id", "ticker", *RECEIPTS)
    days = (
        price_observations.sort(pl.col("source") != "yahoo", "source")
        .unique(["ticker", "date"], keep="first", maintain_order=True)
        .join(listed, on="ticker")
        .sort("company_id", "date")
    )
    undated = splits.filter(pl.col("date").is_null())["ticker"].unique()
    dated = splits.filter(pl.col("date").is_not_null())
    # Another number of shares in a receipt moves its price as a split does, and no share count.
    apart = (pl.col("date") - pl.col("receipts_changed_on")).dt.total_days().abs() > RECEIPT_DAYS
    share_splits = (
        dated.filter("is_share_split")
        .join(listed, on="ticker")
        .filter(apart.fill_null(True))
        .select("company_id", "date", "ratio")
    )
    rows = _with_close_as_traded(days, dated)
    rows = _with_shares(rows, _usable_counts(company_quarters, companies, share_splits), share_splits)
    rows = _with_rate(rows, fx_rates)
    certain = ~pl.col("ticker").is_in(undated.implode())
    market_cap = pl.col("traded") * pl.col("shares") / _per_receipt("date") * pl.col("usd_per_unit")
    return conform(
        rows.select(
            "company_id",
            "date",
            pl.when(certain).then("traded").alias("close"),
            "currency",
            pl.when(certain).then(market_cap).alias("market_cap_usd"),
        ),
        table("core.prices"),
    )


def _per_receipt(day: str) -> pl.Expr:
    """Ordinary shares in one receipt on a day."""
    before = (pl.col(day) < pl.col("receipts_changed_on")).fill_null(False)
    return pl.when(before).then("former_shares_per_receipt").otherwise("shares_per_receipt")


def _with_close_as_traded(days: pl.DataFrame, splits: pl.DataFrame) -> pl.DataFrame:
    """Multiply each close by the factors it was adjusted for: those after the day, and not after it was fetched."""
    to_come = (
        splits.group_by("ticker", "date")
        .agg(pl.col("ratio").product())
        .sort("ticker", "date")
        .select("ticker", "date", later=pl.col("ratio").cum_prod(reverse=True).over("ticker"))
    )
    return (
        _with_factor(_with_factor(days, to_come, "date", "later"), to_come, "adjusted_to", "not_in_it")
        .with_columns(traded=pl.col("close") * pl.col("later") / pl.col("not_in_it"))
        .drop("later", "not_in_it")
        .sort("company_id", "date")
    )


def _with_factor(days: pl.DataFrame, to_come: pl.DataFrame, day: str, name: str) -> pl.DataFrame:
    """Add the product of the factors with an ex-date after a day; 1 where there are none, or the day is null."""
    factor = to_come.select("ticker", ex_date="date", factor="later")
    return (
        days.with_columns(pl.col(day).fill_null(date.max).alias("from"))
        .sort("from")
        .join_asof(
            factor, left_on="from", right_on="ex_date", by="ticker", strategy="forward",
            allow_exact_matches=False, coalesce=False, check_sortedness=False,
        )
        .with_columns(pl.col("factor").fill_null(1.0).alias(name))
        .drop("from", "ex_date", "factor")
    )  # fmt: skip


def _usable_counts(quarters: pl.DataFrame, companies: pl.DataFrame, share_splits: pl.DataFrame) -> pl.DataFrame:
    """Share counts that mean what they say, in ordinary shares.

    Left out: counts of a company before its listing and averages that reach back before it (founders' shares convert at
    the listing); counts of other sources than filings that a later split may or may not have restated.
    """
    last_split = share_splits.group_by("company_id").agg(last_split=pl.col("date").max())
    begins = pl.coalesce("period_start", "period_end")
    restated = (pl.col("source") != "sec") & (pl.col("last_split") > pl.col("period_end"))
    receipts = pl.col("source").is_in(COUNTS_RECEIPTS)
    return (
        quarters.filter(pl.col("item").is_in(["shares_outstanding", "diluted_shares"]))
        .join(companies.select("company_id", "listed_from", *RECEIPTS), on="company_id")
        .join(last_split, on="company_id", how="left")
        .filter(
            pl.col("listed_from").is_null() | (begins >= pl.col("listed_from")),
            ~restated.fill_null(False),
        )
        .select(
            "company_id",
            "item",
            "period_end",
            "known_at",
            count=pl.col("value") * pl.when(receipts).then(_per_receipt("known_at")).otherwise(1.0),
        )
    )


def _with_shares(days: pl.DataFrame, counts: pl.DataFrame, share_splits: pl.DataFrame) -> pl.DataFrame:
    """Add `shares`: outstanding where that holds all classes, else diluted; as known on the day, on its basis."""
    rows = days
    for item in ("shares_outstanding", "diluted_shares"):
        rows = _with_count(rows, counts.filter(pl.col("item") == item), share_splits, item)
    outstanding, diluted = pl.col("shares_outstanding"), pl.col("diluted_shares")
    one_class = (outstanding < ALL_CLASSES * diluted).fill_null(False)
    return rows.with_columns(shares=pl.when(one_class).then(diluted).otherwise(pl.coalesce(outstanding, diluted)))


def _with_count(days: pl.DataFrame, counts: pl.DataFrame, share_splits: pl.DataFrame, name: str) -> pl.DataFrame:
    """Add the share count of the latest period known on the day, times the splits since it was stated.

    A filing restates its counts for splits up to the day it is filed (SEC Staff Accounting Bulletin Topic 4.C), so its
    basis is that day's.
    """
    cumulative = (
        share_splits.group_by("company_id", "date")
        .agg(pl.col("ratio").product())
        .sort("company_id", "date")
        .select("company_id", "date", so_far=pl.col("ratio").cum_prod().over("company_id"))
    )
    known = (
        counts.sort("company_id", "known_at", "period_end")
        # A comparative filed later for an older period does not replace the newest count.
        .filter(pl.col("period_end") >= pl.col("period_end").cum_max().over("company_id"))
        .unique(["company_id", "known_at"], keep="last", maintain_order=True)
        .join_asof(
            cumulative,
            left_on="known_at",
            right_on="date",
            by="company_id",
            strategy="backward",
            check_sortedness=False,
        )
        .select("company_id", "count", date="known_at", counted="period_end", basis=pl.col("so_far").fill_null(1.0))
    )
    fresh = (pl.col("date") - pl.col("counted")).dt.total_days() <= SHARES_DAYS
    return (
        days.join_asof(known, on="date", by="company_id", strategy="backward", check_sortedness=False)
        .join_asof(cumulative, on="date", by="company_id", strategy="backward", check_sortedness=False)
        .with_columns(
            pl.when(fresh).then(pl.col("count") * pl.col("so_far").fill_null(1.0) / pl.col("basis")).alias(name)
        )
        .drop("count", "counted", "basis", "so_far")
    )


def _with_rate(days: pl.DataFrame, fx_rates: pl.DataFrame) -> pl.DataFrame:
    """Add usd_per_unit: the day's rate, or the last one within a week before it."""
    dollars = pl.col("currency") == "USD"
    return (
        days.sort("date")
        .join_asof(
            fx_rates.select("date", "currency", "usd_per_unit").sort("date"),
            on="date",
            by="currency",
            strategy="backward",
            tolerance=f"{RATE_DAYS}d",
            check_sortedness=False,
        )
        .with_columns(pl.when(dollars).then(1.0).otherwise("usd_per_unit").alias("usd_per_unit"))
    )
