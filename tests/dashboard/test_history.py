"""A layer's metrics over time: twelve months or a quarter alone, and what happened to its members."""

from dashboard.cards import history
from dashboard.charts import history as chart
from dashboard.ledger import Ledger, Reading
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


def test_a_quarter_left_out_is_no_gap_and_one_alone_is_a_dot() -> None:
    def reading(quarter: str) -> Reading:
        return Reading(quarter, 0.2, 0.2, 0.1, 0.3, 8, 8, 1.0, None, None, "final", None)

    shown = chart.Shown("fraction", "energy", "A", -1.0, 1.0)
    readings = [reading(q) for q in ("2023Q4", "2024Q4", "2025Q2")]
    rows = chart.pictures(readings, shown, joined={"2025Q1"})["wide"].data["rows"]
    # 2024Q1 to Q3 are unknown, a gap; over 2025Q1 the line runs on.
    assert [(row["x"], row["layer"]) for row in rows] == [
        (2024.0, 0.2), (2024.25, None), (2024.5, None), (2024.75, None), (2025.0, 0.2), (2025.5, 0.2),
    ]  # fmt: skip
    assert [row["x"] for row in rows if row.get("alone")] == [2024.0]
