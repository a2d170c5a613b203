"""As known on: the margins and capex charts as a past day knew them, beside what is known now."""

import pytest

from analytics.contracts import empty, table
from dashboard import findings
from dashboard.cards import capex, hindsight, margins
from dashboard.cards.card import Card, View
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"
ON = f"30{NBSP}Jun{NBSP}2025"


def known() -> Ledger:
    return Ledger(dict(synthetic.tables()), synthetic.AS_OF)


def view_of(card: Card, key: str) -> View:
    return next(view for view in card.views if view.key == key)


def test_margins_as_a_past_day_knew_them() -> None:
    made = margins.card(known(), "alpha")
    view = view_of(made, "operating_margin.consolidated.ttm.aggregate.2025-06-30")
    assert view.title == (
        f"Known on {ON}: compute & memory operating margins rose 20 points from 2022{NBSP}Q4, hyperscalers 5; "
        "applications stayed flat"
    )
    assert view.subtitle.startswith(f"Operating margin as known on {ON}, ")
    assert view.alt.startswith(view.title) and f"as known on {ON}: " in view.alt and "Compute & memory 40%" in view.alt
    assert view.as_of.startswith(f"known on {ON}; ")
    # 20 % of 2022Q4, told as 53 % now: 32.9 points, against 12.9 of 2025Q1.
    assert view.note.startswith(
        f"Compute & memory: operating margin of 2022{NBSP}Q4, known as 20% on {ON}, is told as 53% now. "
    )
    panels = {panel.name: panel for panel in view.panels}
    assert panels["Compute & memory"].value == "40%"
    assert panels["Models"].picture is None and panels["Models"].unknown == "not known then"
    picture = panels["Compute & memory"].picture
    assert picture is not None
    then = {row["x"]: row["y"] for row in picture.data["series"] if row["layer"] == "Compute & memory"}
    # 2023.0 is the end of 2022Q4; the provisional .9 is cut at the panel's edge of .65.
    assert then == {2023.0: 0.20, 2025.25: 0.40, 2025.5: 0.65}
    now = {row["x"]: row["y"] for row in picture.data["now"] if row["layer"] == "Compute & memory"}
    assert min(now) == 2023.0 and max(now) > 2025.5 and now[2025.25] == pytest.approx(92.5 / 175, abs=1e-5)
    chips = next(row for row in view.table.rows if row[0] == f"2025{NBSP}Q1")
    assert chips[-1] == 0.40  # compute & memory is the last layer


def test_capex_as_a_past_day_knew_it_with_the_same_quarter_now_beside() -> None:
    view = view_of(capex.card(known(), "alpha"), "capex_to_revenue.ttm.aggregate.2025-06-30")
    # The layer that spends most dollars (hyperscalers) rose by less than half; chips doubled.
    assert view.title == (
        f"Known on {ON}: compute & memory spent 40 cents of each revenue dollar on capex, twice the 2022{NBSP}Q4 rate"
    )
    assert f"as known on {ON}" in view.subtitle and f"as known on {ON}: " in view.alt
    rows = {row["name"]: row for row in view.pictures["wide"].data["rates"]}
    assert (rows["Compute & memory"]["then"], rows["Compute & memory"]["now"]) == (0.20, 0.40)
    assert rows["Models"]["words"] == "not known then"
    now = known().value("alpha", "compute-memory", "consolidated", "capex_to_revenue", "2025Q1")
    assert now is not None
    told = next(row for row in view.table.rows if row[0] == "Compute & memory")
    assert told == ["Compute & memory", 0.20, f"2025{NBSP}Q1", 0.40, now]
    assert rows["Compute & memory"]["beside"] == f"→ {round(now * 100)}%"


def test_only_what_was_kept_can_be_chosen() -> None:
    made = margins.card(known(), "alpha")
    chooser = next(one for one in made.controls if one.name == "known")
    assert chooser.menu
    assert [value for value, _ in chooser.options] == ["now", "2025-06-30"]
    assert chooser.options[1][1] == ON
    past = [view.key for view in made.views if not view.key.endswith(".now")]
    assert past == ["operating_margin.consolidated.ttm.aggregate.2025-06-30"]
    assert made.views[0].key.endswith(".now")  # what opens is what is known now
    nothing = {"marts.layer_metrics_then": empty(table("marts.layer_metrics_then"))}
    bare = margins.card(Ledger(dict(synthetic.tables()) | nothing, synthetic.AS_OF), "alpha")
    assert bare.controls[-1].options == [chooser.options[0]]


def test_a_day_is_offered_for_a_metric_that_was_final_on_it() -> None:
    assert hindsight.settings(known(), "alpha", "operating_margin", "consolidated", "ttm", "aggregate") == [
        "now", "2025-06-30",
    ]  # fmt: skip
    for metric, basis, window, statistic in (
        ("gross_margin", "consolidated", "ttm", "aggregate"),
        ("operating_margin", "layer", "ttm", "aggregate"),
        ("operating_margin", "consolidated", "quarter", "aggregate"),
        ("operating_margin", "consolidated", "ttm", "median"),
    ):
        assert hindsight.settings(known(), "alpha", metric, basis, window, statistic) == ["now"]


def test_nothing_moved_is_a_finding_too() -> None:
    still = [(name, "2025Q1", 0.2, 0.205) for name in ("A", "B", "C")]
    assert findings.largest_revision(still, "operating margin", "30 Jun 2025") == (
        "No layer’s operating margin drawn as known on 30 Jun 2025 has moved by a point since"
    )
    assert findings.largest_revision([("A", "2025Q1", 0.2, None)], "operating margin", "30 Jun 2025") is None
