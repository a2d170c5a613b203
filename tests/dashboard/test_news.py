"""What changed: which figures are news, and a feed that a reader's program can read."""

from datetime import date
from xml.etree import ElementTree

import polars as pl

from analytics.contracts import conform, table
from dashboard import news
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

ATOM = "{http://www.w3.org/2005/Atom}"


def ledger(quarters: list[dict[str, object]], restated: list[dict[str, object]]) -> Ledger:
    tables = dict(synthetic.tables())
    blank = tables["core.company_quarters"].row(0, named=True)
    for name, rows in (("core.company_quarters", [blank | q for q in quarters]), ("marts.restatements", restated)):
        contract = table(name)
        tables[name] = conform(pl.DataFrame(rows, schema=contract.polars_schema), contract)
    return Ledger(tables, synthetic.AS_OF)


def quarter(company: str, item: str, end: date, known: date) -> dict[str, object]:
    return {"company_id": company, "item": item, "period_end": end, "known_at": known}


def test_figures_of_a_period_that_has_just_ended_are_news_once_a_company_and_day() -> None:
    end, known = date(2026, 3, 31), date(2026, 5, 1)
    found = news.events(
        ledger(
            [
                quarter("adobe", "revenue", end, known),
                quarter("adobe", "capex", end, known),
                quarter("adobe", "capex", date(2025, 12, 31), known),  # the year before, told again in the same filing
                quarter("nvidia", "revenue", date(2024, 3, 31), date(2026, 5, 2)),  # fills a gap two years old
                quarter("microsoft", "revenue", date(2025, 12, 31), date(2026, 2, 1)),  # 149 days before the as-of date
            ],
            [],
        )
    )
    assert [(e.subject, e.day, e.path) for e in found] == [("Adobe", known, "companies/adobe.html")]
    assert found[0].text.replace("\u00a0", " ") == "2 figures of the period to 31 Mar 2026, from SEC filings (XBRL)"


def test_a_restatement_names_what_it_changed() -> None:
    row = {
        "company_id": "nvidia", "item": "net_income", "source": "sec", "concept": "us-gaap:NetIncomeLoss",
        "period_start": None, "period_end": date(2025, 12, 31), "old_value": 1.0, "new_value": 2.0, "currency": "USD",
        "change_ratio": 1.0, "old_known_at": date(2026, 1, 1), "known_at": date(2026, 6, 1),
        "old_observation_id": "a", "observation_id": "b",
    }  # fmt: skip
    found = news.events(ledger([quarter("adobe", "revenue", date(2020, 3, 31), date(2020, 5, 1))], [row]))
    assert [(e.kind, e.text, e.path) for e in found] == [
        ("restatement", "1 earlier figure restated: net income", "companies/nvidia.html#restatements")
    ]


def test_the_feed_is_atom_with_hostile_names_as_text() -> None:
    end, known = date(2026, 3, 31), date(2026, 5, 1)
    found = news.events(ledger([quarter("hostile", "revenue", end, known)], []))
    text = news.feed(found, synthetic.AS_OF)
    root = ElementTree.fromstring(text)
    assert root.tag == f"{ATOM}feed"
    for name in ("id", "title", "updated"):
        assert root.findtext(f"{ATOM}{name}")
    entry = root.find(f"{ATOM}entry")
    assert entry is not None
    assert synthetic.HOSTILE in (entry.findtext(f"{ATOM}title") or "")
    assert "<script>" not in text
    assert entry.findtext(f"{ATOM}updated") == "2026-05-01T00:00:00Z"
    assert len({e.identifier for e in found}) == len(found)
    assert news.feed(found, synthetic.AS_OF) == text


def test_a_feed_without_events_is_whole() -> None:
    root = ElementTree.fromstring(news.feed([], synthetic.AS_OF))
    assert root.findtext(f"{ATOM}updated") == "2026-06-30T00:00:00Z"
