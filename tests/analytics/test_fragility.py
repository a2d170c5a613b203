"""Whether a headline stands: each check by hand, from numbers and from the core tables."""

from functools import partial

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import aggregate, capture
from analytics import fragility as f
from analytics.claims.rules import rules
from analytics.metrics import BY_METRIC
from tests.analytics.frames import companies, flat, layers, member, memberships, no_prices, quarters, segments

NUMBERS = {"chips": 0.54, "plants": 0.56, "clouds": 0.25, "models": None}


def test_who_leads_and_who_trails():
    assert (f.leader(NUMBERS), f.trailer(NUMBERS)) == ("plants", "clouds")
    assert f.leader({"a": 1.0, "b": None}) is None
    assert f.leader({"a": 1.0, "b": 1.0}) is None


def test_the_only_one_above_a_threshold():
    assert f.only_above(0.55, NUMBERS) == "plants"
    assert f.only_above(0.50, NUMBERS) is None
    assert f.only_above(0.60, NUMBERS) is None


def test_each_check_says_whether_the_sentence_stays_true():
    # Without TSMC plants have 0.50 and chips lead; the median of plants leads; a quarter earlier plants were unknown.
    readings = {
        "without_largest": NUMBERS | {"plants": 0.50},
        "with_median": {"chips": 0.44, "plants": 0.56, "clouds": 0.3},
        "quarter_before": NUMBERS | {"plants": None},
        "on_other_basis": {"plants": 0.56},
    }
    assert f.checks(f.leader, "plants", readings) == {
        "without_largest": False,
        "with_median": True,
        "quarter_before": None,
        # One number alone leads nobody, but this reading has only the one: the sentence cannot be true of it.
        "on_other_basis": False,
    }


def test_one_number_against_a_threshold():
    above = partial(f.side, 1.0)
    told = f.checks(above, "neoclouds", {"with_median": {"neoclouds": 3.7}, "quarter_before": {"neoclouds": 0.9}})
    assert told == {"with_median": True, "quarter_before": False}


# From the core tables

# rich: 60 % of 110 and 10 % of 90; steady: 30 % of 100 twice.
ROWS = quarters(
    flat("star", "2024Q1", 8, revenue=110, operating_income=66),
    flat("poor", "2024Q1", 8, revenue=90, operating_income=9),
    flat("one", "2024Q1", 8, revenue=100, operating_income=30),
    flat("two", "2024Q1", 8, revenue=100, operating_income=30),
)
MEMBERS = [member("rich", "star"), member("rich", "poor"), member("steady", "one"), member("steady", "two")]


def told(rows: pl.DataFrame, *members: dict[str, object]) -> pl.DataFrame:
    joined = memberships(*members)
    known, named = companies(*sorted(set(joined["company_id"]))), layers(*sorted(set(joined["layer"])))
    metrics = aggregate.layer_metrics(rows, segments(), joined, named, known, no_prices())
    amounts = aggregate.member_amounts(rows, segments(), joined, known)
    pools = capture.value_capture(amounts, metrics, aggregate.layer_items(rows, segments(), joined, known))
    return f.fragility(named, metrics, pools, amounts, joined, known)


def headline(frame: pl.DataFrame, name: str, quarter: str = "2025Q4", basis: str = "layer") -> dict[str, object]:
    return frame.filter(headline=name, calendar_quarter=quarter, basis=basis).row(0, named=True)


def test_a_lead_that_rests_on_one_company_does_not_stand():
    # Rich leads with 75 of 200 against 30 %; without star it has 10 %, its median is 35 %.
    found = headline(told(ROWS, *MEMBERS), "highest-operating-margin")
    assert (found["layer"], found["value"], found["against"], found["against_value"]) == ("rich", 0.375, "steady", 0.30)
    checks = [found[name] for name in f.CHECKS]
    assert checks == [False, True, True, True]
    assert (found["n_checks"], found["n_survived"], found["survives"]) == (4, 3, False)
    assert found["told"] == "does not stand without its largest company"
    assert found["sentence"] == "rich has the highest operating margin: 37.5%"


def test_the_first_quarter_has_no_quarter_before():
    found = headline(told(ROWS, *MEMBERS), "highest-operating-margin", "2024Q4")
    assert (found["quarter_before"], found["n_checks"]) == (None, 3)
    assert str(found["told"]).endswith("; not checked one quarter earlier")


def test_a_layer_of_one_company_has_nothing_left_without_it():
    rows = quarters(
        flat("only", "2024Q1", 8, revenue=100, operating_income=60),
        flat("x", "2024Q1", 8, revenue=100, operating_income=30),
    )
    found = headline(told(rows, member("a", "only"), member("b", "x")), "highest-operating-margin")
    assert (found["without_largest"], found["survives"]) == (False, False)


def test_the_share_of_a_pool_without_its_largest_member():
    # Rich has 66 + 9 = 75 of 135; without star 9 of 69, and steady leads.
    found = headline(told(ROWS, *MEMBERS), "largest-share-of-operating-income")
    assert found["value"] == pytest.approx(75 / 135)
    assert found["without_largest"] is False
    assert found["with_median"] is None


def test_fewer_than_half_of_the_layers_make_no_headline():
    silent = [member(layer, f"{layer}-1") for layer in ("c", "d", "e")]
    found = told(ROWS, *MEMBERS, *silent)
    assert found.filter(headline="highest-operating-margin").is_empty()


def test_every_headline_has_a_measure_and_its_own_id():
    ids = [h.id for h in f.HEADLINES]
    assert len(ids) == len(set(ids))
    assert {h.metric for h in f.HEADLINES} <= {*BY_METRIC, *rules().measure}


numbers = st.dictionaries(st.sampled_from("abcdef"), st.floats(-9, 9).map(lambda v: round(v, 2)), min_size=2)


@given(numbers, st.floats(0.1, 100))
def test_scale_and_a_layer_without_figures_change_no_leader(values, factor):
    assert f.leader({layer: factor * v for layer, v in values.items()}) == f.leader(values)
    assert f.leader(values | {"z": None}) == f.leader(values)
    assert f.trailer({layer: -v for layer, v in values.items()}) == f.leader(values)


@given(numbers)
def test_a_sentence_stands_in_its_own_numbers(values):
    top = f.leader(values)
    if top is not None:
        assert f.checks(f.leader, top, {"same": values}) == {"same": True}
