"""Cards of answers: sales against capex, and who grows when the clouds build."""

from typing import Any

import polars as pl
import pytest

from analytics.contracts import conform, table
from dashboard import findings
from dashboard.cards import lead_lag, reconciliation
from dashboard.ledger import Ledger
from tests.dashboard import synthetic

NBSP = "\u00a0"
# Dollars in bn by quarter: suppliers, of it networking, storage and servers' gross profit; hyperscalers, neoclouds.
LEVELS = {
    "2025Q2": {"compute-memory": 150, "networking": 30, "storage": 12, "ai-infrastructure": 8, "hyperscalers": 90,
               "neoclouds": 10},
    "2025Q4": {"compute-memory": 230, "networking": 40, "storage": 20, "ai-infrastructure": 10, "hyperscalers": 140,
               "neoclouds": 10},
}  # fmt: skip
# Change on the year before: suppliers and clouds; unknown in 2025Q3.
CHANGES = {"2025Q2": (40, 30), "2025Q3": (None, 35), "2025Q4": (60, 50), "2026Q1": (70, 55)}


def ledger() -> Ledger:
    blank = {column.name: None for column in table("marts.reconciliation").columns}
    rows: list[dict[str, Any]] = []

    def add(quarter: str, part: str, side: str, item: str, **values: Any) -> None:
        counted = {"n_members": 9, "n_measured": 8} if side == "supplier" else {"n_members": 3, "n_measured": 2}
        rows.append(
            blank
            | {"lens": "alpha", "calendar_quarter": quarter, "window": "ttm", "part": part, "side": side, "item": item,
               "status": "provisional" if quarter == "2026Q1" else "final"}
            | counted | values
        )  # fmt: skip

    for quarter, (sales, capex) in CHANGES.items():
        levels = LEVELS.get(quarter, {})
        sold = sum(v for one, v in levels.items() if one not in ("hyperscalers", "neoclouds"))
        spent = levels.get("hyperscalers", 0) + levels.get("neoclouds", 0)
        for layer, usd in levels.items():
            side, item = ("buyer", "capex") if layer in ("hyperscalers", "neoclouds") else ("supplier", "revenue")
            add(quarter, layer, side, item, amount_usd=usd * 1e9, explanation=f"About {layer}.")
        totals = (("suppliers", sold, sales), ("buyers", spent, capex), ("residual", sold - spent, None))
        for part, usd, change in totals:
            difference = sales - capex if part == "residual" and sales is not None and capex is not None else change
            known = {"amount_usd": usd * 1e9 if levels else None}
            add(quarter, part, "total", "sales", change_usd=None if difference is None else difference * 1e9, **known)
    add("2025Q2", "nvidia-data-centre", "memo", "revenue", amount_usd=80e9)
    tables = dict(synthetic.tables())
    layers = [
        {"lens": "alpha", "layer": layer, "name": name, "position": 20 + at, "description": "", "parent": None,
         "colour": layer, "named_by_source": True, "note": None}
        for at, (layer, name) in enumerate(
            {"networking": "Networking", "storage": "Storage", "ai-infrastructure": "AI infrastructure"}.items()
        )
    ]  # fmt: skip
    contract = table("core.layers")
    tables["core.layers"] = pl.concat([tables["core.layers"], pl.DataFrame(layers, schema=contract.polars_schema)])
    contract = table("marts.reconciliation")
    tables["marts.reconciliation"] = conform(pl.DataFrame(rows, schema=contract.polars_schema), contract)
    return Ledger(tables, synthetic.AS_OF)


def test_changes_of_sales_and_capex_end_with_the_newest_final_quarter() -> None:
    made = reconciliation.card(ledger(), "alpha")
    view = made.views[0]
    assert [one.key for one in made.views] == ["change", "parts"]
    # 2026Q1 is provisional, so 2025Q4 speaks: 60 and 50.
    assert view.title == (
        f"Measured suppliers sold $60{NBSP}bn more in the year to 2025{NBSP}Q4, and clouds spent $50{NBSP}bn more on "
        "capex"
    )
    assert "revenue of compute & memory, networking and storage, gross profit of AI infrastructure" in view.subtitle
    assert view.alt.startswith(view.title) and view.coverage == "2 of 3 suppliers; 2 of 3 clouds"
    drawn = [row for row in view.pictures["wide"].data["rows"] if row["layer"] == "Suppliers’ sales"]
    # A quarter in which a side is unknown is a gap, and said; the provisional one is drawn after the edge.
    assert [(row["x"], row["y"], row["sure"]) for row in drawn] == [
        (2025.5, 40.0, True), (2025.75, None, True), (2026.0, 60.0, True), (2026.25, 70.0, False),
    ]  # fmt: skip
    assert f"too few suppliers known (2025{NBSP}Q3)" in view.note
    newest = view.table.rows[0]
    assert (newest[0], newest[1], newest[3], newest[5]) == (f"2026{NBSP}Q1", 70e9, 55e9, pytest.approx(15e9))


def test_parts_of_both_sides_and_the_residual() -> None:
    view = reconciliation.card(ledger(), "alpha").views[1]
    # 230 + 40 + 20 + 10 = 300 against 140 + 10 = 150.
    assert view.title == (
        f"Measured suppliers sell $300{NBSP}bn a year, 2.0× what clouds spend on capex: a residual of $150{NBSP}bn"
    )
    rows = {row["name"]: row["text"] for row in view.pictures["wide"].data["rows"]}
    assert rows == {
        "Suppliers’ sales": f"$300{NBSP}bn", "Clouds’ capex": f"$150{NBSP}bn", "Residual": f"$150{NBSP}bn",
        "Nvidia data center †": f"$80{NBSP}bn",
    }  # fmt: skip
    # The reported line beside is older, and says so; it is in no sum.
    assert f"Twelve months to 2025{NBSP}Q2." in view.note
    assert sum(row[3] for row in view.table.rows if row[0] in ("Compute & memory", "Networking", "Storage")) == 290e9


def test_no_card_where_nothing_is_compared() -> None:
    assert reconciliation.card(ledger(), "beta").views == []
    assert lead_lag.card(ledger(), "beta").views == []


def test_sales_and_capex_that_part_are_told_so() -> None:
    assert findings.sales_against_capex(-54e9, 2e9, "2023 Q2") == (
        f"Measured suppliers sold $54{NBSP}bn less in the year to 2023 Q2, while clouds spent $2{NBSP}bn more on capex"
    )
    assert findings.sales_against_capex(0.0, 2e9, "2023 Q2") is None
    assert findings.residual_of_sales(90e9, 100e9) is None


def test_who_moves_with_capex_and_how_far_apart() -> None:
    view = lead_lag.card(Ledger(dict(synthetic.tables()), synthetic.AS_OF), "alpha").views[0]
    assert view.title == (
        "Of all layers’ revenue, compute & memory moves most closely with clouds’ capex: correlation 0.80, a quarter "
        "later"
    )
    panels = {panel.name: panel for panel in view.panels}
    assert panels["Compute & memory"].value == "0.80" and panels["Applications"].value == "none"
    assert panels["Models"].picture is None and panels["Models"].unknown == "no public figures"
    picture = panels["Compute & memory"].picture
    assert picture is not None
    assert [(row["x"], row["outside"]) for row in picture.data["lags"]] == [(-1, False), (0, True), (1, True)]
    # Two of six lie outside, where chance alone would put about one.
    assert view.note.startswith("Order in time, not cause. 2 of 6 correlations lie outside their band; chance alone ")
    assert "about 1 there" in view.note and "20 quarters are few" in view.note
    assert view.coverage == "2 of 3 layers, 20 quarters each"
    dark = next(row for row in view.table.rows if row[0] == "Models")
    assert dark[2] is None and dark[5] == "n/a" and str(dark[-1]).startswith("insufficient data")


@pytest.mark.parametrize(
    ("lag", "told"),
    [(0, "in the same quarter"), (1, "a quarter later"), (-1, "a quarter earlier"), (5, "five quarters later")],
)
def test_a_lag_is_told_in_words(lag: int, told: str) -> None:
    assert str(findings.moves_with("Storage", 0.746, lag)).endswith(f"correlation 0.75, {told}")
    assert findings.moves_with("Storage", 0.49, lag) is None
