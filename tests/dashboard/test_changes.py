"""Cards of change: who got the increment, and what a margin's change is made of."""

from datetime import date
from typing import Any

import polars as pl

from analytics.contracts import conform, table
from dashboard import findings
from dashboard.cards import decomposition, increments, recut
from dashboard.findings import Stake
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"


def ledger_with(name: str, rows: list[dict[str, Any]]) -> Ledger:
    contract = table(name)
    blank = {column.name: None for column in contract.columns}
    frame = conform(pl.DataFrame([blank | row for row in rows], schema=contract.polars_schema), contract)
    return Ledger(dict(synthetic.tables()) | {name: frame}, synthetic.AS_OF)


def test_the_increment_is_told_in_cents_with_the_member_that_makes_it() -> None:
    # In quarter t all is base × (1 + t / 20): from 2022Q4 (t = 15) to 2025Q4 (t = 27) by .6 of its base.
    # Nvidia 90 × .6 = 54, AMD 2.5 × .6 = 1.5; hyperscalers 46 × .6 = 27.6; all 83.1: 67 and 65 cents.
    common = {
        "lens": "alpha", "basis": "layer", "window": "ttm", "item": "operating_income", "base_quarter": "2022Q4",
        "calendar_quarter": "2025Q4", "status": "final", "n_members": 2,
    }  # fmt: skip
    gains = {"compute-memory": 55.5e9, "hyperscalers": 27.6e9, "models": None}
    made = ledger_with(
        "marts.increments",
        [
            common | {"layer": one, "increment_usd": usd, "n_measured": 2 * (usd is not None)}
            for one, usd in gains.items()
        ],
    )
    view = increments.card(made, "alpha").views[0]
    assert view.title == (
        f"Of each new dollar of measured operating income since 2022{NBSP}Q4, 67 cents went to compute & memory, "
        "65 of them to Nvidia"
    )
    rows = {row["name"]: (row["text"], row["words"]) for row in view.pictures["wide"].data["rows"]}
    assert rows["Compute & memory"] == (f"+$56{NBSP}bn", None)
    assert rows["Models"] == ("", "no public figures")
    assert view.coverage == "4 of 6 members measured in both"


def test_no_finding_where_there_is_no_increment() -> None:
    assert findings.largest_increment("Storage", 5.0, -1.0, [], "net income", "2022 Q4") is None
    assert findings.largest_increment(
        "Storage", 60.0, 100.0, [Stake("A", 20.0), Stake("B", 40.0)], "net income", "2022"
    ) == ("Of each new dollar of net income since 2022, 60 cents went to storage, 40 of them to B")
    assert findings.largest_increment("Storage", 60.0, 100.0, [Stake("A", 60.0)], "net income", "2022") == (
        "Of each new dollar of net income since 2022, 60 cents went to storage"
    )


def test_a_margin_taken_apart_sums_to_its_change() -> None:
    # methods.md: weights .5/.5 to .7/.3, margins .6/.1 to .5/.1: +3.0 points = −6.0 within + 9.0 between.
    common = {
        "lens": "alpha", "layer": "compute-memory", "basis": "layer", "window": "ttm", "metric": "operating_margin",
        "base_quarter": "2022Q4", "calendar_quarter": "2025Q4",
    }  # fmt: skip
    whole = common | {
        "margin": 0.38, "base_margin": 0.35, "change": 0.03, "within": -0.06, "between": 0.09, "entry": 0.0,
        "exit": 0.0,
        "n_stayed": 2, "n_entered": 0, "n_left": 0, "n_members": 2, "n_measured": 2, "status": "final",
    }  # fmt: skip
    made = ledger_with("marts.decomposition", [whole])
    view = decomposition.card(made, "alpha", made.layers("alpha")[4]).views[0]
    assert view.title == (
        f"Compute & memory margin rose 3 points since 2022{NBSP}Q4: −6 from members’ own margins, 9 from the mix"
    )
    pieces = view.pictures["wide"].data["pieces"]
    assert [(p["x"], p["x2"]) for p in pieces] == [(0, -6), (0, 9)]
    assert view.pictures["wide"].data["rows"][0]["text"] == "+3.0 pts"


def test_a_margin_that_hardly_moved_has_a_neutral_title() -> None:
    row = {"change": 0.004, "within": 0.004, "between": 0.0, "entry": 0.0, "exit": 0.0}
    assert findings.margin_taken_apart("Storage", row, "2022 Q4") is None


def test_a_segment_that_was_cut_anew_is_named() -> None:
    # The old cut tells 2023 by quarters, and the year 2022; the new one 2025, and half of 2023 as recast.
    contract = table("core.segment_quarters")
    rows = [
        {"basis_note": "old", "calendar_quarter": "2022Q4", "derivation": "year_only"},
        *({"basis_note": "old", "calendar_quarter": f"2023Q{q}", "derivation": "reported"} for q in (1, 2, 3, 4)),
        *({"basis_note": "new", "calendar_quarter": f"2023Q{q}", "derivation": "reported"} for q in (3, 4)),
        *({"basis_note": "new", "calendar_quarter": f"2025Q{q}", "derivation": "reported"} for q in (1, 2, 3, 4)),
    ]
    day = date(2025, 12, 31)
    blank = {
        "company_id": "nvidia", "segment": "Cloud", "item": "revenue", "period_start": day, "period_end": day,
        "value": 1.0, "currency": "USD", "value_usd": 1.0, "source": "release", "known_at": day,
    }  # fmt: skip
    segments = pl.DataFrame([blank | row for row in rows], schema=contract.polars_schema)
    tables = dict(synthetic.tables())
    own = (pl.col("lens") == "alpha") & (pl.col("company_id") == "nvidia")
    tables["core.memberships"] = tables["core.memberships"].with_columns(
        measure=pl.when(own).then(pl.lit("segment")).otherwise("measure"),
        segment=pl.when(own).then(pl.lit("Cloud")).otherwise("segment"),
    )
    ledger = Ledger(tables | {"core.segment_quarters": segments}, synthetic.AS_OF)
    for since in ("2022Q4", "2023Q4"):
        assert ledger.cut_anew("alpha", since, "2025Q4") == ["Nvidia"]
    assert ledger.cut_anew("alpha", "2022Q4", "2023Q4") == []  # both are told in the old cut
    assert ledger.cut_anew("alpha", "2024Q4", "2025Q4") == []  # of 2024 nothing is told
    assert "beside the new: Nvidia." in recut.told(ledger, "alpha", "2022Q4", "2025Q4")
    assert recut.told(ledger, "alpha", "2022Q4", "2023Q4") == ""
