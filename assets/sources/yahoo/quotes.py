"""Quotes: share counts and the days of results, many symbols in one request.

Belongs here: the shape of the answer, and which of its numbers are observations. Does not belong here: prices
(chart.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from analytics.contracts import conform, table
from assets.sources.observation import with_ids
from assets.sources.payload import NotFoundError, Payload, PayloadError
from assets.sources.yahoo import SOURCE
from assets.sources.yahoo.reading import moment, number, obj, results

URL = "https://query1.finance.yahoo.com/v7/finance/quote"
SYMBOLS_A_REQUEST = 50


@dataclass(frozen=True)
class Quote:
    """What a quote says of one symbol: its share count (of the listed class), the last and the next day of results."""

    symbol: str
    shares: float | None
    last_results: datetime | None
    next_results: datetime | None


def params(symbols: Iterable[str]) -> dict[str, str]:
    """The query for some symbols."""
    return {"symbols": ",".join(symbols)}


def parse(payload: Payload) -> tuple[Quote, ...]:
    """One quote per symbol that Yahoo knows of those asked.

    Raises:
        PayloadError: not JSON; a quote without its symbol, or with a value of another type.
        NotFoundError: it knows none of them.
    """
    quotes: dict[str, Quote] = {}
    for entry in results(payload, "quoteResponse"):
        told = obj(entry, payload, "a quote")
        symbol = told.get("symbol")
        if not isinstance(symbol, str) or not symbol:
            raise PayloadError(f"{payload.subject}: a quote of the symbol {symbol!r}")
        shares = told.get("sharesOutstanding")
        quotes[symbol] = Quote(
            symbol,
            None if shares is None else number(shares, payload, f"{symbol} sharesOutstanding"),
            *(
                None if told.get(k) is None else moment(told[k], payload, f"{symbol} {k}")
                for k in ("earningsTimestamp", "earningsTimestampStart")
            ),
        )
    if not quotes:
        raise NotFoundError(f"{payload.subject}: Yahoo knows none of them")
    return tuple(quotes.values())


def shares(quotes: Iterable[Quote], payload: Payload, companies: Mapping[str, str]) -> pl.DataFrame:
    """raw.observations: the share counts of quotes, for the companies given by symbol.

    Only for companies that file no share count: Yahoo counts the listed class alone.
    """
    contract = table("raw.observations")
    day = payload.fetched_at.astimezone(UTC).date()
    rows = [
        {
            "source": SOURCE,
            "company_id": companies[quote.symbol],
            "concept": "yahoo:sharesOutstanding",
            "period_start": None,
            "period_end": day,
            "period_basis": "filed",
            "unit": "shares",
            "value": quote.shares,
            "known_at": day,
            "known_at_basis": "fetched",
            "fetched_at": payload.fetched_at,
            "reference": f"https://finance.yahoo.com/quote/{quote.symbol}/",
            "payload_sha256": payload.sha256,
        }
        for quote in quotes
        if quote.symbol in companies and quote.shares
    ]
    schema = {name: dtype for name, dtype in contract.polars_schema.items() if name != "observation_id"}
    return conform(with_ids(pl.DataFrame(rows, schema=schema)), contract)
