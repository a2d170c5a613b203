"""Sanity: what cannot be is left out with its reason, what is odd is kept and said."""

import polars as pl
import pytest

from analytics import statements
from tests.analytics.facts import companies, no_rates, observation, observations, quarter

QUARTERS = [
    (f"{y}-{a}", f"{y}-{b}")
    for y in (2023, 2024)
    for a, b in (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31"))
]
REVENUE, CASH, ASSETS = "us-gaap:Revenues", "us-gaap:CashAndCashEquivalentsAtCarryingValue", "us-gaap:Assets"


def derive(*rows):
    return statements.derive(observations(*rows), companies(), no_rates())


def series(concept, values, balance=False):
    return [
        observation(concept, None if balance else s, e, v, "2025-02-15")
        for (s, e), v in zip(QUARTERS, values, strict=False)
    ]


def rules(out, severity="error"):
    return set(out.anomalies.filter(pl.col("severity") == severity).select("item", "rule").iter_rows())


@pytest.mark.parametrize("factor", [1000, 0.001, 30], ids=["thousandfold", "thousandth", "another currency"])
def test_a_figure_off_in_scale_is_left_out(factor):
    values = [100e6, 102e6, 104e6 * factor, 106e6, 108e6]
    out = derive(*series(REVENUE, values))
    assert rules(out) == {("revenue", "alone among its neighbours")}
    assert quarter(out.quarters, "revenue", "2023-09-30") is None
    assert quarter(out.quarters, "revenue", "2023-12-31") == 106e6


def test_the_newest_figure_off_by_a_thousand_is_left_out():
    out = derive(*series(REVENUE, [100e6, 102e6, 104e6, 106e9]))
    assert rules(out) == {("revenue", "scale jump")}
    assert quarter(out.quarters, "revenue", "2023-12-31") is None


def test_growth_is_no_anomaly():
    # CoreWeave, 2024: 189, 395, 584, 747 million.
    assert derive(*series(REVENUE, [188.684e6, 395.371e6, 583.941e6, 747.004e6])).anomalies.is_empty()


def test_what_cannot_be_negative_is_left_out():
    out = derive(*series(REVENUE, [100e6, -101e6, 102e6]))
    assert ("revenue", "negative") in rules(out)
    assert quarter(out.quarters, "revenue", "2023-06-30") is None


def test_a_quarter_larger_than_its_year_is_left_out():
    year = observation(REVENUE, "2023-01-01", "2023-12-31", 400e6, "2024-02-15")
    out = derive(*series(REVENUE, [100e6, 401e6, 100e6]), year)
    assert ("revenue", "larger than its year") in rules(out)


def test_a_quarter_delivered_twice_is_left_out():
    income = "us-gaap:NetIncomeLoss"
    out = derive(*series(REVENUE, [100e6, 100e6, 105e6]), *series(income, [10e6, 10e6, 11e6]))
    assert rules(out) == {("revenue", "repeats the quarter before"), ("net_income", "repeats the quarter before")}
    assert quarter(out.quarters, "revenue", "2023-03-31") == 100e6
    assert quarter(out.quarters, "revenue", "2023-06-30") is None


def test_one_repeated_item_alone_is_a_coincidence():
    out = derive(*series(REVENUE, [100e6, 100e6, 105e6]), *series("us-gaap:NetIncomeLoss", [10e6, 12e6, 11e6]))
    assert out.anomalies.is_empty()


def test_cash_above_total_assets_leaves_both_out():
    # Eaton, 2012-09-30: cash 425 million of total assets 4,776,350, stated in thousands.
    rows = [*series(REVENUE, [1e9]), *series(CASH, [425e6], True), *series(ASSETS, [4776350], True)]
    out = derive(*rows)
    assert rules(out) == {("cash", "cash above total assets"), ("total_assets", "cash above total assets")}
    assert quarter(out.quarters, "cash", "2023-03-31") is None


def test_gross_profit_that_is_not_revenue_less_cost_is_said_and_kept():
    rows = [*series(REVENUE, [100e6]), *series("us-gaap:CostOfRevenue", [60e6]), *series("us-gaap:GrossProfit", [45e6])]
    out = derive(*rows)
    assert rules(out, "warning") == {("gross_profit", "gross profit is not revenue less cost")}
    assert quarter(out.quarters, "gross_profit", "2023-03-31") == 45e6


def test_a_margin_out_of_bounds_is_said_and_kept():
    out = derive(*series(REVENUE, [1e6]), *series("us-gaap:OperatingIncomeLoss", [-21e6]))
    assert rules(out, "warning") == {("operating_income", "operating margin outside −20 to 1")}
    assert quarter(out.quarters, "operating_income", "2023-03-31") == -21e6
