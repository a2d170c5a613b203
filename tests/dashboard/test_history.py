"""A layer's metrics over time: twelve months or a quarter alone, and what happened to its members."""

from dashboard.cards import history
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"


def ledger() -> Ledger:
    return Ledger(dict(synthetic.tables()), synthetic.AS_OF)


def test_a_quarter_alone_can_be_chosen_where_it_means_something() -> None:
    made = ledger()
    chips = next(layer for layer in made.layers("alpha") if layer.layer == "compute-memory")
    card = history.card(
        made, "alpha", chips, "margins", "Margins?", "consolidated", ["operating_margin", "gross_margin"]
    )
    keys = [view.key for view in card.views]
    assert keys[:2] == ["operating_margin.ttm", "operating_margin.quarter"]
    assert [control.name for control in card.controls] == ["metric", "window"]
    twelve, quarter = card.views[:2]
    # (90 + 2.5) / 175 in every quarter, and in every twelve months.
    assert twelve.title == f"Operating margin: 53% in 2025{NBSP}Q4, 53% three years before"
    assert quarter.title == f"Operating margin, one quarter: 53% in 2025{NBSP}Q4, 53% three years before"
    assert "trailing twelve months" in twelve.subtitle and "each fiscal quarter alone" in quarter.subtitle
    assert (twelve.as_of, quarter.as_of) == (f"twelve months to 2025{NBSP}Q4", f"calendar 2025{NBSP}Q4")
    assert (twelve.table.columns[0].title, quarter.table.columns[0].title) == ("Twelve months to", "Quarter")
    # Debt against a quarter's cash flow would be four times what it is against a year's.
    debt = history.card(made, "alpha", chips, "debt", "Debt?", "consolidated", ["debt_to_ocf"])
    assert all(view.key == "debt_to_ocf.ttm" for view in debt.views)
