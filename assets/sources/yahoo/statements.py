"""Statements: Yahoo's timeseries of fundamentals.

Belongs here: the keys we ask for, the shape of the answer, its figures as observations. Does not belong here: which key
means which item (analytics/concepts.py).
"""

import itertools
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from analytics.contracts import conform, table
from assets.bundle.spans import with_assumed_starts
from assets.sources.observation import with_ids
from assets.sources.payload import NoDataError, Payload, PayloadError
from assets.sources.yahoo import SOURCE, symbol_of
from assets.sources.yahoo.reading import day, items, number, obj, only, results

URL = "https://query2.finance.yahoo.com/ws/fundamentals-timeseries/v1/finance/timeseries/{symbol}"
# Yahoo keeps at most four years or five quarters, whatever is asked for.
SINCE = datetime(2016, 12, 31, tzinfo=UTC)

FLOWS = (
    "TotalRevenue", "OperatingRevenue", "CostOfRevenue", "GrossProfit", "ResearchAndDevelopment",
    "SellingGeneralAndAdministration", "OperatingIncome", "TotalOperatingIncomeAsReported", "EBIT", "EBITDA",
    "InterestExpense", "InterestExpenseNonOperating", "PretaxIncome", "TaxProvision", "NetIncome",
    "NetIncomeCommonStockholders", "ReconciledDepreciation", "DepreciationAndAmortization", "OperatingCashFlow",
    "CapitalExpenditure", "CapitalExpenditureReported", "PurchaseOfPPE", "FreeCashFlow", "StockBasedCompensation",
    "DilutedAverageShares",
)  # fmt: skip
BALANCES = (
    "TotalDebt", "CurrentDebt", "LongTermDebt", "CapitalLeaseObligations", "CashAndCashEquivalents",
    "OtherShortTermInvestments", "InvestedCapital", "NetPPE", "StockholdersEquity", "TotalAssets", "Inventory",
    "OrdinarySharesNumber",
)  # fmt: skip
SHARES = frozenset({"DilutedAverageShares", "OrdinarySharesNumber"})
PREFIXES = ("quarterly", "annual")
TYPES = tuple(prefix + key for prefix in PREFIXES for key in FLOWS + BALANCES)
SPANS = {"3M": "quarter", "12M": "year"}
MONTHS = {"3M": 3, "6M": 6, "9M": 9, "12M": 12}
# A quarter or year that repeats the one before in all that both have, and in so many items, is a slip of the source.
REPEATED_ITEMS = 5


def subject(symbol: str) -> str:
    """What a company's statements are asked for by."""
    return f"timeseries/{symbol}"


def params(symbol: str, now: datetime) -> dict[str, str]:
    """The query for every key, quarterly and annual, in one request."""
    until = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return {
        "symbol": symbol,
        "type": ",".join(TYPES),
        "period1": str(int(SINCE.timestamp())),
        "period2": str(int(until.timestamp())),
    }


def parse(payload: Payload) -> pl.DataFrame:
    """raw.observations, one row per key and period; amounts in the currency that Yahoo states, ends as it stamps them.

    Concepts are Yahoo's types, 'yahoo:quarterlyTotalRevenue'. Starts are assumed (assets/bundle/spans.py). A figure
    counts as known on the day it was fetched.

    Raises:
        PayloadError: not JSON; another symbol; a type without its array; a figure of another type than promised; two
            figures for one period; a quarter or year that repeats the one before.
        NoDataError: no figure at all.
    """
    symbol = symbol_of(payload.subject)
    rows: list[dict[str, Any]] = []
    for entry in results(payload, "timeseries"):
        meta = obj(entry, payload, "a result")
        named = obj(meta.get("meta"), payload, "meta")
        kind = only(named, "type", payload)
        if only(named, "symbol", payload).upper() != symbol.upper():
            raise PayloadError(f"{payload.subject}: wrong company, the answer is about {named['symbol']}")
        figures = meta.get(kind)
        if figures is None and meta.get("timestamp"):
            raise PayloadError(f"{payload.subject}: {kind} has time stamps and no figures under its name")
        for figure in items(figures or [], payload, kind):
            if figure is not None:
                rows += _figure(obj(figure, payload, kind), kind, payload)
    if not rows:
        raise NoDataError(f"{payload.subject}: Yahoo has no statements of it")
    frame = pl.DataFrame(rows, schema_overrides={"value": pl.Float64}).unique(maintain_order=True)
    twice = frame.filter(pl.struct("concept", "period_end", "length", "unit").is_duplicated())
    if twice.height:
        row = twice.row(0, named=True)
        raise PayloadError(f"{payload.subject}: {row['concept']} has two values for {row['period_end']}")
    _refuse_repeated(frame, payload)
    return _observations(frame, payload, symbol)


def holes(payload: Payload) -> frozenset[str]:
    """Places of an answer that `parse` reads where an array holds null in a figure's place: type and position."""
    entries = (obj(entry, payload, "a result") for entry in results(payload, "timeseries"))
    arrays = ((kind, entry.get(kind)) for entry in entries for kind in obj(entry.get("meta"), payload, "meta")["type"])
    return frozenset(f"{kind} {n}" for kind, told in arrays for n, figure in enumerate(told or []) if figure is None)


def currencies(observations: pl.DataFrame) -> set[str]:
    """The currencies in which statements are told; share counts have none."""
    return set(observations.filter(pl.col("unit") != "shares")["unit"])


def newest_quarter(observations: pl.DataFrame) -> date | None:
    """End of the newest quarter of which there is revenue, else any figure."""
    quarters = observations.filter(pl.col("concept").str.starts_with("yahoo:quarterly"))
    revenue = quarters.filter(pl.col("concept") == "yahoo:quarterlyTotalRevenue")
    newest = (revenue if revenue.height else quarters)["period_end"].max()
    return newest if isinstance(newest, date) else None


def _figure(figure: Mapping[str, Any], kind: str, payload: Payload) -> list[dict[str, Any]]:
    key = next((kind.removeprefix(p) for p in PREFIXES if kind.startswith(p)), None)
    if key is None:
        raise PayloadError(f"{payload.subject}: {kind} was not asked for")
    if "reportedValue" not in figure:
        raise PayloadError(f"{payload.subject}: {kind} has a figure without reportedValue")
    told = figure["reportedValue"]
    if told is None or (isinstance(told, dict) and told.get("raw", 0) is None):
        return []
    value = number(obj(told, payload, f"{kind}.reportedValue").get("raw"), payload, kind)
    length, currency = figure.get("periodType"), figure.get("currencyCode")
    if length not in MONTHS:
        raise PayloadError(f"{payload.subject}: {kind} has the period type {length!r}")
    if not isinstance(currency, str) or not currency:
        raise PayloadError(f"{payload.subject}: {kind} has the currency {currency!r}")
    return [
        {
            "concept": f"yahoo:{kind}",
            "key": key,
            "period_end": day(figure.get("asOfDate"), payload, kind),
            "length": length,
            "unit": "shares" if key in SHARES else currency,
            "value": value,
        }
    ]


def _refuse_repeated(frame: pl.DataFrame, payload: Payload) -> None:
    flows = frame.filter(pl.col("key").is_in(FLOWS), pl.col("value") != 0)
    for (length,), told in flows.filter(pl.col("length").is_in(list(SPANS))).group_by("length", maintain_order=True):
        by_end = {end: dict(rows.select("key", "value").iter_rows()) for (end,), rows in told.group_by("period_end")}
        for before, end in itertools.pairwise(sorted(by_end)):
            shared = by_end[before].keys() & by_end[end].keys()
            if len(shared) >= REPEATED_ITEMS and all(by_end[before][k] == by_end[end][k] for k in shared):
                what = f"the {SPANS[str(length)]} {end} repeats {before} in all {len(shared)} items"
                raise PayloadError(f"{payload.subject}: {what}")


def _observations(frame: pl.DataFrame, payload: Payload, symbol: str) -> pl.DataFrame:
    instant = pl.col("key").is_in(BALANCES)
    spanned = with_assumed_starts(
        frame.with_columns(
            ticker=pl.lit(symbol),
            series=pl.lit(SOURCE),
            span=pl.when(instant).then(pl.lit("instant")).otherwise(
                pl.col("length").replace_strict(SPANS, default="other")
            ),
            period_start=pl.lit(None, pl.Date),
        )
    )  # fmt: skip
    months = pl.col("length").replace_strict(MONTHS, return_dtype=pl.Int64)
    by_months = pl.col("period_end").dt.offset_by(pl.format("-{}mo", months)).dt.month_end().dt.offset_by("1d")
    known = payload.fetched_at.astimezone(UTC).date()
    rows = spanned.select(
        "concept", "unit", "value", "period_end", "period_basis",
        period_start=pl.when(~instant).then(pl.coalesce("period_start", by_months)),
        source=pl.lit(SOURCE),
        company_id=pl.lit(payload.company_id, pl.String),
        known_at=pl.lit(known),
        known_at_basis=pl.lit("fetched"),
        fetched_at=pl.lit(payload.fetched_at).cast(pl.Datetime("us", "UTC")),
        reference=pl.lit(f"https://finance.yahoo.com/quote/{symbol}/financials/"),
        payload_sha256=pl.lit(payload.sha256),
    )  # fmt: skip
    contract = table("raw.observations")
    return conform(with_ids(rows), contract)
