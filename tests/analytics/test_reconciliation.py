"""Suppliers' sales against buyers' capex: the sums, the residual, what its change is made of."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import reconciliation as r
from analytics.contracts import empty, table
from tests.analytics.frames import companies, segment_figure, segments

SUPPLIERS = {s.layer: s.item for s in r.declared().supplier}


def amount(layer: str, member_id: str, quarter: str, item: str, dollars: float, **more: object) -> dict[str, object]:
    return {
        "lens": "ecosystem",
        "layer": layer,
        "basis": "consolidated",
        "member_id": member_id,
        "company_id": member_id,
        "calendar_quarter": quarter,
        "window": "ttm",
        "item": item,
        "amount_usd": float(dollars),
        "basis_from": None,
        "basis_until": None,
        **more,
    }


def given_amounts(
    *rows: dict[str, object], members: dict[str, int] | None = None, status: str = "final"
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """marts.member_amounts; of marts.layer_metrics the members of each layer and quarter; the status of each item."""
    amounts = pl.DataFrame(rows, schema=table("marts.member_amounts").polars_schema)
    at = ["lens", "layer", "basis", "calendar_quarter", "window"]
    counted = amounts.group_by(at).agg(n=pl.col("member_id").n_unique().cast(pl.Int64))
    asked = pl.col("layer").replace_strict(members or {}, default=None, return_dtype=pl.Int64)
    layers = counted.select(*at, n_members=pl.coalesce(asked, "n"), n_measured="n", metric=pl.lit("operating_margin"))
    return amounts, layers, amounts.select(*at, "item", status=pl.lit(status)).unique()


def hardware(quarter: str, dollars: dict[str, float]) -> list[dict[str, object]]:
    return [amount(layer, f"{layer}-1", quarter, SUPPLIERS[layer], v) for layer, v in dollars.items()]


def of(frame: pl.DataFrame, part: str, quarter: str = "2025Q4") -> dict[str, object]:
    return frame.filter(part=part, calendar_quarter=quarter, window="ttm").row(0, named=True)


NOW = {"compute-memory": 60, "networking": 20, "storage": 5, "ai-infrastructure": 3}


def test_residual_is_suppliers_less_buyers():
    # 60 + 20 + 5 + 3 = 88 sold, 50 spent: 38 is sold to others.
    rows = [*hardware("2025Q4", NOW), amount("hyperscalers", "cloud", "2025Q4", "capex", 50)]
    found = r.reconciliation(*given_amounts(*rows), segments())
    assert of(found, "suppliers")["amount_usd"] == 88
    assert of(found, "buyers")["amount_usd"] == 50
    assert (of(found, "residual")["amount_usd"], of(found, "residual")["to_buyers_capex"]) == (38, 0.76)
    assert of(found, "compute-memory")["to_buyers_capex"] == 1.2


def test_server_makers_enter_with_gross_profit():
    # What they buy from the other hardware layers is in those layers' revenue.
    rows = [
        *hardware("2025Q4", NOW),
        amount("ai-infrastructure", "ai-infrastructure-1", "2025Q4", "revenue", 30),
        amount("hyperscalers", "cloud", "2025Q4", "capex", 50),
    ]
    assert of(r.reconciliation(*given_amounts(*rows), segments()), "suppliers")["amount_usd"] == 88


def test_the_change_is_split_into_the_same_members_and_the_rest():
    # Compute went from 40 to 60, of which 15 came with a member that was not there: 5 of change, 15 of entry.
    then = {**NOW, "compute-memory": 40}
    rows = [
        *hardware("2024Q4", then),
        *hardware("2025Q4", {**NOW, "compute-memory": 45}),
        amount("compute-memory", "newcomer", "2025Q4", "revenue", 15),
        amount("hyperscalers", "cloud", "2024Q4", "capex", 30),
        amount("hyperscalers", "cloud", "2025Q4", "capex", 50),
        amount("neoclouds", "neo", "2025Q4", "capex", 4),
    ]
    found = r.reconciliation(*given_amounts(*rows), segments())
    assert (of(found, "compute-memory")["change_usd"], of(found, "compute-memory")["entry_usd"]) == (5, 15)
    assert (of(found, "suppliers")["change_usd"], of(found, "suppliers")["entry_usd"]) == (5, 15)
    # Neoclouds were not there: all their capex is entry, and they do not keep the sum from being known.
    assert (of(found, "buyers")["change_usd"], of(found, "buyers")["entry_usd"]) == (20, 4)
    assert (of(found, "residual")["change_usd"], of(found, "residual")["entry_usd"]) == (-15, 11)


def test_who_was_restated_in_between_is_compared_with_nothing():
    # One maker went from 15 to 20, the other from 100 with a business to 40 without it: 5 grew, and the rest is − 60.
    sold = date(2025, 5, 2)
    rows = [
        amount("compute-memory", "one", "2024Q4", "revenue", 15),
        amount("compute-memory", "one", "2025Q4", "revenue", 20),
        amount("compute-memory", "two", "2024Q4", "revenue", 100, basis_until=sold),
        amount("compute-memory", "two", "2025Q4", "revenue", 40, basis_from=sold),
    ]
    found = of(r.reconciliation(*given_amounts(*rows), segments()), "compute-memory")
    assert (found["change_usd"], found["entry_usd"]) == (5, -60)


def test_a_layer_below_half_coverage_leaves_the_side_unknown():
    rows = [*hardware("2025Q4", NOW), amount("hyperscalers", "cloud", "2025Q4", "capex", 50)]
    found = r.reconciliation(*given_amounts(*rows, members={"networking": 3}), segments())
    assert (of(found, "networking")["amount_usd"], of(found, "networking")["coverage_ratio"]) == (None, 1 / 3)
    for part in ("suppliers", "residual"):
        assert (of(found, part)["amount_usd"], of(found, part)["null_reason"]) == (None, r.A_SIDE_IS_UNKNOWN)
    assert of(found, "buyers")["amount_usd"] == 50


def test_a_layer_that_is_not_there_at_all_leaves_the_side_unknown():
    rows = [
        *hardware("2025Q4", {k: v for k, v in NOW.items() if k != "storage"}),
        amount("hyperscalers", "cloud", "2025Q4", "capex", 50),
    ]
    assert of(r.reconciliation(*given_amounts(*rows), segments()), "suppliers")["amount_usd"] is None


def test_the_reported_line_stands_beside_in_no_sum():
    lines = [segment_figure("nvidia", "Data Center", "revenue", f"2025Q{n}", 10 * n) for n in (1, 2, 3, 4)]
    rows = [*hardware("2025Q4", NOW), amount("hyperscalers", "cloud", "2025Q4", "capex", 50)]
    found = r.reconciliation(*given_amounts(*rows), segments(*lines))
    memo = of(found, "nvidia-data-centre")
    assert (memo["side"], memo["amount_usd"], memo["to_buyers_capex"]) == ("memo", 100, 2.0)
    assert of(found, "suppliers")["amount_usd"] == 88


def test_provisional_where_a_needed_layer_is():
    rows = [*hardware("2025Q4", NOW), amount("hyperscalers", "cloud", "2025Q4", "capex", 50)]
    assert of(r.reconciliation(*given_amounts(*rows, status="provisional"), segments()), "residual")["status"] == (
        "provisional"
    )


def test_a_registry_without_these_layers_has_no_comparison():
    assert r.reconciliation(*given_amounts(amount("other", "a", "2025Q4", "revenue", 1)), segments()).equals(
        empty(table("marts.reconciliation"))
    )


def test_each_part_says_what_it_holds_besides():
    said = r.declared()
    assert set(said.explanation) == {*said.buyers, r.RESIDUAL}
    assert companies(*(m.company for m in said.memo)).height == len(said.memo)


dollars = st.floats(0.01, 1e12).map(lambda v: round(v, 2))


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(dollars, dollars), min_size=6, max_size=6), st.floats(0.5, 20))
def test_parts_sum_to_the_residual_and_changes_to_the_change(amounts, rate):
    layers = [*NOW, "hyperscalers", "neoclouds"]
    items = {**SUPPLIERS, "hyperscalers": "capex", "neoclouds": "capex"}

    def told(factor: float) -> pl.DataFrame:
        rows = [
            amount(layer, layer, quarter, items[layer], factor * value)
            for layer, both in zip(layers, amounts, strict=True)
            for quarter, value in zip(("2024Q4", "2025Q4"), both, strict=True)
        ]
        return r.reconciliation(*given_amounts(*rows), segments())

    found, scaled = told(1), told(rate)
    residual, before = of(found, "residual"), of(found, "residual", "2024Q4")
    sold = sum(of(found, layer)["amount_usd"] for layer in NOW)
    spent = sum(of(found, layer)["amount_usd"] for layer in ("hyperscalers", "neoclouds"))
    size = sold + spent
    assert residual["amount_usd"] == pytest.approx(sold - spent, abs=1e-9 * size)
    assert residual["change_usd"] + residual["entry_usd"] == pytest.approx(
        residual["amount_usd"] - before["amount_usd"], abs=1e-9 * (size + abs(before["amount_usd"]))
    )
    # Another currency changes no ratio.
    assert of(scaled, "residual")["to_buyers_capex"] == pytest.approx(residual["to_buyers_capex"], rel=1e-9, abs=1e-9)
