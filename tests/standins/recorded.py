"""Recorded answers of Yahoo, replayed for symbols that are none of the world's companies; see payloads/README.md.

Belongs here: reading them. Does not belong here: answers made from the world (yahoo.py).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "payloads" / "yahoo"
SYMBOLS = ("AAPL", "7203.T", "GS2C.DE", "TSCO.L")


def document(name: str) -> Any:
    """One recorded answer by its file's path below payloads/yahoo."""
    return json.loads((FOLDER / name).read_bytes())


@cache
def timeseries(symbol: str) -> dict[str, dict[str, Any]]:
    """The recorded result entry of each type of the symbol."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted((FOLDER / "timeseries").glob(f"*_{symbol}.json")):
        for entry in document(f"timeseries/{path.name}")["timeseries"]["result"]:
            found.setdefault(entry["meta"]["type"][0], entry)
    return found


@cache
def chart(symbol: str) -> dict[str, Any] | None:
    """The recorded result of the symbol's chart."""
    files = {"AAPL": "chart/yafin_AAPL_1d_1y.json", "GS2C.DE": "chart/yfinance-rs_GS2C.DE.json"}
    return document(files[symbol])["chart"]["result"][0] if symbol in files else None


@cache
def quote(symbol: str) -> dict[str, Any] | None:
    """The recorded quote of the symbol."""
    files = {"AAPL": "quote/yafin_AAPL.json", "GS2C.DE": "quote/yfinance-rs_GS2C.DE.json"}
    return document(files[symbol])["quoteResponse"]["result"][0] if symbol in files else None


@cache
def calendar_events(symbol: str) -> dict[str, Any] | None:
    """The recorded calendarEvents of the symbol."""
    if symbol != "AAPL":
        return None
    found: dict[str, Any] = document("quotesummary/yafin_calendarEvents_AAPL.json")["quoteSummary"]["result"][0][
        "calendarEvents"
    ]
    return found
