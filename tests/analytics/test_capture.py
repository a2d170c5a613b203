"""Profit pools: the worked examples of methods.md, and what shares must always do."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, capture
from tests.analytics.frames import (
    companies,
    figure,
    layers,
    member,
    memberships,
    no_prices,
    quarters,
    segment_figure,
    segments,
)

Q = "2025Q3"


def captured(rows: pl.DataFrame, *members: dict[str, object], segment_rows: pl.DataFrame | None = None) -> pl.DataFrame:
    joined, parts = memberships(*members), segments() if segment_rows is None else segment_rows
    people = companies(*sorted(set(joined["company_id"])))
    amounts = aggregate.member_amounts(rows, parts, joined, people)
    metrics = aggregate.layer_metrics(rows, parts, joined, layers(*sorted(set(joined["layer"]))), people, no_prices())
    return capture.value_capture(amounts, metrics, aggregate.layer_items(rows, parts, joined, people))


def pool(
    frame: pl.DataFrame, basis: str = "layer", of: str = "operating_income"
) -> dict[str, tuple[float | None, ...]]:
    """Amount, share of net and share of positive by layer, in the newest quarter."""
    found = frame.filter(pool=of, basis=basis, window="quarter", calendar_quarter=Q)
    shown = found.select("layer", "amount_usd", "share_of_net", "share_of_positive")
    return {layer: tuple(rest) for layer, *rest in shown.iter_rows()}


def test_shares_of_a_pool():
    # 100/50/−5/−45: the net pool is 100, so the first has 100 %; the positive pool is 150, so it has 66.7 % of that.
    amounts = {"a": 100.0, "b": 50.0, "c": -5.0, "d": -45.0}
    rows = quarters([figure(n, "operating_income", Q, v) for n, v in amounts.items()])
    found = pool(captured(rows, *(member(f"layer-{n}", n) for n in amounts)))
    assert found["layer-a"] == pytest.approx((100, 1.0, 2 / 3))
    assert found["layer-b"] == pytest.approx((50, 0.5, 1 / 3))
    assert found["layer-c"] == pytest.approx((-5, -0.05, 0.0))
    assert found["layer-d"] == pytest.approx((-45, -0.45, 0.0))


def test_a_pool_that_is_not_positive_has_no_shares():
    # 10 − 30 = −20: no net pool. The positive pool is 10, and the first has all of it.
    rows = quarters(figure("a", "operating_income", Q, 10), figure("b", "operating_income", Q, -30))
    found = pool(captured(rows, member("x", "a"), member("y", "b")))
    assert found == {"x": (10, None, 1.0), "y": (-30, None, 0.0)}
    # −10 and −30: neither pool.
    rows = quarters(figure("a", "operating_income", Q, -10), figure("b", "operating_income", Q, -30))
    found = pool(captured(rows, member("x", "a"), member("y", "b")))
    assert found == {"x": (-10, None, None), "y": (-30, None, None)}


def test_a_layer_below_half_coverage_is_not_in_the_pool():
    # y knows one of its three members: its 1,000 neither shows nor dilutes x.
    rows = quarters(figure("a", "operating_income", Q, 10), figure("b", "operating_income", Q, 1000))
    found = pool(captured(rows, member("x", "a"), member("y", "b"), member("y", "c"), member("y", "d")))
    assert found == {"x": (10, 1.0, 1.0), "y": (None, None, None)}


def test_each_company_is_in_a_pool_once():
    # Amazon 50 whole, AWS 35 of it: 35 on the layer basis, 50 on the consolidated one, never 85.
    rows = quarters(figure("amazon", "operating_income", Q, 50), figure("nvidia", "operating_income", Q, 65))
    frame = captured(
        rows,
        member("cloud", "aws", company_id="amazon", measure="segment", segment="AWS", primary_layer=True),
        member("chips", "nvidia"),
        segment_rows=segments(segment_figure("amazon", "AWS", "operating_income", Q, 35)),
    )
    assert pool(frame)["cloud"] == pytest.approx((35, 0.35, 0.35))
    assert pool(frame, "consolidated")["cloud"] == pytest.approx((50, 50 / 115, 50 / 115))


def test_a_company_twice_in_a_consolidated_pool_is_an_error():
    columns = {"lens": "lens", "basis": "consolidated", "member_id": "a", "company_id": "a", "calendar_quarter": Q}
    row = {**columns, "window": "ttm", "item": "net_income", "amount_usd": 1.0}
    amounts = pl.DataFrame([{"layer": "x", **row}, {"layer": "y", **row}])
    with pytest.raises(ValueError, match="a enters a pool of lens lens twice"):
        capture.value_capture(amounts, pl.DataFrame(), pl.DataFrame())


def test_members_and_status_stand_beside_the_amount():
    rows = quarters(figure("a", "net_income", Q, 10), [figure(n, "revenue", Q, 10) for n in "ab"])
    frame = captured(rows, member("x", "a"), member("x", "b"))
    row = frame.filter(pool="net_income", basis="layer", window="quarter", calendar_quarter=Q).row(0, named=True)
    assert (row["amount_usd"], row["n_members"], row["n_measured"], row["status"]) == (10, 2, 1, "final")


RESTATED = date(2025, 5, 2)


def grown(
    now: dict[str, float],
    then: dict[str, float],
    *members: dict[str, object],
    item: str = "revenue",
    restated: tuple[str, ...] = (),
) -> pl.DataFrame:
    """marts.increments of amounts in 2024Q1 to Q4 and 2022Q1 to Q4, each a fourth of the year's.

    Of the restated, the older ones are on another basis.
    """
    rows = [
        figure(name, item, f"{year}Q{q}", amount / 4, **({basis: RESTATED} if name in restated else {}))
        for year, amounts, basis in ((2024, now, "basis_from"), (2022, then, "basis_until"))
        for name, amount in amounts.items()
        for q in (1, 2, 3, 4)
    ]
    joined = memberships(*members)
    people = companies(*sorted(set(joined["company_id"])))
    table, known = layers(*sorted(set(joined["layer"]))), (quarters(rows), segments(), joined, people)
    metrics = aggregate.layer_metrics(*known[:3], table, people, no_prices())
    return capture.increments(
        aggregate.member_amounts(*known), metrics, aggregate.layer_items(*known), bases=["2022Q4"]
    ).filter(basis="layer", window="ttm", calendar_quarter="2024Q4", base_quarter="2022Q4", item=item)


def test_growth_as_reported_and_for_constant_membership():
    # {A: 100} → {A: 110, B: 50}: + 60 % as reported, + 10 % for those who were there, and an entry effect of 50.
    row = grown({"a": 110, "b": 50}, {"a": 100}, member("x", "a"), member("x", "b")).row(0, named=True)
    assert (row["amount_usd"], row["base_amount_usd"]) == pytest.approx((160, 100)), "B had not reported at the base"
    assert row["growth_reported"] == pytest.approx(0.60)
    assert row["growth_constant"] == pytest.approx(0.10)
    assert (row["increment_usd"], row["entry_usd"], row["exit_usd"]) == pytest.approx((10, 50, 0))
    assert (row["n_members"], row["n_measured"], row["coverage_ratio"]) == (2, 1, 0.5)


def test_who_left_is_no_decrease():
    # A 100 → 110, C 40 → unknown: the base of 140 less 110 is −30 = 10 gained − 40 left.
    row = grown({"a": 110}, {"a": 100, "c": 40}, member("x", "a"), member("x", "c")).row(0, named=True)
    assert (row["increment_usd"], row["entry_usd"], row["exit_usd"]) == pytest.approx((10, 0, 40))


def test_on_another_basis_the_old_leaves_and_the_new_enters():
    # C sold a business: its 60 after 200 is no loss of 140, and A's 10 of 100 is the growth of those compared.
    members = member("x", "a"), member("x", "c")
    row = grown({"a": 110, "c": 60}, {"a": 100, "c": 200}, *members, restated=("c",)).row(0, named=True)
    assert row["growth_constant"] == pytest.approx(0.10)
    assert (row["increment_usd"], row["entry_usd"], row["exit_usd"]) == pytest.approx((10, 60, 200))
    assert (row["n_members"], row["n_measured"]) == (2, 1)


def test_of_each_new_dollar_who_got_how_much():
    # a 10 → 70, b 30 → 50, c 20 → 0: + 60, + 20, − 20. Net 60: 100 %, 33 %, −33 %; of the 80 gained 75 %, 25 %, 0.
    now, then = {"a": 70, "b": 50, "c": 0}, {"a": 10, "b": 30, "c": 20}
    frame = grown(now, then, *(member(n, n) for n in now), item="operating_income")
    found = {r["layer"]: (r["share_of_net"], r["share_of_positive"]) for r in frame.iter_rows(named=True)}
    assert found["a"] == pytest.approx((1.0, 0.75))
    assert found["b"] == pytest.approx((1 / 3, 0.25))
    assert found["c"] == pytest.approx((-1 / 3, 0.0))


def test_a_layer_unknown_at_the_base_is_not_in_the_increment():
    # y earns 1,000 now and was not known in 2022: its dollars are not new, and x has all of the increment.
    frame = grown({"x": 30, "y": 1000}, {"x": 10}, member("x", "x"), member("y", "y"), item="operating_income")
    found = {r["layer"]: r for r in frame.iter_rows(named=True)}
    assert found["y"]["amount_usd"] == pytest.approx(1000)
    assert (found["y"]["increment_usd"], found["y"]["entry_usd"]) == (None, None)
    assert found["y"]["null_reason"] == "unknown at the base quarter"
    assert found["x"]["share_of_net"] == pytest.approx(1)


def test_there_is_no_share_of_revenue():
    frame = grown({"a": 110}, {"a": 100}, member("x", "a"))
    assert frame.select("share_of_net", "share_of_positive").row(0) == (None, None)


def test_economic_profit_is_a_pool_of_twelve_months():
    # NOPAT 15 − 10 % of 150 = 0 would be no pool: twice the income is 30 − 15 = 15, all of it the layer's.
    flows = {"operating_income": 10, "pretax_income": 4, "income_tax": 1}
    rows = [figure("a", i, q, v) for q in ("2024Q4", "2025Q1", "2025Q2", Q) for i, v in flows.items()]
    stocks = {"total_debt": (60, 120), "equity": (70, 130), "cash": (20, 30), "short_term_investments": (10, 20)}
    rows += [figure("a", i, q, v[k]) for i, v in stocks.items() for k, q in enumerate(("2024Q3", Q))]
    found = captured(quarters(rows), member("x", "a"), member("y", "b")).filter(
        pool="economic_profit", basis="consolidated", calendar_quarter=Q
    )
    assert set(found["window"]) == {"ttm"}
    shown = found.select("layer", "amount_usd", "share_of_net", "null_reason").rows()
    assert shown == [("x", pytest.approx(15), pytest.approx(1), None), ("y", None, None, "coverage below 50 %")]


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9).map(lambda v: round(v, 2))), min_size=1, max_size=8))
def test_shares_sum_to_one_where_they_are_defined(amounts):
    frame = pl.DataFrame(
        {"pool": ["p"] * len(amounts), "amount_usd": amounts}, schema_overrides={"amount_usd": pl.Float64}
    )
    out = capture.with_shares(frame, ["pool"])
    known = [a for a in amounts if a is not None]
    net, positive = out["share_of_net"].drop_nulls(), out["share_of_positive"].drop_nulls()
    assert out["amount_usd"].to_list() == amounts
    assert len(net) == (len(known) if sum(known) > 0 else 0)
    assert len(positive) == (len(known) if any(a > 0 for a in known) else 0)
    if len(positive):
        assert positive.sum() == pytest.approx(1)
        assert positive.is_between(0, 1 + 1e-12).all()
    # Where gains and losses nearly cancel, rounding is all that is left of the pool.
    if len(net) and sum(known) > 1e-6 * sum(abs(a) for a in known):
        assert net.sum() == pytest.approx(1, rel=1e-6)
