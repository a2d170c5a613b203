"""The health of the data: the newest fetch of each company, largest differences first, text as text."""

from datetime import UTC, date, datetime
from typing import Any

from dashboard.pages import health
from tests.dashboard.synthetic import HOSTILE
from tests.dashboard.test_changes import ledger_with


def made(name: str, rows: list[dict[str, Any]]) -> dict[str, object]:
    (only,) = health.tables(ledger_with(name, rows))
    return only


def test_the_newest_fetch_of_each_company_counts() -> None:
    def fetch(company: str, hour: int, outcome: str) -> dict[str, Any]:
        at = datetime(2026, 6, 30, hour, tzinfo=UTC)
        return {"source": "sec", "company_id": company, "started_at": at, "outcome": outcome, "message": HOSTILE,
                "requests": 1, "bytes": 0, "subject": "facts", "fetch_id": f"{company}{hour}"}  # fmt: skip

    told = made(
        "raw.fetches",
        [
            fetch("nvidia", 8, "refused"),
            fetch("nvidia", 9, "ok"),
            fetch("amd", 8, "ok"),
            fetch("amd", 9, "rate_limited"),
        ],
    )
    assert told["title"] == "1 of 2 fetches failed"
    body = str(told["body"])
    assert "AMD" in body and "rate limited" in body and "Nvidia" not in body
    assert "<script" not in body and "&lt;script&gt;" in body


def test_all_well_is_said() -> None:
    at = datetime(2026, 6, 30, tzinfo=UTC)
    row = {"source": "sec", "company_id": "amd", "started_at": at, "outcome": "unchanged", "requests": 1, "bytes": 0,
           "subject": "facts", "fetch_id": "1"}  # fmt: skip
    assert made("raw.fetches", [row])["title"] == "The one fetch came through"


def test_the_largest_disagreement_stands_first_and_once() -> None:
    def row(company: str, other: float, n: int) -> dict[str, Any]:
        return {
            "company_id": company, "item": "revenue", "period_end": date(2025, 12, 31), "value": 100e6,
            "currency": "USD", "source": "sec", "concept": "Revenues", "derivation": "reported",
            "observation_id": f"{company}{n}", "other_value": other, "other_source": "yahoo", "other_concept": "Total",
            "other_derivation": "reported", "other_observation_id": f"o{n}", "difference_ratio": other / 100e6 - 1,
            "kind": "definition",
        }  # fmt: skip

    told = made("marts.disagreements", [row("amd", 150e6, 1), row("amd", 140e6, 2), row("nvidia", 20e6, 3)])
    body = str(told["body"])
    assert body.index("Nvidia") < body.index("AMD") and body.count("AMD") == 1
    assert "−80.0%" in body and "50.0%" in body
    assert told["note"] == "2 of 3 are shown; the published table holds all."
