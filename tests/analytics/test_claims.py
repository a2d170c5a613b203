"""The claim ledger: each test's verdict by hand, which quarter speaks, what another reading says, when it flipped."""

from collections.abc import Mapping

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, capture, claims
from analytics.claims import verdicts, words
from analytics.claims.rules import rules
from analytics.claims.values import INCOMPLETE, TOO_LITTLE
from analytics.contracts.tables.answers import READINGS, VERDICTS
from analytics.metrics import BY_METRIC
from analytics.stacks import Claim, load
from tests.analytics.frames import (
    companies,
    company,
    figure,
    flat,
    layers,
    member,
    memberships,
    no_prices,
    quarters,
    segments,
)


def claim(test: str, *of: str, metric: str = "operating_margin", **more: object) -> Claim:
    return Claim(id="c", lens="lens", statement="It is so.", layers=list(of or "a"), test=test, metric=metric, **more)


def verdict(
    one: Claim, subjects: Mapping[str, float | None], versus: Mapping[str, float | None] | None = None,
    then: Mapping[str, float | None] | None = None, unit: str = "fraction",
) -> str:  # fmt: skip
    return verdicts.judge(one, subjects, versus or {}, then or {}, unit).verdict


# Each test by hand


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.49, "contradicted"), (0.50, "supported"), (0.65, "supported"), (0.651, "contradicted"), (None, "not_testable")],
)
def test_a_band_holds_its_bounds(value, expected):
    assert verdict(claim("band", low=0.50, high=0.65), {"a": value}) == expected


def test_a_band_may_be_open():
    assert verdict(claim("band", low=0.0), {"a": 1e12}) == "supported"
    assert verdict(claim("band", high=0.0), {"a": 1.0}) == "contradicted"


def test_highest_and_lowest_lie_beyond_every_layer():
    assert verdict(claim("highest"), {"a": 3}, {"b": 2, "c": 1}) == "supported"
    assert verdict(claim("highest"), {"a": 3}, {"b": 2, "c": 4}) == "contradicted"
    assert verdict(claim("highest"), {"a": 3}, {"b": 3, "c": 1}) == "contradicted"
    assert verdict(claim("lowest"), {"a": -1}, {"b": 2, "c": 1}) == "supported"
    assert verdict(claim("lowest"), {"a": 1.5}, {"b": 2, "c": 1}) == "contradicted"


def test_above_and_below_count_pairs():
    above = claim("above", "a", "b", versus=["c", "d"])
    assert verdict(above, {"a": 3, "b": 4}, {"c": 1, "d": 2}) == "supported"
    assert verdict(above, {"a": 3, "b": 0}, {"c": 1, "d": 2}) == "mixed"
    assert verdict(above, {"a": 0, "b": 0}, {"c": 1, "d": 2}) == "contradicted"
    assert verdict(claim("below", versus=["c"]), {"a": 0}, {"c": 1}) == "supported"


def test_fewer_than_half_of_the_layers_compared_decide_nothing():
    assert verdict(claim("highest"), {"a": 3}, {"b": 2, "c": None}) == "supported"
    found = verdicts.judge(claim("highest"), {"a": 3}, {"b": 2, "c": None, "d": None}, {}, "fraction")
    assert (found.verdict, found.reason) == ("not_testable", "1 of 3 layers compared are measured")
    assert verdict(claim("highest"), {"a": 3}, {}) == "not_testable"


def test_rising_and_falling_need_more_than_a_flat_move():
    # Half a percentage point is flat: 10.5 % after 10 % says nothing, 10.6 % rises.
    rising, falling = claim("rising", since="2022Q4"), claim("falling", since="2022Q4")
    assert verdict(rising, {"a": 0.105}, then={"a": 0.10}) == "mixed"
    assert verdict(rising, {"a": 0.106}, then={"a": 0.10}) == "supported"
    assert verdict(rising, {"a": 0.05}, then={"a": 0.10}) == "contradicted"
    assert verdict(falling, {"a": 0.05}, then={"a": 0.10}) == "supported"
    assert verdict(falling, {"a": 0.05}, then={"a": None}) == "not_testable"


def test_a_flat_move_of_dollars_is_a_part_of_them():
    # 2 % of 100: 101.9 is flat, 102.1 is not.
    rising = claim("rising", since="2022Q4", metric="revenue")
    assert verdict(rising, {"a": 101.9}, then={"a": 100.0}, unit="USD") == "mixed"
    assert verdict(rising, {"a": 102.1}, then={"a": 100.0}, unit="USD") == "supported"


def test_what_holds_is_told_of_each_layer():
    found = verdicts.judge(claim("highest"), {"a": 3}, {"b": 2, "c": 4, "d": None}, {}, "fraction")
    assert found.holds == {"a": False, "b": True, "c": False}


# From the core tables to the ledger


def book(
    rows: pl.DataFrame,
    one: Claim,
    *members: dict[str, object],
    people: tuple[dict[str, object], ...] = (),
) -> claims.Tables:
    joined = memberships(*members)
    told = {str(p["company_id"]) for p in people}
    known = companies(*people, *sorted(set(joined["company_id"]) - told))
    named = pl.concat(
        layers(*sorted(set(joined.filter(lens=lens)["layer"]))).with_columns(lens=pl.lit(lens))
        for lens in sorted(set(joined["lens"]))
    )
    metrics = aggregate.layer_metrics(rows, segments(), joined, named, known, no_prices())
    amounts = aggregate.member_amounts(rows, segments(), joined, known)
    items = aggregate.layer_items(rows, segments(), joined, known)
    pools = capture.value_capture(amounts, metrics, items)
    return claims.tables((one,), named, metrics, pools, amounts, joined, known, items)


def margins(first: str, of: dict[str, list[float]]) -> pl.DataFrame:
    """Companies with revenue 100 a quarter and a margin for each quarter."""
    rows = [
        [figure(name, "revenue", q, 100), figure(name, "operating_income", q, 100 * margin)]
        for name, series in of.items()
        for q, margin in zip(_labels(first, len(series)), series, strict=True)
    ]
    return quarters(*rows)


def _labels(first: str, count: int) -> list[str]:
    year, number = int(first[:4]), int(first[5])
    return [f"{year + (number - 1 + k) // 4}Q{(number - 1 + k) % 4 + 1}" for k in range(count)]


def one_row(tables: claims.Tables) -> dict[str, object]:
    return tables.claims.row(0, named=True)


BAND = claim("band", low=0.5, high=0.65)


def test_a_claim_is_judged_in_the_newest_final_quarter():
    found = one_row(book(margins("2024Q1", {"x": [0.4] * 4 + [0.6] * 4}), BAND, member("a", "x")))
    assert (found["verdict"], found["measured"], found["calendar_quarter"]) == ("supported", 0.6, "2025Q4")
    assert (found["coverage_ratio"], found["metric"], found["unit"]) == (1.0, "operating_margin", "fraction")
    assert found["measured_text"] == "a 60.0%"
    assert found["threshold"] == "from 50.0% to 65.0%"


def test_since_and_flips_follow_the_trailing_margin():
    # Trailing margins: 40 to 2024Q4, then 45, 50, 55, 60 %: inside the band from 2025Q2 on.
    found = book(margins("2024Q1", {"x": [0.4] * 4 + [0.6] * 4}), BAND, member("a", "x"))
    row = one_row(found)
    assert (row["since"], row["n_flips"], row["flipped"]) == ("2025Q2", 1, "2025Q2")
    history = dict(found.history.filter(verdict="supported").select("calendar_quarter", "flipped").iter_rows())
    assert history == {"2025Q2": True, "2025Q3": False, "2025Q4": False}
    tested = found.history.filter(pl.col("verdict") != "not_testable")
    assert tested["calendar_quarter"].to_list() == ["2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4"]


def test_a_verdict_may_be_a_year_old_and_no_older():
    # x stopped reporting four (five) quarters before y, whose layer is final to the end.
    def told(last: int) -> dict[str, object]:
        rows = margins("2023Q1", {"x": [0.6] * last, "y": [0.1] * 12})
        return one_row(book(rows, BAND, member("a", "x"), member("b", "y")))

    recent, old = told(8), told(7)
    assert (recent["verdict"], recent["calendar_quarter"]) == ("supported", "2024Q4")
    assert str(recent["reason"]).startswith("of 2024Q4, since in 2025Q4 it cannot be tested: a: coverage below 50 %")
    assert (old["verdict"], old["calendar_quarter"], old["measured"]) == ("not_testable", None, None)
    assert str(old["reason"]).endswith("last testable in 2024Q3: supported")


def test_private_members_are_told():
    private = company("p", status="private", ticker=None, currency=None, shares_per_receipt=None)
    silent = [member("a", "x"), member("a", "p", measure="dark"), member("b", "y")]
    found = one_row(book(margins("2024Q1", {"y": [0.1] * 8}), BAND, *silent, people=(private,)))
    assert found["verdict"] == "not_testable"
    assert found["reason"] == (
        "a: coverage below 50 %, 0 of 2 measured, 1 private or not reported apart; in no quarter can it be tested"
    )


def test_a_claim_that_figures_cannot_decide_says_so():
    one = Claim(id="c", lens="lens", statement="x", layers=["a"], test="not_testable", reason="Advice")
    found = book(margins("2024Q1", {"x": [0.6] * 8}), one, member("a", "x"))
    assert (one_row(found)["verdict"], one_row(found)["reason"]) == ("not_testable", "Advice")
    assert found.history.is_empty() and found.readings.is_empty()


def test_one_quarter_speaks_where_twelve_months_cannot():
    # Two quarters with a gap between: no twelve months.
    rows = quarters(*(flat("x", q, 1, revenue=100, operating_income=60) for q in ("2025Q2", "2025Q4")))
    found = one_row(book(rows, BAND, member("a", "x")))
    assert (found["verdict"], found["window"], found["calendar_quarter"]) == ("supported", "quarter", "2025Q4")
    assert found["reason"] == "of one quarter, since twelve months cannot be tested"


# Other readings


def test_every_reading_is_made_and_those_that_disagree_are_told():
    # big: 60 % of 800; small ones: 10 % of 100 each. Σ: (480 + 20) / 1000 = 50 %; median 10 %; without big 10 %.
    rows = quarters(
        flat("big", "2024Q1", 8, revenue=800, operating_income=480),
        *(flat(n, "2024Q1", 8, revenue=100, operating_income=10) for n in ("s1", "s2")),
    )
    found = book(rows, BAND, *(member("a", n) for n in ("big", "s1", "s2")))
    row = one_row(found)
    assert (row["verdict"], row["measured"]) == ("supported", 0.5)
    # The other basis, one quarter and one quarter earlier agree.
    assert (row["n_checks"], row["n_agree"]) == (5, 3)
    assert row["sensitivity"] == "median: contradicted (10.0%); without largest: contradicted (10.0%)"
    told = dict(found.readings.select("reading", "value").iter_rows())
    assert told == pytest.approx(
        {"headline": 0.5, "other_basis": 0.5, "other_window": 0.5, "median": 0.1, "without_largest": 0.1,
         "quarter_before": 0.5}
    )  # fmt: skip


def test_another_lens_with_the_same_layers_is_read_too():
    rows = margins("2024Q1", {"x": [0.6] * 8, "y": [0.2] * 8})
    found = book(rows, BAND, member("a", "x"), member("a", "y", lens="other"), member("b", "y"))
    other = found.readings.filter(reading="other_lens")
    assert other.select("read_in", "layer", "value", "verdict").rows() == [("other", "a", 0.2, "contradicted")]


def test_without_the_largest_leaves_the_layers_compared_as_they_are():
    rows = quarters(
        flat("big", "2024Q1", 8, revenue=300, operating_income=150),
        flat("small", "2024Q1", 8, revenue=100, operating_income=20),
        flat("y", "2024Q1", 8, revenue=100, operating_income=30),
    )
    found = book(rows, claim("highest"), member("a", "big"), member("a", "small"), member("b", "y"))
    # (150 + 20) / 400 = 42.5 % beats 30 %; small alone, 20 %, does not.
    assert one_row(found)["verdict"] == "supported"
    without = found.readings.filter(reading="without_largest")
    assert dict(without.select("layer", "value").iter_rows()) == {"a": 0.2, "b": 0.3}
    assert set(without["verdict"]) == {"contradicted"}


# Measures that no metric gives


def test_share_of_the_positive_pool():
    one = claim("highest", metric="share_of_positive", pool="operating_income")
    found = one_row(book(margins("2024Q1", {"x": [0.6] * 8, "y": [0.2] * 8}), one, member("a", "x"), member("b", "y")))
    assert (found["measured"], found["verdict"]) == (pytest.approx(0.75), "supported")
    assert found["metric"] == "share_of_positive:operating_income"


def test_a_pool_that_lost_a_layer_of_weight_gives_no_share():
    # y, a quarter of the pool, reports no more: x has not 100 % because of that.
    one = claim("highest", metric="share_of_positive", pool="operating_income", versus=["c"])
    rows = margins("2024Q1", {"x": [0.6] * 8, "y": [0.2] * 6, "z": [0.1] * 8})
    found = one_row(book(rows, one, member("a", "x"), member("b", "y"), member("c", "z")))
    assert (found["calendar_quarter"], found["measured"]) == ("2025Q2", pytest.approx(6 / 9))
    assert INCOMPLETE in str(found["reason"])


def test_a_pool_that_lacks_a_member_of_weight_gives_no_share():
    # In layer a x earns 60 of 100; mute sells as much and tells no profit: at the layer's margin it would have as much.
    one = claim("highest", metric="share_of_positive", pool="operating_income")
    rows = [figure("mute", "revenue", q, 100) for q in _labels("2024Q1", 8)]
    told = margins("2024Q1", {"x": [0.6] * 8, "y": [0.2] * 8})
    members = [member("a", "x"), member("a", "mute"), member("b", "y")]
    found = one_row(book(pl.concat([told, quarters(rows)]), one, *members))
    assert found["verdict"] == "not_testable" and INCOMPLETE in str(found["reason"])
    # A member that sells a thousandth of that is missed by nobody.
    rows = [figure("mute", "revenue", q, 0.1) for q in _labels("2024Q1", 8)]
    assert one_row(book(pl.concat([told, quarters(rows)]), one, *members))["verdict"] == "supported"


def test_a_margin_without_most_of_the_revenue_is_not_the_layers():
    # loud tells a margin of 60 %, mute sells a third (a fifth) of what both sell and tells none: 67 % (80 %) are heard.
    def told(sales: float) -> dict[str, object]:
        mute = quarters([figure("mute", "revenue", q, sales) for q in _labels("2024Q1", 8)])
        rows = pl.concat([margins("2024Q1", {"loud": [0.6] * 8}), mute])
        return one_row(book(rows, BAND, member("a", "loud"), member("a", "mute")))

    assert told(50)["verdict"] == "not_testable" and TOO_LITTLE in str(told(50)["reason"])
    assert (told(25)["verdict"], told(25)["measured"]) == ("supported", 0.6)


def test_shares_of_different_pools_are_not_compared():
    one = claim("rising", metric="share_of_positive", pool="operating_income", since="2024Q4")
    # Two years after its last figure y is no longer missed, and the pool is another.
    rows = margins("2024Q1", {"x": [0.6] * 13, "y": [0.2] * 4})
    found = one_row(book(rows, one, member("a", "x"), member("b", "y")))
    assert found["verdict"] == "not_testable"
    assert "the pool holds other layers than in 2024Q4" in str(found["reason"])


def test_revenue_and_the_three_largest():
    # 40 + 30 + 20 of 100 a quarter; without the 40: 30 + 20 + 10 of 60.
    rows = quarters(*(flat(n, "2024Q1", 8, revenue=v) for n, v in (("p", 40), ("q", 30), ("r", 20), ("s", 10))))
    members = [member("a", n) for n in "pqrs"]
    three = book(rows, claim("band", metric="largest_three_share_of_revenue", low=0.5), *members)
    told = dict(three.readings.filter(pl.col("reading").is_in(["headline", "without_largest"]))
                .select("reading", "value").iter_rows())  # fmt: skip
    assert told == pytest.approx({"headline": 0.9, "without_largest": 1.0})
    revenue = one_row(book(rows, claim("band", metric="revenue", low=0.0), *members))
    assert (revenue["measured"], revenue["unit"]) == (400, "USD")


def test_companies_in_more_than_one_layer():
    rows = margins("2024Q1", {"x": [0.6] * 8, "y": [0.2] * 8})
    members = [member("a", "x"), member("b", "y"), member("b", "x-unit", company_id="x", measure="dark")]
    unit = company("x-unit", status="part_of", ticker=None, currency=None, shares_per_receipt=None, parent_id="x")
    one = claim("band", "a", "b", metric="companies_spanning_layers", low=1.0)
    found = one_row(book(rows, one, *members, people=(unit,)))
    assert (found["measured"], found["verdict"], found["measured_text"]) == (1, "supported", "1 companies")


def test_who_sits_where_is_told_of_the_newest_final_quarter():
    # In 2025Q4 small alone has reported, a tenth of the layer: who sits where is known, and not ahead of the figures.
    rows = quarters(flat("big", "2024Q1", 7, revenue=90), flat("small", "2024Q1", 8, revenue=10))
    members = [member("a", "big"), member("a", "small"), member("b", "unit", company_id="small", measure="dark")]
    unit = company("unit", status="part_of", ticker=None, currency=None, shares_per_receipt=None, parent_id="small")
    one = claim("band", metric="companies_spanning_layers", low=1.0)
    found = book(rows, one, *members, people=(unit,))
    assert (one_row(found)["measured"], one_row(found)["calendar_quarter"]) == (1, "2025Q3")
    newest = found.history.filter(calendar_quarter="2025Q4")
    assert newest.select("verdict", "status").rows() == [("supported", "provisional")]


def test_a_metric_that_does_not_exist_is_named():
    with pytest.raises(ValueError, match="a claim names 'happiness', which is no metric"):
        book(margins("2024Q1", {"x": [0.6] * 4}), claim("band", metric="happiness", low=0), member("a", "x"))


# The declarations


def test_every_claim_of_the_registry_names_a_metric_that_is_known():
    known = load().claims
    assert len(known) >= 20
    for one in known:
        if one.test != "not_testable" and one.metric:
            assert one.metric in BY_METRIC or one.metric in rules().measure
            assert (one.metric == "share_of_positive") is (one.pool is not None)


def test_rules_tell_of_everything_that_can_be_told():
    said = rules()
    assert tuple(said.verdict) == VERDICTS
    assert set(said.reading) == set(READINGS)
    units = {m.unit for m in said.measure.values()} | {m.unit for m in BY_METRIC.values()}
    assert units <= set(said.flat)
    assert set(said.test) == {"band", "highest", "lowest", "above", "below", "rising", "falling", "not_testable"}


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.621, "fraction", "62.1%"),
        (0.17, "times", "0.17×"),
        (-12.34e9, "USD", "-$12.3 bn"),
        (0.0, "USD", "$0"),
        (None, "USD", "–"),
    ],
)
def test_amounts_in_words(value, unit, text):
    assert words.amount(value, unit) == text


# What must always hold

numbers = st.dictionaries(st.sampled_from("bcdefg"), st.floats(-5, 5).map(lambda v: round(v, 2)), min_size=1)
values = st.floats(-5, 5).map(lambda v: round(v, 2))


@given(values, numbers)
def test_highest_is_lowest_of_the_negatives(value, versus):
    turned = {layer: -v for layer, v in versus.items()}
    assert verdict(claim("highest"), {"a": value}, versus) == verdict(claim("lowest"), {"a": -value}, turned)


@given(values, numbers)
def test_highest_and_above_agree_where_all_or_none_holds(value, versus):
    one = verdict(claim("highest"), {"a": value}, versus)
    pairs = verdict(claim("above", versus=list(versus)), {"a": value}, versus)
    assert (one == "supported") == (pairs == "supported")
    assert pairs != "contradicted" or one == "contradicted"


@given(values, values)
def test_rising_contradicts_falling(now, then):
    up = verdict(claim("rising", since="2022Q4"), {"a": now}, then={"a": then})
    down = verdict(claim("falling", since="2022Q4"), {"a": now}, then={"a": then})
    opposite = {"supported": "contradicted", "contradicted": "supported", "mixed": "mixed"}
    assert down == opposite[up]


@settings(max_examples=10, deadline=None)
@given(st.permutations(["x", "y", "z"]))
def test_the_order_of_companies_changes_nothing(order):
    series = {"x": [0.6] * 6, "y": [0.2] * 6, "z": [0.4] * 6}
    members = {"x": member("a", "x"), "y": member("b", "y"), "z": member("a", "z")}
    expected = book(margins("2024Q1", series), claim("highest"), *members.values())
    found = book(margins("2024Q1", {n: series[n] for n in order}), claim("highest"), *(members[n] for n in order))
    assert found.claims.equals(expected.claims)
    assert found.readings.equals(expected.readings)
