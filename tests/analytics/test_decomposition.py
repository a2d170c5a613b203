"""Why a margin moved, and how concentrated a layer is: worked examples, and what a split must always do."""

from typing import ClassVar

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, decomposition
from analytics.contracts.tables.capital import STACK
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

NOW, THEN = "2024Q3", "2023Q3"
EFFECTS = list(decomposition.EFFECTS)
Figures = dict[str, tuple[float, float] | None]


def tables(
    now: Figures,
    then: Figures,
    *members: dict[str, object],
    segment_rows: pl.DataFrame | None = None,
    currency: str = "USD",
    rate: float = 1.0,
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Effects by member, marts.decomposition and marts.concentration of (revenue, operating income) by company."""
    rows = [
        figure(name, item, quarter, amount, currency=currency, rate=rate)
        for quarter, figures in ((NOW, now), (THEN, then))
        for name, pair in figures.items()
        if pair is not None
        for item, amount in zip(("revenue", "operating_income"), pair, strict=True)
    ]
    joined = memberships(*(members or [member("layer", name) for name in sorted({*now, *then})]))
    people, parts = (
        companies(*sorted(set(joined["company_id"]))),
        segments() if segment_rows is None else segment_rows,
    )
    given_rows = quarters(rows)
    metrics = aggregate.layer_metrics(
        given_rows, parts, joined, layers(*sorted(set(joined["layer"]))), people, no_prices()
    )
    ratios = aggregate.member_ratios(given_rows, parts, joined, people, decomposition.MARGINS)
    effects = decomposition.member_effects(ratios)
    amounts = aggregate.member_amounts(given_rows, parts, joined, people)
    items = aggregate.layer_items(given_rows, parts, joined, people)
    return effects, decomposition.decomposition(effects, metrics), decomposition.concentration(amounts, metrics, items)


def one(frame: pl.DataFrame, layer: str = "layer", basis: str = "layer") -> dict[str, object]:
    """The change of the operating margin over a year, in the fiscal quarter."""
    found = frame.filter(
        layer=layer, basis=basis, window="quarter", metric="operating_margin", calendar_quarter=NOW, base_quarter=THEN
    )
    assert found.height == 1
    return found.row(0, named=True)


def by_member(now: Figures, then: Figures) -> dict[str, tuple[float, ...]]:
    effects, split, _ = tables(now, then)
    rows = decomposition.decomposition_members(effects, split).filter(
        layer="layer", basis="layer", window="quarter", calendar_quarter=NOW
    )
    return {name: tuple(rest) for name, *rest in rows.select("member_id", *EFFECTS).iter_rows()}


class TestSplitOfAMargin:
    """Weights .5/.5 → .7/.3, margins .6/.1 → .5/.1: + 3.0 points = − 6.0 within + 9.0 between."""

    now: ClassVar[Figures] = {"a": (70.0, 35.0), "b": (30.0, 3.0)}
    then: ClassVar[Figures] = {"a": (50.0, 30.0), "b": (50.0, 5.0)}

    def test_a_change_of_margin_is_split_into_within_and_between(self):
        row = one(tables(self.now, self.then)[1])
        assert (row["base_margin"], row["margin"]) == pytest.approx((0.35, 0.38))
        assert row["change"] == pytest.approx(0.03)
        assert row["within"] == pytest.approx(-0.06)
        assert row["between"] == pytest.approx(0.09)
        assert (row["entry"], row["exit"]) == (0, 0)
        assert (row["n_stayed"], row["n_entered"], row["n_left"]) == (2, 0, 0)

    def test_each_member_has_its_part(self):
        # The group's mean margin is (.35 + .38) / 2 = .365. a: mean weight .6 × −.1 = −.06 within; .2 × (.55 − .365)
        # = .037 between. b: its margin stays; −.2 × (.1 − .365) = .053 between.
        found = by_member(self.now, self.then)
        assert found["a"] == pytest.approx((-0.06, 0.037, 0, 0))
        assert found["b"] == pytest.approx((0, 0.053, 0, 0))

    def test_the_size_of_the_layer_does_not_matter(self):
        # Ten times the revenue with the same weights and margins.
        tenfold = {name: (10 * revenue, 10 * income) for name, (revenue, income) in self.now.items()}
        row = one(tables(tenfold, self.then)[1])
        assert (row["within"], row["between"]) == pytest.approx((-0.06, 0.09))

    def test_entry_and_exit(self):
        # b leaves, c enters with 25 of 100 at 20 %: margins .35 → (75 × .6 + 25 × .2) / 100 = .5; their mean is .425.
        # a: .625 × 0 within; .25 × (.6 − .425) = .04375 between. c: .25 × (.2 − .425) = −.05625. b: −.5 × (.1 − .425) =
        # .1625. Sum .15.
        row = one(tables({"a": (75, 45), "b": None, "c": (25, 5)}, {**self.then, "c": None})[1])
        assert row["change"] == pytest.approx(0.15)
        assert row["within"] == pytest.approx(0, abs=1e-12)
        assert row["between"] == pytest.approx(0.04375)
        assert row["entry"] == pytest.approx(-0.05625)
        assert row["exit"] == pytest.approx(0.1625)
        assert (row["n_stayed"], row["n_entered"], row["n_left"]) == (1, 1, 1)

    def test_a_member_without_revenue_has_no_margin_and_enters(self):
        # b sold nothing and lost 10: base margin (30 − 10) / 50 = .4, now (30 + 5) / 100 = .35; mean .375.
        # a: weight 1 → .5, margin .6: −.5 × (.6 − .375) = −.1125 between. b enters: .05 − .5 × .375 = −.1375, and its
        # loss leaves: −(−10 / 50 − 0) = + .2. Sum −.05.
        row = one(tables({"a": (50, 30), "b": (50, 5)}, {"a": (50, 30), "b": (0, -10)})[1])
        assert row["change"] == pytest.approx(-0.05)
        assert row["between"] == pytest.approx(-0.1125)
        assert row["entry"] == pytest.approx(-0.1375)
        assert row["exit"] == pytest.approx(0.2)

    def test_the_stack_is_split_over_all_its_layers(self):
        members = [member("x", "a"), member("y", "b")]
        split = tables(self.now, self.then, *members)[1]
        assert one(split, STACK)["change"] == pytest.approx(0.03)
        assert one(split, STACK)["within"] == pytest.approx(-0.06)
        assert one(split, STACK)["between"] == pytest.approx(0.09)
        # Each layer by itself holds one member: its weight is always 1.
        assert one(split, "x")["within"] == pytest.approx(-0.1)
        assert one(split, "x")["between"] == pytest.approx(0)

    def test_the_margin_is_the_layers_own(self):
        # AWS 40 of 100 by segment; on the consolidated basis Amazon whole, 10 of 100.
        rows = segments(
            *(segment_figure("amazon", "AWS", "revenue", q, 100) for q in (THEN, NOW)),
            segment_figure("amazon", "AWS", "operating_income", THEN, 30),
            segment_figure("amazon", "AWS", "operating_income", NOW, 40),
        )
        aws = member("cloud", "aws", company_id="amazon", measure="segment", segment="AWS", primary_layer=True)
        split = tables({"amazon": (100, 10)}, {"amazon": (100, 10)}, aws, segment_rows=rows)[1]
        assert one(split, "cloud")["within"] == pytest.approx(0.1)
        assert one(split, "cloud", "consolidated")["change"] == pytest.approx(0)

    def test_below_half_coverage_nothing_is_split(self):
        dark: Figures = dict.fromkeys("cde")
        row = one(tables({**self.now, **dark}, {**self.then, **dark})[1])
        assert (row["change"], row["margin"], row["null_reason"]) == (None, None, "coverage below 50 %")
        assert (row["n_measured"], row["n_members"]) == (2, 5)

    def test_a_layer_unknown_at_the_base_says_so(self):
        row = one(tables(self.now, {"a": None, "b": None})[1])
        assert row["margin"] == pytest.approx(0.38)
        assert (row["change"], row["entry"], row["null_reason"]) == (None, None, "unknown at the base quarter")


class TestConcentration:
    def index(self, now: Figures, item: str = "revenue") -> dict[str, object]:
        frame = tables(now, dict.fromkeys(now))[2]
        return frame.filter(layer="layer", basis="layer", window="quarter", item=item, calendar_quarter=NOW).row(
            0, named=True
        )

    def test_concentration_is_told_with_its_n_and_coverage(self):
        # 110 and 50 of 160: 68.75² + 31.25² = 4,726.6 + 976.6 = 5,703.
        row = self.index({"a": (110, 1), "b": (50, 1), "c": None})
        assert row["hhi"] == pytest.approx(5703.125)
        assert (row["largest_company_id"], row["largest_share"]) == ("a", pytest.approx(0.6875))
        assert (row["n_companies"], row["n_members"], row["coverage_ratio"]) == (2, 3, pytest.approx(2 / 3))

    def test_one_company_alone(self):
        assert self.index({"a": (7, 1)})["hhi"] == pytest.approx(10_000)

    def test_shares_of_a_loss_are_none(self):
        row = self.index({"a": (110, 5), "b": (50, -1)}, "operating_income")
        assert (row["hhi"], row["largest_company_id"]) == (None, None)
        assert row["null_reason"] == "not meaningful: an amount is negative"

    def test_there_is_no_total_of_revenue_over_layers(self):
        frame = tables({"a": (110, 5), "b": (50, 2)}, {"a": None, "b": None}, member("x", "a"), member("y", "b"))[2]
        assert set(frame.filter(layer=STACK)["item"]) == {"operating_income", "capex"}


amounts = st.floats(0.01, 1e6).map(lambda v: round(v, 2))
pair = st.tuples(st.one_of(st.just(0.0), amounts), st.floats(-1e6, 1e6).map(lambda v: round(v, 2)))
worlds = st.dictionaries(st.sampled_from("abcdef"), st.tuples(st.none() | pair, st.none() | pair), min_size=1)


def split(
    world: dict[str, tuple[tuple[float, float] | None, tuple[float, float] | None]], **how: object
) -> dict[str, object]:
    now, then = ({n: p[k] for n, p in world.items()} for k in (0, 1))
    if not any(now.values()) and not any(then.values()):
        return {"change": None}
    frame = tables(now, then, **how)[1].filter(
        basis="layer", window="quarter", metric="operating_margin", layer="layer"
    )
    found = frame.filter(calendar_quarter=NOW, base_quarter=THEN)
    return found.row(0, named=True) if found.height else {"change": None}


def close(a: dict[str, object], b: dict[str, object]) -> None:
    for name in ("change", *EFFECTS):
        assert (a[name] is None) == (b[name] is None)
        if a[name] is not None:
            assert a[name] == pytest.approx(b[name], rel=1e-9, abs=1e-9)


@settings(max_examples=15, deadline=None)
@given(worlds)
def test_the_split_sums_to_the_change(world):
    row = split(world)
    if row["change"] is not None:
        assert row["change"] == pytest.approx(row["margin"] - row["base_margin"], rel=1e-9, abs=1e-9)
        scale = max(1.0, *(abs(row[e]) for e in EFFECTS))
        assert abs(row["change"] - sum(row[e] for e in EFFECTS)) <= 1e-9 * scale


@settings(max_examples=15, deadline=None)
@given(worlds, st.permutations("abcdef"), st.floats(1e-3, 1e3), st.floats(0.001, 2))
def test_names_scale_currency_and_a_company_that_sells_nothing_change_no_split(world, names, scale, rate):
    before = split(world)
    if before["change"] is None:
        return
    close(before, split({dict(zip("abcdef", names, strict=True))[n]: p for n, p in world.items()}))
    close(before, split({n: tuple(p and (p[0] * scale, p[1] * scale) for p in both) for n, both in world.items()}))
    close(before, split(world, currency="EUR", rate=rate))
    close(before, split({**world, "zero": ((0.0, 0.0), (0.0, 0.0))}))
