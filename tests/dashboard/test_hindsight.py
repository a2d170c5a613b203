"""As known on: the figure of then stands beside the same quarter's figure of now."""

from datetime import date
from typing import Any

import pytest

from dashboard import findings
from dashboard.cards import hindsight
from dashboard.charts import hindsight as chart
from tests.dashboard.test_changes import ledger_with

NBSP = "\u00a0"
DAY = date(2025, 6, 30)


def rows() -> list[dict[str, Any]]:
    common = {"known_on": DAY, "lens": "alpha", "metric": "operating_margin", "n_members": 2, "n_measured": 2}
    final = {"calendar_quarter": "2025Q1", "status": "final"}
    return [
        common | final | {"layer": "compute-memory", "value": 0.40},
        # A later quarter that was provisional then does not speak, and neither does an older one.
        common | {"layer": "compute-memory", "calendar_quarter": "2025Q2", "status": "provisional", "value": 0.9},
        common | {"layer": "compute-memory", "calendar_quarter": "2024Q4", "status": "final", "value": 0.1},
        common | final | {"layer": "hyperscalers", "value": 0.3538},
    ]


def test_then_against_now() -> None:
    # Now: chips (90 + 2.5) / 175 = 52.86 %, hyperscalers (28 + 18) / 130 = 35.38 %, in every quarter.
    made = hindsight.card(ledger_with("marts.layer_metrics_then", rows()), "alpha")
    view = made.views[0]
    assert view.key == "operating_margin.2025-06-30"
    assert view.title == (
        f"Compute & memory: operating margin of 2025{NBSP}Q1, known as 40% on 30{NBSP}Jun{NBSP}2025, is told as 53% now"
    )
    drawn = {row["name"]: row for row in view.pictures["wide"].data["rows"]}
    assert drawn["Compute & memory"]["then"] == 0.4
    assert drawn["Compute & memory"]["text"] == "40% → 53%"
    assert drawn["Models"]["words"] == "not known then" and drawn["Models"]["text"] == ""
    chips = next(row for row in view.table.rows if row[0] == "Compute & memory")
    assert chips[2:] == [0.4, pytest.approx(92.5 / 175), pytest.approx(92.5 / 175)]


def test_nothing_moved_is_a_finding_too() -> None:
    still = [(name, "2025Q1", 0.2, 0.205) for name in ("A", "B", "C")]
    assert findings.largest_revision(still, "operating margin", "30 Jun 2025") == (
        "No layer’s operating margin known on 30 Jun 2025 has moved by a point since"
    )
    assert findings.largest_revision([("A", "2025Q1", 0.2, None)], "operating margin", "30 Jun 2025") is None


def test_what_lies_far_beyond_stands_at_the_edge() -> None:
    usual = [chart.Then(str(n), "storage", "2025Q1", 0.2, 0.2, 0.2) for n in range(6)]
    drawn = chart.picture([*usual, chart.Then("Far", "neoclouds", "2025Q1", 2.5, 2.6, 2.6)], "30 Jun 2025")
    far = drawn.data["rows"][-1]
    # Three times the usual .2, and the edge of 4 % of the axis.
    assert far["then"] == far["now"] == pytest.approx(0.624)
    assert far["text"] == "250% → 260%"
