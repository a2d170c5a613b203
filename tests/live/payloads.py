"""What the archived answers of a home say, read with a few lines that share nothing with the product's parsers.

Belongs here: figures out of JSON as plain tuples. Does not belong here: comparing them.
"""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import zstandard

Row = tuple[Any, ...]
OWN = ("end", "val", "accn", "filed")


def answers(home: Path) -> Iterator[tuple[dict[str, Any], Any]]:
    """Each fetch of the journal that brought JSON, as written there, with that JSON; in order."""
    lines = [
        line for p in sorted((home / "archive" / "fetches").glob("*.jsonl")) for line in p.read_text().splitlines()
    ]
    for fetch in sorted(map(json.loads, lines), key=lambda told: str(told["started_at"])):
        if fetch["source"] != "bundle" and fetch["outcome"] in ("ok", "unchanged"):
            digest = fetch["payload_sha256"]
            packed = (home / "archive" / digest[:2] / f"{digest[2:]}.zst").read_bytes()
            yield fetch, json.loads(zstandard.decompress(packed))


def facts(home: Path) -> set[Row]:
    """SEC: company, taxonomy:concept, unit, start, end, value, accession, day of filing."""
    return {
        (fetch["company_id"], f"{taxonomy}:{name}", unit, row.get("start"), *(row[k] for k in OWN))
        for fetch, document in answers(home)
        if fetch["subject"].startswith("companyfacts/")
        for taxonomy, concepts in document["facts"].items()
        for name, concept in concepts.items()
        for unit, rows in concept["units"].items()
        for row in rows
    }  # fmt: skip


def statements(home: Path) -> set[Row]:
    """Yahoo: company, type, end, value, currency."""
    return {
        (fetch["company_id"], kind, row["asOfDate"], row["reportedValue"]["raw"], row["currencyCode"])
        for fetch, document in answers(home)
        if fetch["subject"].startswith("timeseries/")
        for entry in document["timeseries"]["result"]
        for kind in entry["meta"]["type"]
        for row in entry.get(kind, ())
    }  # fmt: skip


def closes(home: Path, kind: str) -> dict[tuple[str, str], float]:
    """Yahoo: the last close told of each symbol and local day; `kind` is 'chart' or 'rate'."""
    told: dict[tuple[str, str], float] = {}
    for fetch, document in answers(home):
        if fetch["subject"].startswith(f"{kind}/"):
            (result,) = document["chart"]["result"]
            zone, asked = ZoneInfo(result["meta"]["exchangeTimezoneName"]), datetime.fromisoformat(fetch["started_at"])
            ends = datetime.fromtimestamp(result["meta"]["currentTradingPeriod"]["regular"]["end"], zone)
            for stamp, close in zip(result["timestamp"], result["indicators"]["quote"][0]["close"], strict=True):
                day = datetime.fromtimestamp(stamp, zone).date()
                if day != ends.date() or ends <= asked:  # the day is over
                    told[result["meta"]["symbol"], day.isoformat()] = close
    return told


def splits(home: Path) -> set[Row]:
    """Yahoo: symbol, ratio of each split told."""
    return {
        (document["chart"]["result"][0]["meta"]["symbol"], event["numerator"] / event["denominator"])
        for fetch, document in answers(home)
        if fetch["subject"].startswith("chart/")
        for event in document["chart"]["result"][0].get("events", {}).get("splits", {}).values()
    }
