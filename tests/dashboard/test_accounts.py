"""The card of a company's dollars: the sentence is true, a gap is a gap, too little is no line."""

from datetime import date

import polars as pl

from analytics.contracts import table
from dashboard.cards import accounts
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"
QUARTERS = [f"{year}Q{n}" for year in (2023, 2024, 2025, 2026) for n in (1, 2, 3, 4)]


def test_the_title_says_what_was_sold_and_three_years_before() -> None:
    card = accounts.card("Acme", {"revenue": {q: (n + 1) * 1e9 for n, q in enumerate(QUARTERS)}})
    assert card is not None
    (view,) = card.views
    # 2026Q4 is the sixteenth quarter; twelve quarters before it the fourth.
    assert view.title == (
        f"Acme had revenue of $16{NBSP}bn in the twelve months to 2026{NBSP}Q4, up from $4{NBSP}bn three years before"
    )
    assert view.table.rows[0] == [f"2026{NBSP}Q4", 16e9]
    assert accounts._title("Acme", {"2026Q4": 4e9, "2023Q4": 4.01e9}, "2026Q4").endswith(", as three years before")
    assert accounts._title("Acme", {"2026Q4": 4e9}, "2026Q4").endswith(f"2026{NBSP}Q4")


def test_years_are_joined_and_a_longer_gap_is_not() -> None:
    points = accounts._points({"2022Q4": 1.0, "2023Q4": 2.0, "2025Q2": 3.0})
    assert [(p.quarter, p.amount_usd) for p in points] == [
        ("2022Q4", 1.0), ("2023Q4", 2.0), ("2024Q1", None), ("2025Q2", 3.0),
    ]  # fmt: skip


def test_too_little_is_no_line() -> None:
    assert accounts.card("Acme", {}) is None
    assert accounts.card("Acme", {"revenue": dict.fromkeys(QUARTERS[:4], 1e9)}) is None
    card = accounts.card("Acme", {"revenue": dict.fromkeys(QUARTERS, 1e9), "capex": {"2026Q4": 1e9}})
    assert card is not None and "whole years" not in card.views[0].note
    years = accounts.card("Acme", {"revenue": dict.fromkeys([f"{year}Q4" for year in range(2019, 2026)], 1e9)})
    assert years is not None and "whole years" in years.views[0].note
    assert card.views[0].coverage == "1 of 4 items, 16 quarters"


def test_a_line_stops_where_another_basis_begins_and_the_title_compares_within_it() -> None:
    points = accounts._points({"2024Q1": 3.0, "2024Q2": 1.0, "2024Q3": 1.1}, {"2024Q2"})
    assert [p.amount_usd for p in points] == [3.0, None, 1.0, 1.1]
    revenue = {q: (n + 1) * 1e9 for n, q in enumerate(QUARTERS)}
    card = accounts.card("Acme", {"revenue": revenue}, {"revenue": {"2025Q1"}})
    assert card is not None
    assert card.views[0].title.endswith(f"in the twelve months to 2026{NBSP}Q4")
    assert "restated" in card.views[0].note
    # A change before the quarter that the title looks back to takes nothing away.
    card = accounts.card("Acme", {"revenue": revenue}, {"revenue": {"2023Q3"}})
    assert card is not None and card.views[0].title.endswith("three years before")


def test_a_new_basis_begins_where_neighbours_share_none() -> None:
    rows = [
        ("2024Q1", None, date(2025, 5, 2)),
        ("2024Q2", None, None),
        ("2024Q3", date(2025, 5, 2), None),
        ("2024Q4", None, date(2026, 1, 1)),
        ("2025Q1", date(2026, 1, 1), None),
    ]
    schema = table("marts.member_amounts").polars_schema
    common = {"basis": "consolidated", "window": "ttm", "company_id": "acme", "item": "revenue", "amount_usd": 1.0}
    frame = pl.DataFrame(
        [
            dict.fromkeys(schema) | common | {"calendar_quarter": q, "basis_from": since, "basis_until": until}
            for q, since, until in rows
        ],
        schema=schema,
    )
    ledger = Ledger({**synthetic.tables(), "marts.member_amounts": frame}, synthetic.AS_OF)
    assert accounts.by_company(ledger)["acme"][1] == {"revenue": {"2025Q1"}}
