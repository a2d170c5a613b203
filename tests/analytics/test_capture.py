"""Profit pools: the worked examples of methods.md, and what shares must always do."""

import polars as pl
import pytest
from hypothesis import given
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
    return capture.value_capture(amounts, metrics)


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
        capture.value_capture(amounts, pl.DataFrame())


def test_members_and_status_stand_beside_the_amount():
    rows = quarters(figure("a", "net_income", Q, 10), [figure(n, "revenue", Q, 10) for n in "ab"])
    frame = captured(rows, member("x", "a"), member("x", "b"))
    row = frame.filter(pool="net_income", basis="layer", window="quarter", calendar_quarter=Q).row(0, named=True)
    assert (row["amount_usd"], row["n_members"], row["n_measured"], row["status"]) == (10, 2, 1, "final")


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
