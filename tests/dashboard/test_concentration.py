"""Concentration: whose share of a layer is largest, then and now, and over time."""

import polars as pl

from dashboard import findings
from dashboard.cards import concentration
from dashboard.charts import leaders
from dashboard.findings import Leader
from dashboard.ledger import Holding, Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"


def ledger() -> Ledger:
    return Ledger(dict(synthetic.tables()), synthetic.AS_OF)


def test_the_largest_then_and_now() -> None:
    made = concentration.card(ledger(), "alpha")
    assert [view.key for view in made.views] == ["revenue"]
    view = made.views[0]
    # Hyperscalers moved by 40 points, but two companies are no layer; chips by 20.
    assert view.title == (
        f"Nvidia makes 60% of measured revenue in compute & memory; in 2022{NBSP}Q4 the largest, AMD, made 40%"
    )
    assert "Hyperscalers Microsoft 90%" in view.alt and "Applications" not in view.alt
    rows = {row["name"]: row for row in view.pictures["wide"].data["rates"]}
    assert (rows["Compute & memory"]["then"], rows["Compute & memory"]["now"]) == (0.40, 0.60)
    assert rows["Compute & memory"]["text"] == "60% Nvidia" and rows["Compute & memory"]["beside"] == "HHI 4,600"
    narrow = {row["name"]: row for row in view.pictures["narrow"].data["rates"]}
    assert narrow["Compute & memory"]["text"] == "60%" and narrow["Compute & memory"]["beside"] == "4,600"
    # Of one company measured its share says nothing, and of none there is none.
    assert str(rows["Applications"]["words"]).startswith("only ") and "now" not in rows["Applications"]
    assert rows["Models"]["words"] == "no public figures"
    chips = next(row for row in view.table.rows if row[0] == "Compute & memory")
    assert chips == ["Compute & memory", "AMD", 0.40, 3_400.0, 3, "Nvidia", 0.60, 4_600.0, 3, 4]


def test_one_layer_over_time() -> None:
    made = ledger()
    layers = {layer.layer: layer for layer in made.layers("alpha")}
    view = concentration.history(made, "alpha", layers["compute-memory"]).views[0]
    assert view.title == (f"Nvidia has 60% of measured revenue in 2025{NBSP}Q4; three years before AMD led with 40%")
    assert view.coverage == "3 companies of 4 members" and "HHI 4,600 of 3 companies" in view.alt
    data = view.pictures["wide"].data
    # 2023.0 is the end of 2022Q4; the seven quarters until 2024Q4 are a gap.
    assert [row["share"] for row in data["rows"]][:9] == [0.40, *[None] * 7, 0.50]
    assert [row["text"] for row in data["ends"]] == ["HHI 4,600", "60% Nvidia"]
    assert concentration.history(made, "alpha", layers["applications"]).views == []  # never two measured
    assert concentration.history(made, "alpha", layers["models"]).views == []


def test_a_leader_that_is_no_longer_measured_is_no_change() -> None:
    tables = dict(synthetic.tables())
    late = (pl.col("company_id") == "amd") & (pl.col("calendar_quarter") == "2025Q4")
    tables["marts.member_amounts"] = tables["marts.member_amounts"].filter(~late)
    made = Ledger(tables, synthetic.AS_OF)
    view = concentration.card(made, "alpha").views[0]
    assert view.title == f"Share of the largest company in revenue by layer, 2022{NBSP}Q4 and 2025{NBSP}Q4"
    assert view.note.endswith(f"Largest in 2022{NBSP}Q4 but not measured in 2025{NBSP}Q4: AMD (Compute & memory).")
    chips = next(layer for layer in made.layers("alpha") if layer.layer == "compute-memory")
    one = concentration.history(made, "alpha", chips).views[0]
    assert one.title == f"Nvidia has 60% of measured revenue in 2025{NBSP}Q4"
    assert one.note.endswith(f"AMD, the largest three years before with 40%, is not measured in 2025{NBSP}Q4.")


def test_a_leader_is_named_where_it_stays_one_for_a_year() -> None:
    held = [
        Holding(f"{year}Q{q}", 4_000.0, 0.4 + 0.01 * (year - 2020), who, 3, 3, "final", None)
        for year, who in ((2020, "a"), (2021, "a"), (2022, "b"), (2023, "b"))
        for q in (1, 2, 3, 4)
    ]
    held[5] = held[5]._replace(largest="c")  # for a quarter
    data = leaders.pictures(held, {"a": "Alpha", "b": "Beta", "c": "Gamma"}, "storage")["wide"].data
    # The line rises, so Beta's name leans to the left of its point, away from it.
    assert [(row["x"], row["text"], row["leans"]) for row in data["leaders"]] == [
        (2020.25, "Alpha", False), (2022.25, "Beta", True),
    ]  # fmt: skip


def test_a_rise_speaks_before_a_fall_and_small_moves_are_none() -> None:
    fall = Leader("Storage", "Western Digital", 0.57, "Western Digital", 0.38)
    rise = Leader("Networking", "Cisco", 0.30, "Cisco", 0.36)
    verbs, since = ("spends", "spent"), "2022 Q4"
    assert findings.leader_moved([fall, rise], verbs, "capex", since) == (
        "Cisco spends 36% of measured capex in networking, up from 30% in 2022 Q4"
    )
    assert findings.leader_moved([fall], verbs, "capex", since) == (
        "Western Digital spends 38% of measured capex in storage, down from 57% in 2022 Q4"
    )
    assert findings.leader_moved([rise._replace(now=0.34)], verbs, "capex", since) is None
    assert findings.leader_moved([], verbs, "capex", since) is None


def test_why_there_is_no_share() -> None:
    lost = Holding("2025Q4", None, None, None, 3, 4, "final", "not meaningful: an amount is negative")
    assert concentration._why(lost) == "a member makes a loss"
    assert concentration._why(lost._replace(reason="coverage below 50 %", n_measured=1)) == "1 of 4 measured"
    assert concentration._why(None) == "no public figures"
