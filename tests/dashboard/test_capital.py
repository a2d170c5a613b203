"""Cards of capital: parts that sum to capex, what is unknown in words, findings where they are true."""

import pytest

from dashboard import findings
from dashboard.cards import capital
from dashboard.charts import bars, lines
from dashboard.charts.events import LAUNCH
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"


@pytest.fixture(scope="module")
def ledger() -> Ledger:
    return Ledger(synthetic.tables(), synthetic.AS_OF)


def test_parts_stand_side_by_side_and_negative_ones_left_of_zero() -> None:
    parts = [bars.Part("in", 60e9, "ink"), bars.Part("out", -20e9, "hatch"), bars.Part("more", 40e9, "ink")]
    drawn = bars.picture([bars.Bar("A", parts, "$80 bn"), bars.Bar("B", [], "", "not known")], "USD", [("in", "ink")])
    assert [(p["x"], p["x2"]) for p in drawn.data["pieces"]] == [(0, 60), (0, -20), (60, 100)]
    assert drawn.data["pieces"][1]["fill"] == "url(#hatch)"
    assert [row["words"] for row in drawn.data["rows"]] == [None, "not known"]
    assert 0 in list(drawn.tokens["@ticks"])  # type: ignore[call-overload]


@pytest.mark.parametrize(("low", "high"), [(0.0, 123.0), (-55.0, 410.0), (0.0, 0.7), (-9.0, 2.0)])
def test_ticks_are_few_round_and_hold_zero(low: float, high: float) -> None:
    ticks = bars._ticks(low, high)
    assert 0 in ticks and 2 <= len(ticks) <= 6
    assert all(low <= tick <= high for tick in ticks)


def test_who_paid_sums_to_capex_and_names_the_borrower(ledger: Ledger) -> None:
    view = capital.funding(ledger, "alpha").views[0]
    # 60 of 100 borrowed; parts 90 + 60 − 30 − 20 + 0 = 100.
    assert view.title == f"Hyperscalers borrow 60 cents for each dollar of $100{NBSP}bn of capex"
    row = next(row for row in view.table.rows if row[0] == "Hyperscalers")
    assert row[2] == sum(float(part) for part in row[3:-1] if part is not None)
    assert view.coverage == "1 of 5 layers"
    words = {row["name"]: row["words"] for row in view.pictures["wide"].data["rows"]}
    assert words["Models"] == "known of too few" and words["Hyperscalers"] is None


def test_what_is_still_to_be_charged(ledger: Ledger) -> None:
    # 80 of 120 is two thirds.
    assert capital.to_come(ledger, "alpha").views[0].title == (
        f"Of $120{NBSP}bn spent since 2022{NBSP}Q4, 67% has not been charged to profits yet"
    )
    # Five years of 16: four of them are 80 %.
    assert capital.runoff(ledger, "alpha").views[0].title == (
        f"Hyperscalers: 80% of $80{NBSP}bn still to come falls due by the end of 2029"
    )


def test_an_amount_of_an_older_quarter_says_so() -> None:
    series = [
        ("Energy", "energy", [lines.Point("2025Q4", 2e9, True), lines.Point("2026Q1", 3e9, True)]),
        ("Storage", "storage", [lines.Point("2024Q3", 1e9, True)]),
    ]
    texts = {row["text"] for row in lines.picture(series, "capex").data["labels"]}
    assert texts == {f"Energy $3{NBSP}bn", f"Storage $1{NBSP}bn, 2024{NBSP}Q3"}


def test_findings_of_capital() -> None:
    assert findings.largest_spender({"Hyperscalers": 400e9, "Energy": 50e9}, {"Hyperscalers": 100e9}, "2022 Q4") == (
        f"Hyperscalers spend $400{NBSP}bn a year on capex, more than all other layers together, "
        "4.0× what they did in 2022 Q4"
    )
    assert findings.largest_spender({"Hyperscalers": 40e9, "Energy": 50e9, "Chips": 30e9}, {}, "2022 Q4") is None
    storage, chips = (findings.Funded("Storage", 10e9, 4.9e9, "5 of 5"), findings.Funded("Chips", 40e9, 30e9, "3 of 4"))
    assert findings.borrows_for_capex([storage]) is None
    assert findings.pays_from_operations([storage._replace(paid=20e9), chips]) is None
    told = f"still earn what they spend: $50{NBSP}bn from operations against $40{NBSP}bn of capex"
    assert findings.pays_from_operations([chips._replace(paid=50e9)]) == f"Chips (3 of 4 members) {told}"
    assert findings.pays_from_operations([chips._replace(paid=50e9, members="4 of 4")]) == f"Chips {told}"


def test_lines_label_the_newest_final_amount_and_mark_events() -> None:
    points = [lines.Point("2022Q3", 1e9, True), lines.Point("2023Q1", 3e9, True), lines.Point("2023Q2", 9e9, False)]
    drawn = lines.picture([("Storage", "storage", points)], "capex", [LAUNCH])
    assert [label["text"] for label in drawn.data["labels"]] == [f"Storage $3{NBSP}bn"]
    assert [(row["sure"], row["later"]) for row in drawn.data["rows"]] == [(True, False), (True, True), (False, True)]
    # 30 November 2022 lies between the ends of the third quarter (2022.75) and of the year (2023).
    assert 2022.75 < float(str(drawn.data["events"][0]["x"])) < 2023
