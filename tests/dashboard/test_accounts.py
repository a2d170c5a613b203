"""The card of a company's dollars: the sentence is true, a gap is a gap, too little is no line."""

from dashboard.cards import accounts

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
