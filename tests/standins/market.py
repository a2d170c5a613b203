"""Prices, splits and exchange rates: the bundle's, and an invented walk where they end.

Belongs here: daily closes by symbol. Does not belong here: the chart's JSON shape (yahoo.py).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from tests.standins.figures import fraction


@dataclass(frozen=True)
class Split:
    """So many new shares for one old share, from the ex-date on. `added`: the bundle's closes do not know of it."""

    day: date
    ratio: float
    added: bool = False


def walk(symbol: str, known: Mapping[date, float], first: date, last: date, start: float) -> dict[date, float]:
    """Daily closes to `last`: the known ones, then (or where none is known, from `first` on) steps of at most 1 %.

    A step depends on the symbol and the day alone, so a later `last` adds days and changes none.
    """
    closes = {day: close for day, close in sorted(known.items()) if day <= last}
    day, price = (max(known), known[max(known)]) if known else (first - timedelta(days=1), start)
    while (day := day + timedelta(days=1)) <= last:
        if day.weekday() < 5:
            price = round(price * (0.99 + 0.02 * fraction(symbol, day)), 6)
            closes[day] = price
    return closes
