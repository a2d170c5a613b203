"""Bases: figures of two bases are neither compared nor added. Amounts in millions, as the filings print them."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import bases, statements
from analytics.metrics.company import company_metrics
from tests.analytics import frames
from tests.analytics.facts import companies, day, no_rates, observation, observations, quarter

REVENUE, CONTRACTS, COST = (
    "us-gaap:Revenues",
    "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax",
    "us-gaap:CostOfRevenue",
)
GROWTH = "revenue_growth_yoy"


def said(start, end, *statements_of_it, concept=REVENUE, **more):
    """One period as filings said it: amount and day, one after the other."""
    return [observation(concept, start, end, value * 1e6, known, **more) for value, known in statements_of_it]


def derive(*rows, month=12, on=None):
    told = observations(*(row for period in rows for row in period))
    return statements.derive(told, companies(month=month), no_rates(), day(on)).quarters


def measured(quarters, metric=GROWTH, month=12):
    """Value and reason by calendar quarter and window."""
    rows = company_metrics(quarters, companies(month=month), frames.no_prices()).filter(pl.col("metric") == metric)
    columns = "calendar_quarter", "window", "value", "null_reason"
    return {(q, w): reason if value is None else value for q, w, value, reason in rows.select(columns).iter_rows()}


# Western Digital's filings. Its flash business left in February 2025: the report to 2025-03-28 is without it, and the
# annual report of that August restates two years.
WESTERN_DIGITAL = [
    said("2021-07-03", "2022-07-01", (18793, "2022-08-25"), (18793, "2023-08-22"), (18793, "2024-08-20")),
    said("2022-07-02", "2022-09-30", (3736, "2022-11-02"), (3736, "2023-11-07")),
    said("2022-10-01", "2022-12-30", (3107, "2023-02-03"), (3107, "2024-02-12")),
    said("2022-12-31", "2023-03-31", (2803, "2023-05-10"), (2803, "2024-04-30")),
    said("2022-07-02", "2023-03-31", (9646, "2023-05-10"), (9646, "2024-04-30")),
    said("2022-07-02", "2023-06-30", (12318, "2023-08-22"), (12318, "2024-08-20"), (6255, "2025-08-14")),
    said("2023-07-01", "2023-09-29", (2750, "2023-11-07"), (2750, "2024-10-31"), (1194, "2025-08-14")),
    said("2023-09-30", "2023-12-29", (3032, "2024-02-12"), (3032, "2025-01-31"), (1367, "2025-08-14")),
    said("2023-12-30", "2024-03-29", (3457, "2024-04-30"), (1752, "2025-05-02"), (1752, "2025-08-14")),
    said("2023-07-01", "2024-03-29", (9239, "2024-04-30"), (4313, "2025-05-02")),
    said("2023-07-01", "2024-06-28", (13003, "2024-08-20"), (6317, "2025-08-14")),
    said("2024-06-29", "2024-09-27", (4095, "2024-10-31"), (2212, "2025-08-14"), (2212, "2025-10-31")),
    said("2024-09-28", "2024-12-27", (4285, "2025-01-31"), (2409, "2025-08-14"), (2409, "2026-01-30")),
    said("2024-12-28", "2025-03-28", (2294, "2025-05-02"), (2294, "2025-08-14"), (2294, "2026-05-01")),
]


def test_a_business_that_left_is_no_fall_of_revenue():
    # 1,194 without flash after 3,736 with it would be − 68 %.
    out = derive(*WESTERN_DIGITAL, month=6)
    found = measured(out, month=6)
    for label in ("2023Q3", "2023Q4", "2024Q1"):
        assert found[label, "quarter"] == "revenue: restated since the year before"
    assert found["2023Q2", "ttm"] == "revenue: restated since the year before"
    assert found["2024Q3", "quarter"] == pytest.approx(2212 / 1194 - 1)
    # The fiscal years 2023 and 2024 are both restated: 6,317 after 6,255.
    assert found["2024Q2", "ttm"] == pytest.approx(6317 / 6255 - 1)
    assert quarter(out, "revenue", "2022-09-30", "basis_until") == date(2025, 5, 2)
    assert quarter(out, "revenue", "2023-09-29", "basis_from") == date(2025, 5, 2)


def test_before_the_restatement_was_known_growth_is_as_filed():
    # 2,750 after 3,736.
    found = measured(derive(*WESTERN_DIGITAL, month=6, on="2025-01-31"), month=6)
    assert found["2023Q3", "quarter"] == pytest.approx(2750 / 3736 - 1)


def test_until_the_quarters_before_are_restated_twelve_months_are_unknown():
    # In June 2025 the quarter to March was without flash, and those before it with. That to June 2024 is not 13,003
    # with flash less nine months of 4,313 without.
    found = measured(derive(*WESTERN_DIGITAL, month=6, on="2025-06-01"), month=6)
    assert found["2025Q1", "ttm"] == "revenue: not four contiguous quarters"
    assert found["2025Q1", "quarter"] == pytest.approx(2294 / 1752 - 1)


def test_years_restated_without_their_quarters():
    # IBM without Kyndryl: the annual report of February 2022 restates 2019 and 2020, the reports of 2022 the quarters
    # of 2021. 13,187 after 17,571 would be − 25 %, and the year 2019 after 2018 − 27 %.
    rows = [
        said("2018-01-01", "2018-12-31", (79591, "2019-02-26"), (79591, "2021-02-23")),
        said("2019-01-01", "2019-12-31", (77147, "2020-02-25"), (57714, "2022-02-22")),
        said("2020-01-01", "2020-12-31", (73620, "2021-02-23"), (55179, "2022-02-22"), (55179, "2023-02-28")),
        said("2020-01-01", "2020-03-31", (17571, "2020-04-28"), (17571, "2021-04-27")),
        said("2021-01-01", "2021-03-31", (17730, "2021-04-27"), (13187, "2022-04-26")),
        said("2022-01-01", "2022-03-31", (14197, "2022-04-26"), (14197, "2023-04-25")),
    ]
    found = measured(derive(*rows))
    assert found["2019Q4", "ttm"] == "revenue: restated since the year before"
    assert found["2020Q4", "ttm"] == pytest.approx(55179 / 57714 - 1)
    assert found["2021Q1", "quarter"] == "revenue: restated since the year before"
    assert found["2022Q1", "quarter"] == pytest.approx(14197 / 13187 - 1)


def test_another_label_may_restate():
    # Microsoft adopted the new rules on contracts: the year 2017 was 89,950 and is 96,571, here under another label.
    rows = [
        said(
            "2015-07-01", "2016-06-30", (85320, "2016-07-28"), (85320, "2017-08-02"), concept="us-gaap:SalesRevenueNet"
        ),
        said("2016-07-01", "2017-06-30", (89950, "2017-08-02"), concept=REVENUE),
        said("2016-07-01", "2017-06-30", (96571, "2018-08-03"), (96571, "2019-08-01"), concept=CONTRACTS),
        said("2017-07-01", "2018-06-30", (110360, "2018-08-03"), (110360, "2019-08-01"), concept=CONTRACTS),
    ]
    out = derive(*rows, month=6)
    until = out.filter(pl.col("period_end") == date(2016, 6, 30))["basis_until"].to_list()
    assert until == [date(2018, 8, 3)]
    # The first label speaks for 2017: 110,360 after 89,950 would be + 23 %.
    assert measured(out, month=6)["2018Q2", "ttm"] == "revenue: restated since the year before"


# Four quarters of 100 and four of 110, each said when it ended and a year later.
def two_years(**restated):
    """Quarters 'q1' of 2023 to 'q8' of 2024; `restated` holds what a third filing says of some."""
    ends = [
        ("2023-01-01", "2023-03-31", "2023-05-01", "2024-05-01"),
        ("2023-04-01", "2023-06-30", "2023-08-01", "2024-08-01"),
        ("2023-07-01", "2023-09-30", "2023-11-01", "2024-11-01"),
        ("2023-10-01", "2023-12-31", "2024-02-15", "2025-02-15"),
        ("2024-01-01", "2024-03-31", "2024-05-01", "2025-05-01"),
        ("2024-04-01", "2024-06-30", "2024-08-01", "2025-08-01"),
        ("2024-07-01", "2024-09-30", "2024-11-01", "2025-11-01"),
        ("2024-10-01", "2024-12-31", "2025-02-15", "2026-02-15"),
    ]
    rows = []
    for n, (start, end, first, again) in enumerate(ends):
        value = 100 if n < 4 else 110
        rows.append(said(start, end, (value, first), (restated.get(f"q{n + 1}", value), again)))
    return rows


def test_a_sum_of_two_bases_is_unknown():
    # The first quarter of 2024 is restated from 110 to 60 in May 2025, the second in August, and so on.
    found = measured(derive(*two_years(q5=60, q6=60, q7=60, q8=60)))
    for label in ("2024Q1", "2024Q2", "2024Q3"):
        assert found[label, "ttm"] == "revenue: restated within the twelve months"
    assert found["2024Q4", "ttm"] == "revenue: restated since the year before"


@pytest.mark.parametrize(("restated", "one_basis"), [(112, True), (113, False)])
def test_a_small_restatement_changes_no_basis(restated, one_basis):
    # 110 to 112 is 1.8 % of the larger, to 113 2.7 %.
    found = measured(derive(*two_years(q5=restated)))["2024Q1", "quarter"]
    assert found == (pytest.approx(restated / 100 - 1) if one_basis else "revenue: restated since the year before")


def test_a_quarter_corrected_within_its_year_changes_no_basis():
    year = said("2024-01-01", "2024-12-31", (440, "2025-02-15"), (440, "2026-02-15"))
    found = measured(derive(*two_years(q5=120), year))["2024Q1", "quarter"]
    assert found == pytest.approx(0.20)
    # Without the year that stands nothing says so.
    assert measured(derive(*two_years(q5=120)))["2024Q1", "quarter"] == "revenue: restated since the year before"


def test_what_is_older_than_a_year_that_stands_is_compared():
    # The reports of 2025 restate 2024 and repeat the year 2023: it was not touched, nor were its quarters.
    year = said("2023-01-01", "2023-12-31", (400, "2024-02-15"), (400, "2026-02-15"))
    found = measured(derive(*two_years(q5=60, q6=60, q7=60, q8=60), year))
    assert found["2024Q1", "quarter"] == pytest.approx(-0.40)
    assert found["2024Q4", "ttm"] == pytest.approx(-0.40)


def test_what_is_older_than_a_whole_year_that_stands_is_on_its_basis_too():
    older = said("2022-01-01", "2022-03-31", (90, "2022-05-01"), (90, "2023-05-01"))
    restated = two_years(q5=60, q6=60, q7=60, q8=60)
    assert quarter(derive(*restated, older), "revenue", "2022-03-31", "basis_until") == date(2025, 5, 1)
    year = said("2023-01-01", "2023-12-31", (400, "2024-02-15"), (400, "2026-02-15"))
    assert quarter(derive(*restated, older, year), "revenue", "2022-03-31", "basis_until") is None
    # A year that changed with them says nothing: 400 and 380.
    year = said("2023-01-01", "2023-12-31", (400, "2024-02-15"), (380, "2026-02-15"))
    assert quarter(derive(*restated, older, year), "revenue", "2022-03-31", "basis_until") is not None


def test_an_older_quarter_that_stands_says_nothing_of_others():
    # The second quarter of 2024 is restated in August 2025; the first is repeated as it was after that.
    again = said("2024-01-01", "2024-03-31", (110, "2026-02-15"))
    found = measured(derive(*two_years(q6=60, q7=60, q8=60), again))
    assert found["2024Q1", "quarter"] == pytest.approx(0.10)
    assert found["2024Q2", "quarter"] == "revenue: restated since the year before"


def test_quarters_that_add_up_to_a_restated_year_are_on_its_basis():
    # Only the second quarter was touched and the year with it: 110 + 60 + 110 + 110 is the restated 390.
    year = said("2024-01-01", "2024-12-31", (440, "2025-02-15"), (390, "2026-02-15"))
    quarters = two_years(q6=60)
    # The first is last said in May 2025, before the change of August.
    assert quarter(derive(*quarters), "revenue", "2024-03-31", "basis_until") == date(2025, 8, 1)
    out = derive(*quarters, year)
    assert quarter(out, "revenue", "2024-03-31", "basis_until") is None
    assert out.filter(pl.col("derivation") == "year_only").is_empty()


def test_an_item_is_not_computed_from_two_bases():
    # Revenue and cost of the first quarter are restated in May 2025; of the second only the cost is said again.
    rows = [
        said("2024-01-01", "2024-03-31", (100, "2024-05-01"), (60, "2025-05-01")),
        said("2024-01-01", "2024-03-31", (50, "2024-05-01"), (30, "2025-05-01"), concept=COST),
        said("2024-04-01", "2024-06-30", (100, "2024-08-01")),
        said("2024-04-01", "2024-06-30", (50, "2024-08-01"), (30, "2025-08-01"), concept=COST),
    ]
    out = derive(*rows)
    assert quarter(out, "gross_profit", "2024-03-31") == 30e6
    # 100 with the business that left less 30 without it is no profit.
    assert quarter(out, "gross_profit", "2024-06-30") is None


def test_balances_and_aggregators_have_one_basis():
    rows = [
        said(None, "2024-03-31", (100, "2024-05-01"), (60, "2025-05-01"), concept="us-gaap:InventoryNet"),
        said("2024-01-01", "2024-03-31", (100, "2024-05-01"), (60, "2025-05-01"), concept="yahoo:quarterlyTotalRevenue",
             source="yahoo"),
    ]  # fmt: skip
    out = derive(*rows)
    assert out.height == 2
    assert out.select(pl.all_horizontal(pl.col(bases.COLUMNS).is_null().all())).item()


QUARTER_STARTS = [f"{year}-{month:02d}-01" for year in range(2021, 2026) for month in (1, 4, 7, 10)]
ENDS = [date.fromisoformat(start) - timedelta(days=1) for start in QUARTER_STARTS[1:]]
PERIODS = list(zip(QUARTER_STARTS[:-1], ENDS, strict=True))


@st.composite
def histories(draw):
    """Quarters in a row, each said in one to three filings after its end; and what each filing said of them."""
    count = draw(st.integers(4, 12))
    rows = []
    for start, end in PERIODS[:count]:
        days = sorted(draw(st.sets(st.integers(20, 800), min_size=1, max_size=3)))
        values = draw(st.lists(st.integers(50, 150), min_size=len(days), max_size=len(days)))
        rows.append((start, end, days, values))
    return rows


def told(history, scale=1.0, once=False):
    """`once`: every filing says of a quarter what the first said."""
    return [
        said(start, end.isoformat(), *(((v[0] if once else x) * scale, (end + timedelta(days=d)).isoformat())
                                       for d, x in zip(days, v, strict=True)))
        for start, end, days, v in history
    ]  # fmt: skip


@given(histories())
@settings(max_examples=15, deadline=None)
def test_without_restatements_there_is_one_basis(history):
    out = derive(*told(history, once=True))
    assert out.select(pl.all_horizontal(pl.col(bases.COLUMNS).is_null().all())).item()


@given(histories(), st.sampled_from([0.001, 7.0, 1000.0]))
@settings(max_examples=15, deadline=None)
def test_bases_do_not_depend_on_the_unit(history, scale):
    key = ["item", "period_end", "derivation", *bases.COLUMNS]
    plain, scaled = (derive(*told(history, scale=s)).select(key).sort(key[:3]) for s in (1000.0, 1000.0 * scale))
    assert plain.equals(scaled)


@given(histories())
@settings(max_examples=15, deadline=None)
def test_a_figure_stands_on_the_basis_on_which_it_was_said(history):
    out = derive(*told(history))
    assert out.filter(pl.col("basis_from") > pl.col("known_at")).is_empty()
    assert out.filter(pl.col("basis_until") <= pl.col("known_at")).is_empty()
    assert out.filter(~bases.shared()).is_empty()
