"""The health of the data: the newest fetch of each company, largest differences first, text as text."""

import re
from datetime import UTC, date, datetime
from typing import Any

from dashboard.pages import health
from tests.dashboard.synthetic import HOSTILE
from tests.dashboard.test_changes import ledger_with


def made(name: str, rows: list[dict[str, Any]]) -> dict[str, object]:
    (only,) = health.tables(ledger_with(name, rows))
    return only


def fetch(company: str, at: datetime, outcome: str, message: str | None = None, **more: Any) -> dict[str, Any]:
    return {"source": "sec", "company_id": company, "started_at": at, "outcome": outcome, "message": message,
            "requests": 1, "bytes": 0, "subject": "facts", "fetch_id": f"{company}{at}", **more}  # fmt: skip


def test_the_newest_fetch_of_each_company_counts() -> None:
    def at(hour: int) -> datetime:
        return datetime(2026, 6, 30, hour, tzinfo=UTC)

    told = made(
        "raw.fetches",
        [
            fetch("nvidia", at(8), "refused", HOSTILE),
            fetch("nvidia", at(9), "ok"),
            fetch("amd", at(8), "ok"),
            fetch("amd", at(9), "rate_limited", HOSTILE),
        ],
    )
    assert told["title"] == "1 of 2 fetches failed"
    body = str(told["body"])
    assert "AMD" in body and "rate limited" in body and "Nvidia" not in body
    assert "<script" not in body and "&lt;script&gt;" in body


def test_who_fails_why_since_when_and_until_when() -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 6, day, 6, 31, tzinfo=UTC)

    told = made(
        "raw.fetches",
        [
            fetch("amd", at(26), "ok"),
            fetch("amd", at(28), "unreachable", "no route"),
            fetch("amd", at(29), "unreachable", "no route", next_try_at=at(30)),
            fetch("nvidia", at(29), "unchanged"),
        ],
    )
    assert told["title"] == "1 of 2 fetches failed"
    run = "The last run that asked live sources, 29\u00a0Jun\u00a02026, 06:31\u00a0UTC: SEC filings (XBRL): "
    assert str(told["subtitle"]).startswith(run + "1 unreachable, 1 unchanged.")
    cells = re.findall("<t[dh][^>]*>(.*?)</t[dh]>", str(told["body"]).split("<tbody>")[1])
    day = "{}\u00a0Jun\u00a02026, 06:31\u00a0UTC"
    assert cells == ["SEC filings (XBRL)", "unreachable", "AMD", "no route", *map(day.format, (28, 26, 30))]


def test_questions_about_no_one_company_are_named_by_what_was_asked() -> None:
    at = datetime(2026, 6, 29, tzinfo=UTC)
    subjects = ("quotes/ADBE,AMD,NVDA", "rate/EURUSD=X", "data.sec.gov", "quotes/CRM,SNOW")
    told = made("raw.fetches", [fetch("", at, "unreachable", subject=s, fetch_id=s, company_id=None) for s in subjects])
    assert '<td class="wide-text">EURUSD, data.sec.gov, quotes</td>' in str(told["body"])


def test_an_edition_made_offline_says_so() -> None:
    at = datetime(2026, 6, 30, tzinfo=UTC)
    told = made("raw.fetches", [fetch("amd", at, "ok", source="bundle", subject="facts.parquet")])
    assert told["title"] == "No live source was asked for this edition"
    assert "made offline" in str(told["subtitle"]) and told["body"] == ""


def test_all_well_is_said() -> None:
    at = datetime(2026, 6, 30, tzinfo=UTC)
    assert made("raw.fetches", [fetch("amd", at, "unchanged")])["title"] == "The one fetch came through"


def test_broken_rules_are_told_in_units_a_person_uses() -> None:
    def odd(company: str, message: str, **more: Any) -> dict[str, Any]:
        return {"company_id": company, "item": "gross_profit", "period_end": date(2018, 5, 31), "value": 1.0,
                "rule": "gross profit is not revenue less cost", "severity": "warning", "currency": "USD",
                "message": message, "source": "sec", "observation_id": company, **more}  # fmt: skip

    told = made(
        "core.anomalies",
        [
            odd("nvidia", "6994000000.0 but revenue 39383000000.0 less cost -2.17e9"),
            odd("amd", "900600000.0 of revenue 29129000.0", currency="EUR", rule="operating margin outside −20 to 1"),
        ],
    )
    body = str(told["body"])
    assert "$7\u00a0bn but revenue $39\u00a0bn less cost −$2.2\u00a0bn" in body
    assert "EUR\u00a0901\u00a0mn of revenue EUR\u00a029\u00a0mn" in body and "outside −2,000% to 100%" in body


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
