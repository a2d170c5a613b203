"""Charts: daily closes of a share with its splits, or of a currency.

Belongs here: the shape of the answer, which day is finished, which event is a share split. Does not belong here: market
values (analytics/market.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl

from analytics.contracts import conform, table
from assets.sources.payload import NoDataError, Payload, PayloadError
from assets.sources.yahoo import SOURCE, symbol_of
from assets.sources.yahoo.reading import items, moment, number, obj, results, zone_of

URL = "https://query2.finance.yahoo.com/v8/finance/chart/{symbol}"
SINCE = datetime(2015, 1, 1, tzinfo=UTC)
RATE = "rate/"
# What a ticker's ending says of the currency of its price; without an ending it is traded in the United States.
CURRENCIES = {
    "": "USD", "KS": "KRW", "KQ": "KRW", "TW": "TWD", "TWO": "TWD", "HK": "HKD", "T": "JPY", "SS": "CNY", "SZ": "CNY",
    "DE": "EUR", "AS": "EUR", "PA": "EUR", "MI": "EUR", "HE": "EUR", "L": "GBp", "TO": "CAD", "AX": "AUD", "SW": "CHF",
    "ST": "SEK", "TA": "ILA", "NS": "INR",
}  # fmt: skip
# An event that multiplies shares has a ratio of small whole numbers; a spin-off adjusts prices by, say, 1281:1000.
SHARE_SPLIT_TERMS = 100


def subject(symbol: str) -> str:
    """What a share's prices and splits are asked for by."""
    return f"chart/{symbol}"


def rate_subject(currency: str) -> str:
    """What a currency's rate is asked for by; the symbol quotes units for one US dollar."""
    return f"{RATE}{currency}=X"


def price_currency(symbol: str) -> str | None:
    """The currency in which a symbol is quoted, None where its ending is not known; that of 'KRW=X' is KRW."""
    if symbol.endswith("=X"):
        return symbol.removesuffix("=X")
    return CURRENCIES.get(symbol.rpartition(".")[2] if "." in symbol else "")


def params(since: datetime, now: datetime) -> dict[str, str]:
    """The query for daily closes since a day, with splits."""
    until = datetime.combine(now.date() + timedelta(days=1), time(), UTC)
    return {
        "period1": str(int(since.timestamp())),
        "period2": str(int(until.timestamp())),
        "interval": "1d",
        "events": "div,splits",
        "includePrePost": "false",
    }


@dataclass(frozen=True)
class Chart:
    """A chart: closes of finished days, splits, and when the session it was asked in ends.

    prices, splits: raw.price_observations and raw.splits of a share; rates: raw.fx_observations of a currency. holes:
    finished days without a close.
    """

    prices: pl.DataFrame
    splits: pl.DataFrame
    rates: pl.DataFrame
    session_end: datetime
    holes: frozenset[date]


def parse(payload: Payload) -> Chart:
    """Daily closes, adjusted for the splits known when it was fetched; the day under way is left out.

    Of a subject 'rate/KRW=X' the closes are units for one US dollar and become US dollars for one unit.

    Raises:
        PayloadError: not JSON; another symbol or currency; arrays uneven, missing or of another type; a close not above
            zero.
        NoDataError: no day in the answer.
        NotFoundError: Yahoo does not know the symbol.
    """
    symbol, result = symbol_of(payload.subject), results(payload, "chart")
    if not result:
        raise NoDataError(f"{payload.subject}: no result")
    found = obj(result[0], payload, "a result")
    meta = obj(found.get("meta"), payload, "meta")
    if str(meta.get("symbol")).upper() != symbol.upper():
        raise PayloadError(f"{payload.subject}: wrong symbol, the answer is about {meta.get('symbol')}")
    currency = meta.get("currency")
    promised = price_currency(symbol)
    if not isinstance(currency, str) or not currency or (promised and currency != promised):
        raise PayloadError(f"{payload.subject}: quoted in {currency!r} where {promised or 'a currency'} was promised")
    zone = zone_of(meta, payload)
    period = obj(
        obj(meta.get("currentTradingPeriod"), payload, "currentTradingPeriod").get("regular"), payload, "regular"
    )
    session_end = moment(period.get("end"), payload, "session end")
    told = _closes(found, payload, zone)
    if session_end > payload.fetched_at:
        told.pop(session_end.astimezone(zone).date(), None)
    closes = {day: close for day, close in told.items() if close is not None}
    if not closes:
        raise NoDataError(f"{payload.subject}: no finished trading day in the answer")
    days = pl.DataFrame(
        {"date": list(closes), "close": list(closes.values())}, schema={"date": pl.Date, "close": pl.Float64}
    )
    common = {"source": pl.lit(SOURCE), "payload_sha256": pl.lit(payload.sha256)}
    prices, rates = (pl.DataFrame(schema=table(f"raw.{t}_observations").polars_schema) for t in ("price", "fx"))
    if payload.subject.startswith("rate/"):
        rates = days.select("date", currency=pl.lit(currency), usd_per_unit=1 / pl.col("close"), **common)
    else:
        prices = days.select(
            "date", "close", ticker=pl.lit(symbol), currency=pl.lit(currency),
            adjusted_to=pl.lit(payload.fetched_at.astimezone(zone).date()), **common,
        )  # fmt: skip
    return Chart(
        conform(prices, table("raw.price_observations")),
        _splits(found, payload, symbol, zone),
        conform(rates, table("raw.fx_observations")),
        session_end,
        frozenset(told.keys() - closes.keys()),
    )


def _closes(found: Mapping[str, Any], payload: Payload, zone: ZoneInfo) -> dict[date, float | None]:
    """Close by local day, None for a hole; of two bars of one day the later one (Yahoo adds one for the last trade)."""
    stamps = items(found.get("timestamp") or [], payload, "timestamp")
    if not stamps:
        return {}
    indicators = obj(found.get("indicators"), payload, "indicators")
    quote = items(indicators.get("quote"), payload, "quote")
    closes = items(obj(quote[0] if quote else None, payload, "quote").get("close"), payload, "close")
    if len(stamps) != len(closes):
        raise PayloadError(f"{payload.subject}: {len(stamps)} time stamps and {len(closes)} closes")
    days: dict[date, float | None] = {}
    for stamp, close in zip(stamps, closes, strict=True):
        day = moment(stamp, payload, "timestamp").astimezone(zone).date()
        if close is None:
            days.setdefault(day, None)
            continue
        value = number(close, payload, "close")
        if value <= 0:
            raise PayloadError(f"{payload.subject}: a close of {value}")
        days[day] = value
    return days


def _splits(found: Mapping[str, Any], payload: Payload, symbol: str, zone: ZoneInfo) -> pl.DataFrame:
    contract = table("raw.splits")
    events = obj(found.get("events") or {}, payload, "events").get("splits") or {}
    rows = []
    for event in obj(events, payload, "splits").values():
        split = obj(event, payload, "a split")
        new, old = (number(split.get(k), payload, f"a split's {k}") for k in ("numerator", "denominator"))
        if new <= 0 or old <= 0:
            raise PayloadError(f"{payload.subject}: a split of {new}:{old}")
        whole = all(n == int(n) and n <= SHARE_SPLIT_TERMS for n in (new, old))
        rows.append(
            {
                "ticker": symbol,
                "date": moment(split.get("date"), payload, "a split's date").astimezone(zone).date(),
                "ratio": new / old,
                "is_share_split": whole,
                "note": None if whole else "price adjustment, not a share split (terms are not small whole numbers)",
                "payload_sha256": payload.sha256,
            }
        )
    return conform(
        pl.DataFrame(rows, schema=contract.polars_schema).unique(contract.key, maintain_order=True), contract
    )
