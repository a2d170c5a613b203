"""The justification gap: the worked example of methods.md, each dollar of capex once, and what is dark stays dark."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate
from analytics import justification as j
from analytics.contracts import empty, table
from tests.analytics.frames import (
    M,
    companies,
    company,
    figure,
    flat,
    labels,
    member,
    memberships,
    quarters,
    segment_figure,
    segments,
)

TERMS = j.defaults()


def eco(layer: str, member_id: str, **more: object) -> dict[str, object]:
    return member(layer, member_id, lens="ecosystem", **more)


def gap(
    rows: pl.DataFrame,
    *members: dict[str, object],
    people: tuple[str | dict[str, object], ...] = (),
    lines: pl.DataFrame | None = None,
    terms: j.Terms | None = None,
) -> pl.DataFrame:
    joined, parts = memberships(*members), segments() if lines is None else lines
    told = {p if isinstance(p, str) else str(p["company_id"]) for p in people}
    known = companies(*people, *sorted(set(joined["company_id"]) - told))
    amounts = aggregate.member_amounts(rows, parts, joined, known)
    return j.justification(rows, parts, amounts, joined, known, terms)


def row(frame: pl.DataFrame, quarter: str, buyers: str = "together", capital: str = "all") -> dict[str, object]:
    return frame.filter(calendar_quarter=quarter, buyers=buyers, capital=capital).row(0, named=True)


# The worked example of methods.md


def test_the_annual_charge_of_the_worked_example():
    # 60 of equipment over 5 years at 10 %: 60 × 0.2638 = 15.83; 40 of shell over 15: 40 × 0.13147 = 5.26.
    assert 60 * TERMS.equipment_rate == pytest.approx(15.828, abs=5e-4)
    assert 40 * TERMS.shell_rate == pytest.approx(5.259, abs=5e-4)
    assert 60 * TERMS.equipment_rate + 40 * TERMS.shell_rate == pytest.approx(21.09, abs=0.005)


@pytest.mark.parametrize(("life", "needs"), [(5, 72.2), (4, 78.4), (6, 68.1)])
def test_the_required_revenue_of_the_worked_example(life, needs):
    # (21.09 + 15) ÷ 50 % = 72.2; with equipment of four years 78.4, of six 68.1.
    terms = replace(TERMS, equipment_life=life)
    assert j.required(60, 40, 100, terms) == pytest.approx(needs, abs=0.05)


def test_the_whole_table_gives_the_worked_example():
    # 25 a quarter in the four quarters after the base are 100 of capex.
    rows = quarters(flat("cloud", "2023Q1", 4, capex=25), [figure("cloud", "revenue", "2023Q4", 1)])
    found = row(gap(rows, eco("hyperscalers", "cloud")), "2023Q4")
    assert found["capital_usd"] == 100
    assert (found["equipment_usd"], found["shell_usd"]) == pytest.approx((60, 40))
    assert found["annual_charge_usd"] == pytest.approx(21.09, abs=0.005)
    assert found["operating_cost_usd"] == pytest.approx(15)
    assert found["required_revenue_usd"] == pytest.approx(72.2, abs=0.05)


def test_sequoias_rule_is_run_rate_times_two_times_two():
    # A quarter of 12.5 billion is a run-rate of 50: the 200 of September 2023. 37.5 is 150: the 600 of June 2024.
    lines = segments(
        segment_figure("nvidia", "Data Center", "revenue", "2023Q3", 12_500 * M),
        segment_figure("nvidia", "Data Center", "revenue", "2024Q3", 37_500 * M),
        segment_figure("nvidia", "Gaming", "revenue", "2024Q3", 9 * M),
    )
    rows = quarters(flat("cloud", "2023Q1", 8, capex=1))
    found = gap(rows, eco("hyperscalers", "cloud"), people=("nvidia",), lines=lines)
    assert row(found, "2023Q3")["simple_rule_usd"] == 200e9
    assert row(found, "2024Q3")["simple_rule_usd"] == 600e9
    assert row(found, "2024Q4")["simple_rule_usd"] is None


# Which capital counts


def test_capex_counts_after_the_base_quarter_and_is_shown_before():
    rows = quarters(flat("cloud", "2022Q3", 4, capex=10))
    found = gap(rows, eco("hyperscalers", "cloud"))
    before = row(found, "2022Q4")
    assert (before["capex_usd"], before["capital_usd"], before["null_reason"]) == (10, None, j.BEFORE_BASE)
    assert row(found, "2023Q1")["capital_usd"] == 10
    assert row(found, "2023Q2")["capital_usd"] == 20


def test_equipment_beyond_its_life_is_charged_no_more():
    # With a life of half a year the third quarter's equipment is that of two quarters, 2 × 60 % of 10.
    rows = quarters(flat("cloud", "2023Q1", 3, capex=10))
    found = row(gap(rows, eco("hyperscalers", "cloud"), terms=replace(TERMS, equipment_life=0.5)), "2023Q3")
    assert (found["equipment_usd"], found["shell_usd"]) == pytest.approx((12, 12))
    assert found["operating_cost_usd"] == pytest.approx(0.15 * 30)


def test_above_the_base_rate_counts_what_exceeds_the_year_to_the_base_quarter():
    # 40 in the year to the base is 10 a quarter; 16 and 14 exceed it by 6 and 4.
    rows = quarters(
        flat("cloud", "2022Q1", 4, capex=10),
        [figure("cloud", "capex", q, v) for q, v in (("2023Q1", 16), ("2023Q2", 14))],
    )
    found = gap(rows, eco("hyperscalers", "cloud"))
    assert row(found, "2023Q2", capital="above_base_rate")["capital_usd"] == 10
    assert row(found, "2023Q2")["capital_usd"] == 30


def test_capex_below_the_base_rate_asks_for_nothing():
    rows = quarters(flat("cloud", "2022Q1", 4, capex=10), flat("cloud", "2023Q1", 1, capex=8))
    found = row(gap(rows, eco("hyperscalers", "cloud")), "2023Q1", capital="above_base_rate")
    assert (found["capital_usd"], found["null_reason"]) == (None, j.NO_CAPITAL)


def test_neoclouds_had_no_business_before():
    rows = quarters(flat("cloud", "2022Q1", 8, capex=10), flat("neo", "2022Q1", 8, capex=3))
    found = gap(rows, eco("hyperscalers", "cloud"), eco("neoclouds", "neo"))
    assert row(found, "2023Q4", "neoclouds", "above_base_rate")["capital_usd"] == 12
    # The hyperscaler stays at its old rate: nothing above it.
    assert row(found, "2023Q4", "together", "above_base_rate")["capital_usd"] == 12
    assert row(found, "2023Q4")["capital_usd"] == 52


def test_a_year_without_its_quarters_counts_once_it_is_over():
    rows = quarters(figure("neo", "capex", "2024Q4", 40, derivation="year_only"), flat("neo", "2025Q1", 1, capex=5))
    found = gap(rows, eco("neoclouds", "neo"))
    assert row(found, "2024Q3", "neoclouds")["capital_usd"] is None
    assert row(found, "2024Q4", "neoclouds")["capital_usd"] == 40
    assert row(found, "2025Q1", "neoclouds")["capital_usd"] == 45


def test_a_year_with_some_of_its_quarters_counts_with_the_rest_of_it():
    # 40 in the year, 12 + 13 in its last two quarters: 15 in the others, told with the last.
    rows = quarters(
        figure("neo", "capex", "2024Q4", 40, derivation="year_only"),
        figure("neo", "capex", "2024Q3", 12),
        figure("neo", "capex", "2024Q4", 13),
    )
    known = j.known_capex(rows)
    assert known.group_by("quarter").agg(pl.col("capex_usd").sum()).sort("quarter")["capex_usd"].to_list() == [12, 28]


def test_a_year_that_began_before_the_base_quarter_ended_is_left_out():
    year = figure("neo", "capex", "2023Q2", 40, derivation="year_only")
    rows = quarters({**year, "period_start": date(2022, 7, 1)}, flat("neo", "2023Q3", 1, capex=5))
    assert row(gap(rows, eco("neoclouds", "neo")), "2023Q3", "neoclouds")["capital_usd"] == 5


def test_capex_from_before_the_listing_counts_and_from_before_a_membership_of_its_own_does_not():
    listed = date(2025, 3, 28)
    rows = quarters(flat("neo", "2024Q1", 6, capex=10), flat("miner", "2024Q1", 6, capex=7))
    found = gap(
        rows,
        eco("neoclouds", "neo", valid_from=listed),
        eco("neoclouds", "miner", valid_from=date(2025, 1, 1)),
        people=(company("neo", listed_from=listed), company("miner", listed_from=date(2021, 1, 4))),
    )
    # Six quarters of the one, two of the other.
    assert row(found, "2025Q2", "neoclouds")["capital_usd"] == 60 + 14


def test_too_few_buyers_known_give_no_capital():
    rows = quarters(flat("a", "2023Q1", 2, capex=10), *(flat(c, "2023Q1", 1, capex=10) for c in "bcd"))
    found = gap(rows, *(eco("hyperscalers", c) for c in "abcd"))
    late = row(found, "2023Q2")
    assert (late["capital_usd"], late["null_reason"], late["status"]) == (None, aggregate.BELOW_COVERAGE, "provisional")
    assert late["dark_buyers"] == "B, C, D"


def test_final_where_those_with_most_of_the_spending_have_reported():
    # big spends 90 of 100: it alone makes a quarter final, small alone does not.
    rows = quarters(
        flat("big", "2022Q1", 5, capex=90), flat("small", "2022Q1", 4, capex=10), flat("small", "2023Q2", 1, capex=10)
    )
    found = gap(rows, eco("hyperscalers", "big"), eco("hyperscalers", "small"))
    assert row(found, "2023Q1")["status"] == "final"
    assert row(found, "2023Q2")["status"] == "provisional"


# What pays for it


def paying() -> pl.DataFrame:
    rows = quarters(
        flat("cloud", "2023Q1", 4, capex=25),
        flat("app", "2022Q1", 4, revenue=5),
        flat("app", "2023Q1", 4, revenue=8),
        flat("young", "2023Q1", 4, revenue=1),
        flat("late", "2022Q1", 4, revenue=2),
    )
    return gap(
        rows,
        eco("hyperscalers", "cloud"),
        eco("applications", "app", named_by_source=False),
        eco("applications", "young", named_by_source=False),
        eco("models", "late", named_by_source=False),
        eco("models", "openai", measure="dark"),
        people=(company("openai", status="private", ticker=None, currency=None, shares_per_receipt=None),),
    )


def test_the_gap_is_what_is_required_less_what_is_measured():
    # 4 × 8 and 4 × 1 are measured; app alone was measured at the base too: 32 − 20 is new.
    found = row(paying(), "2023Q4")
    assert found["measured_revenue_usd"] == 36
    assert found["new_revenue_usd"] == 12
    assert found["gap_usd"] == pytest.approx(72.1736 - 36, abs=1e-3)
    assert found["gap_to_new_revenue_usd"] == pytest.approx(72.1736 - 12, abs=1e-3)


def test_what_is_dark_is_counted_and_named_never_estimated():
    found = row(paying(), "2023Q4")
    assert (found["n_members"], found["n_measured"], found["coverage_ratio"]) == (4, 2, 0.5)
    assert (found["dark_members"], found["late_members"]) == ("Openai", "Late")
    assert (found["n_named"], found["n_named_measured"]) == (1, 0)


def test_nothing_measured_leaves_no_gap():
    rows = quarters(flat("cloud", "2023Q1", 4, capex=25))
    found = row(gap(rows, eco("hyperscalers", "cloud")), "2023Q4")
    assert (found["measured_revenue_usd"], found["gap_usd"], found["n_members"]) == (None, None, 0)
    assert found["required_revenue_usd"] is not None


def test_a_registry_without_these_layers_has_no_gap():
    rows = quarters(flat("a", "2023Q1", 4, capex=25))
    assert gap(rows, member("x", "a")).equals(empty(table("marts.justification")))


# The assumptions


def test_every_assumption_is_a_term_with_a_default_within_its_range_and_a_source():
    declared = j.declared().assumption
    assert [a.id for a in declared] == list(j.Terms.__dataclass_fields__)
    for a in declared:
        assert a.low <= a.default <= a.high and a.source and a.citation and a.text
        steps = (a.default - a.low) / a.step
        assert steps == pytest.approx(round(steps)), f"{a.id}: a reader cannot choose the default"
    assert j.assumptions().height == len(declared)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"equipment_life": 0.0}, "equipment_life is 0.0; it must be positive"),
        ({"cost_of_capital": -0.1}, "cost_of_capital"),
        ({"downstream_gross_margin": 0.0}, "downstream_gross_margin"),
        ({"equipment_share": 1.2}, "equipment_share is 1.2; it is a fraction"),
    ],
)
def test_terms_that_no_arithmetic_can_carry_are_refused(change, told):
    with pytest.raises(ValueError, match=told):
        replace(TERMS, **change)


# What must always hold

rates = st.floats(0.01, 0.5)
lives = st.floats(1, 40)


@given(lives, rates)
def test_an_annuity_repays_its_dollar(years, rate):
    # Whole payments to the last one, discounted, are the dollar.
    whole = round(years)
    paid = sum(j.annuity(whole, rate) / (1 + rate) ** year for year in range(1, whole + 1))
    assert paid == pytest.approx(1)


@given(lives, lives, rates)
def test_a_longer_life_costs_less_a_year_and_never_less_than_the_interest(a, b, rate):
    short, long = sorted((a, b))
    assert j.annuity(short, rate) >= j.annuity(long, rate) > rate


@given(st.floats(0.1, 1e6), st.floats(0, 1), st.floats(0.01, 1e4))
def test_scale_changes_nothing_in_the_ratio(capital, share, factor):
    one = j.required(capital * share, capital * (1 - share), capital, TERMS) / capital
    many = j.required(factor * capital * share, factor * capital * (1 - share), factor * capital, TERMS)
    assert many == pytest.approx(one * capital * factor)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_the_order_of_companies_changes_nothing(spent, random):
    names = [f"c{n}" for n in range(len(spent))]
    rows = [r for name, v in zip(names, spent, strict=True) for r in flat(name, "2023Q1", 3, capex=v)]
    members = [eco("hyperscalers", name) for name in names]
    expected = gap(quarters(rows), *members)
    random.shuffle(rows)
    random.shuffle(members)
    assert gap(quarters(rows), *members).equals(expected)


def test_a_company_that_spends_nothing_changes_no_dollar():
    rows = [*flat("a", "2023Q1", 4, capex=10)]
    dollars = ["capital_usd", "annual_charge_usd", "required_revenue_usd"]
    one = gap(quarters(rows), eco("hyperscalers", "a"))
    two = gap(quarters(rows, flat("idle", "2023Q1", 4, capex=0)), eco("hyperscalers", "a"), eco("hyperscalers", "idle"))
    assert one.select(dollars).equals(two.select(dollars))


def test_every_dollar_counts_in_one_of_the_parts():
    rows = quarters(flat("cloud", "2022Q4", 6, capex=10), flat("neo", "2022Q4", 6, capex=3))
    found = gap(rows, eco("hyperscalers", "cloud"), eco("neoclouds", "neo"))
    for quarter in labels("2023Q1", 5):
        parts = [row(found, quarter, b)["required_revenue_usd"] for b in ("hyperscalers", "neoclouds")]
        assert sum(parts) == pytest.approx(row(found, quarter)["required_revenue_usd"])
