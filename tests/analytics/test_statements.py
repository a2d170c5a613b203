"""Statements: fourth quarters, decumulation, vintages, tags that move, known time. Amounts in millions unless said."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import statements
from tests.analytics.facts import companies, day, no_rates, observation, observations, quarter

REVENUE, OCF = "us-gaap:Revenues", "us-gaap:NetCashProvidedByUsedInOperatingActivities"


def derive(*rows, company=None, on=None):
    return statements.derive(observations(*rows), company if company is not None else companies(), no_rates(), day(on))


def year_to_date(concept, values, year=2024, known=("05-01", "08-01", "11-01")):
    """Three months, six months, nine months and the year of one calendar fiscal year, each filed once."""
    ends = ("03-31", "06-30", "09-30", "12-31")
    filed = [*(f"{year}-{k}" for k in known), f"{year + 1}-02-15"]
    return [
        observation(concept, f"{year}-01-01", f"{year}-{end}", value, filed[i])
        for i, (end, value) in enumerate(zip(ends, values, strict=True))
        if value is not None
    ]


def test_fourth_quarter_is_the_year_less_nine_months():
    # methods.md, Time: 4,738 − 3,406 = 1,332.
    out = derive(*year_to_date(REVENUE, (None, None, 3406e6, 4738e6))).quarters
    assert quarter(out, "revenue", "2024-12-31") == 1332e6
    assert quarter(out, "revenue", "2024-12-31", "derivation") == "q4_from_year"
    assert quarter(out, "revenue", "2024-12-31", "period_start") == date(2024, 10, 1)
    assert quarter(out, "revenue", "2024-12-31", "known_at") == date(2025, 2, 15)


def test_without_nine_months_there_is_no_fourth_quarter():
    # methods.md, Time: with no nine-month figure null, never 4,738. The year stands as a year.
    out = derive(
        *year_to_date(REVENUE, (None, None, None, 4738e6)),
        observation(OCF, "2024-10-01", "2024-12-31", 1.0, "2025-02-15"),
    ).quarters
    assert quarter(out, "revenue", "2024-12-31") is None
    whole = out.filter((pl.col("item") == "revenue") & (pl.col("derivation") == "year_only"))
    assert whole.select("value", "period_start", "calendar_quarter").row(0) == (
        4738e6,
        date(2024, 1, 1),
        "2024Q4",
    )


def test_three_stated_quarters_stand_for_nine_months():
    # CoreWeave 2025, operating income: −46 in the year less −27, 19 and 51.85 in three quarters is −89.85.
    concept = "us-gaap:OperatingIncomeLoss"
    rows = [
        observation(concept, f"2025-{a}", f"2025-{b}", v, "2026-03-02", source="sec_derived")
        for a, b, v in (
            ("01-01", "03-31", -27e6),
            ("04-01", "06-30", 19e6),
            ("07-01", "09-30", 51.85e6),
            ("01-01", "12-31", -46e6),
        )
    ]
    assert quarter(derive(*rows).quarters, "operating_income", "2025-12-31") == pytest.approx(-89.85e6)
    assert quarter(derive(*rows[1:]).quarters, "operating_income", "2025-12-31") is None


def test_cash_flows_are_differences_within_one_fiscal_year():
    # methods.md, Time: nine months 3,042.396 less six months 1,988.633 is a quarter of 1,053.763.
    out = derive(*year_to_date(OCF, (900e6, 1988.633e6, 3042.396e6, 4000e6))).quarters
    assert quarter(out, "operating_cash_flow", "2024-09-30") == pytest.approx(1053.763e6, abs=1)
    assert quarter(out, "operating_cash_flow", "2024-09-30", "derivation") == "decumulated"
    assert quarter(out, "operating_cash_flow", "2024-03-31", "derivation") == "reported"


def test_a_missing_step_leaves_the_quarters_it_spans_unknown():
    out = derive(*year_to_date(OCF, (900e6, None, 3042.396e6, 4000e6))).quarters
    assert quarter(out, "operating_cash_flow", "2024-06-30") is None
    assert quarter(out, "operating_cash_flow", "2024-09-30") is None
    assert quarter(out, "operating_cash_flow", "2024-12-31") == pytest.approx(957.604e6)


def test_a_derived_quarter_uses_one_vintage():
    # methods.md, Time: IBM 2021. 57,350 is without the business spun off in November 2021, 54,093 is with it:
    # 3,257 is not a quarter. The 10-K of 2022-02 restates 2020 from 73,620 to 55,179, which gives the change away.
    def known(on):
        rows = [
            observation(REVENUE, "2020-01-01", "2020-12-31", 73620e6, "2021-02-23"),
            observation(REVENUE, "2021-01-01", "2021-09-30", 54093e6, "2021-11-05"),
            observation(REVENUE, "2021-01-01", "2021-12-31", 57350e6, "2022-02-22"),
            observation(REVENUE, "2020-01-01", "2020-12-31", 55179e6, "2022-02-22"),
            # The next year's filing restates the nine months: 57,350 − 40,656 = 16,694.
            observation(REVENUE, "2021-01-01", "2021-09-30", 40656e6, "2022-10-25"),
        ]
        return quarter(derive(*rows, on=on).quarters, "revenue", "2021-12-31")

    assert known("2022-03-01") is None
    assert known("2022-10-25") == 16694e6


def test_nine_months_on_a_new_basis_wait_for_the_year_to_follow():
    # A standard adopted in 2018: the nine months of 2017 are restated in 2018-10 (90 to 99), the year 2017 in 2019-02
    # (120 to 132). In between, 120 − 99 would mix the two.
    rows = [
        observation(REVENUE, "2017-01-01", "2017-09-30", 90e6, "2017-10-30"),
        observation(REVENUE, "2017-01-01", "2017-12-31", 120e6, "2018-02-15"),
        observation(REVENUE, "2017-01-01", "2017-09-30", 99e6, "2018-10-30"),
        observation(REVENUE, "2017-01-01", "2017-12-31", 132e6, "2019-02-15"),
    ]
    known = {
        on: quarter(derive(*rows, on=on).quarters, "revenue", "2017-12-31")
        for on in ("2018-03-01", "2018-11-01", "2019-03-01")
    }
    assert known == {"2018-03-01": 30e6, "2018-11-01": None, "2019-03-01": 33e6}


def test_a_restatement_never_erases():
    # methods.md, Time: Microsoft FY2017 operating income, 22,326 known on 2017-08-02, 29,025 on 2018-08-03.
    rows = [
        observation("us-gaap:OperatingIncomeLoss", "2016-07-01", "2017-06-30", 22326e6, "2017-08-02"),
        observation("us-gaap:OperatingIncomeLoss", "2016-07-01", "2017-06-30", 29025e6, "2018-08-03"),
    ]
    year = lambda on: quarter(derive(*rows, company=companies(month=6), on=on).years, "operating_income", "2017-06-30")  # noqa: E731
    assert (year("2017-08-01"), year("2017-08-02"), year("2018-08-02"), year("2018-08-03"), year(None)) == (
        None,
        22326e6,
        22326e6,
        29025e6,
        29025e6,
    )
    changes = derive(*rows, company=companies(month=6)).restatements
    assert changes.select("old_value", "new_value", "old_known_at", "known_at").row(0) == (
        22326e6,
        29025e6,
        date(2017, 8, 2),
        date(2018, 8, 3),
    )


def test_periods_are_keyed_by_their_dates_not_by_the_filings_labels():
    # methods.md, Time: the filing of Apple's fiscal 2023 repeats the year before (352,755); both carry its label.
    assets = "us-gaap:Assets"
    rows = [
        observation(assets, None, "2022-09-24", 352755e6, "2023-11-03", reference="10-K FY2023"),
        observation(assets, None, "2023-09-30", 352583e6, "2023-11-03", reference="10-K FY2023"),
        observation(REVENUE, "2022-09-25", "2023-09-30", 383285e6, "2023-11-03"),
        observation(REVENUE, "2021-09-26", "2022-09-24", 394328e6, "2023-11-03"),
    ]
    years = derive(*rows, company=companies(month=9)).years
    assert quarter(years, "total_assets", "2023-09-30") == 352583e6
    assert quarter(years, "total_assets", "2022-09-24") == 352755e6


def test_a_concept_may_move_from_one_tag_to_another():
    # NVIDIA tags capex as productive assets since fiscal 2021, as property before.
    rows = [
        observation(
            "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
            "2019-01-28",
            "2020-01-26",
            489e6,
            "2020-02-20",
        ),
        observation("us-gaap:PaymentsToAcquireProductiveAssets", "2020-01-27", "2021-01-31", 1128e6, "2021-02-26"),
    ]
    years = derive(*rows, company=companies(month=1)).years.filter(pl.col("item") == "capex").sort("period_end")
    assert years.select("fiscal_year", "value", "concept").rows() == [
        (2020, 489e6, "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"),
        (2021, 1128e6, "us-gaap:PaymentsToAcquireProductiveAssets"),
    ]


def test_a_filing_speaks_before_an_aggregator_whenever_it_became_known():
    rows = [
        observation("yahoo:operating_income", "2024-01-01", "2024-03-31", 130e6, "2026-01-01", source="yahoo"),
        observation("us-gaap:OperatingIncomeLoss", "2024-01-01", "2024-03-31", 100e6, "2024-05-01"),
    ]
    out = derive(*rows).quarters
    assert quarter(out, "operating_income", "2024-03-31") == 100e6
    assert quarter(out, "operating_income", "2024-03-31", "source") == "sec"


def test_total_revenue_is_not_contract_revenue_at_a_utility():
    # Constellation Energy, 10-K 2025: Revenues 25,533, contract revenue 22,663.
    contract = "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax"
    rows = [
        observation(contract, "2025-01-01", "2025-12-31", 22663e6, "2026-02-20", company="constellation"),
        observation(contract, "2024-01-01", "2024-12-31", 20000e6, "2026-02-20", company="constellation"),
        observation(REVENUE, "2025-01-01", "2025-12-31", 25533e6, "2026-02-20", company="constellation"),
    ]
    years = derive(*rows, company=companies("constellation")).years
    assert years.select("fiscal_year", "value").rows() == [(2025, 25533e6)]


def test_a_convenience_translation_is_not_the_reporting_currency():
    rows = [
        observation("ifrs-full:Revenue", "2024-01-01", "2024-12-31", 88.3e9, "2025-04-17"),
        observation("yahoo:revenue", "2024-01-01", "2024-12-31", 2894307.7e6, "2026-01-01", source="yahoo", unit="TWD"),
    ]
    years = derive(*rows, company=companies(currency="TWD")).years
    assert years.select("value", "currency", "source").row(0) == (2894307.7e6, "TWD", "yahoo")


def test_a_three_month_context_that_carries_the_year_is_not_a_quarter():
    # Oracle's 10-K of 2018 tags 39,383, the year, with a context of the fourth quarter's three months.
    rows = [
        *year_to_date(REVENUE, (9187e6, 18808e6, 28579e6, 39383e6), year=2023),
        observation(REVENUE, "2023-10-01", "2023-12-31", 39383e6, "2024-02-15"),
    ]
    assert quarter(derive(*rows).quarters, "revenue", "2023-12-31") == 10804e6  # 39,383 − 28,579


def test_quarters_that_do_not_close_their_year_lose_the_fourth():
    # 10 + 11 + 12 + a stated fourth of 13 is 46; the year says 60 and there is no nine-month figure.
    rows = [
        observation(REVENUE, f"2024-{a}", f"2024-{b}", v, "2025-02-15")
        for a, b, v in (
            ("01-01", "03-31", 10e6),
            ("04-01", "06-30", 11e6),
            ("07-01", "09-30", 12e6),
            ("10-01", "12-31", 13e6),
            ("01-01", "12-31", 60e6),
        )
    ]
    out = derive(*rows)
    assert quarter(out.quarters, "revenue", "2024-12-31") is None
    assert quarter(out.years, "revenue", "2024-12-31") == 60e6


def test_trailing_columns_are_no_fiscal_years():
    # Amazon files trailing-twelve-month columns in every 10-Q.
    rows = [
        observation(OCF, "2023-07-01", "2024-06-30", 108e9, "2024-08-02"),
        observation(OCF, "2024-01-01", "2024-06-30", 44e9, "2024-08-02"),
        observation(OCF, "2024-01-01", "2024-03-31", 19e9, "2024-05-01"),
    ]
    out = derive(*rows)
    assert out.years.filter(pl.col("item") == "operating_cash_flow").is_empty()
    assert quarter(out.quarters, "operating_cash_flow", "2024-06-30") == 25e9


def test_missing_is_not_zero():
    # No capex, no free cash flow; with capex 400 of 1,000 it is 600, and known when the later of the two is.
    capex = "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"
    cash = observation(OCF, "2024-01-01", "2024-03-31", 1000e6, "2024-05-01")
    assert quarter(derive(cash).quarters, "free_cash_flow", "2024-03-31") is None
    out = derive(cash, observation(capex, "2024-01-01", "2024-03-31", 400e6, "2024-05-20")).quarters
    assert quarter(out, "free_cash_flow", "2024-03-31") == 600e6
    assert quarter(out, "free_cash_flow", "2024-03-31", "known_at") == date(2024, 5, 20)
    assert quarter(out, "free_cash_flow", "2024-03-31", "derivation") == "computed"


def test_a_rounded_repetition_is_the_same_figure():
    # CoreWeave's first quarter of 2025: 981.632 in 2025-05, 982 when the next year's filing rounds to millions.
    rows = [
        observation(REVENUE, "2025-01-01", "2025-03-31", 981.632e6, "2025-05-15"),
        observation(REVENUE, "2025-01-01", "2025-03-31", 982e6, "2026-05-08"),
    ]
    out = derive(*rows)
    assert quarter(out.quarters, "revenue", "2025-03-31") == 981.632e6
    assert quarter(out.quarters, "revenue", "2025-03-31", "known_at") == date(2025, 5, 15)
    assert out.restatements.is_empty()


def test_figures_of_an_earlier_business_are_left_out():
    rows = [
        observation(REVENUE, "2023-01-01", "2023-12-31", 5e9, "2024-04-26"),
        observation(REVENUE, "2024-01-01", "2024-12-31", 117.5e6, "2025-04-30"),
    ]
    years = derive(*rows, company=companies(history_from="2024-01-01")).years
    assert years["fiscal_year"].to_list() == [2024]


@given(
    quarters=st.lists(st.integers(1, 10**6), min_size=4, max_size=4),
    order=st.permutations(range(4)),
    steps=st.sets(st.integers(0, 3), min_size=1),
)
@settings(max_examples=60, deadline=None)
def test_decumulation_gives_back_the_quarters_it_was_added_up_from(quarters, order, steps):
    to_date = [sum(quarters[: i + 1]) * 1e6 for i in range(4)]
    rows = year_to_date(OCF, [to_date[i] if i in steps else None for i in range(4)])
    out = derive(*[rows[i] for i in order if i < len(rows)]).quarters
    for i, end in enumerate(("2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31")):
        known = i in steps and (i == 0 or i - 1 in steps)
        assert quarter(out, "operating_cash_flow", end) == (quarters[i] * 1e6 if known else None)


@given(
    st.lists(st.tuples(st.integers(1, 5), st.dates(date(2024, 4, 15), date(2026, 1, 1))), min_size=1, max_size=6),
    st.dates(date(2024, 4, 1), date(2026, 6, 1)),
)
@settings(max_examples=60, deadline=None)
def test_nothing_is_used_before_it_was_known(stated, on):
    rows = [observation(REVENUE, "2024-01-01", "2024-03-31", v * 1e9, known.isoformat()) for v, known in stated]
    out = derive(*rows, on=on.isoformat()).quarters
    heard = sorted((known, i) for i, (_, known) in enumerate(stated) if known <= on)
    value = quarter(out, "revenue", "2024-03-31")
    assert (value is None) == (not heard)
    if heard:
        newest = {stated[i][0] * 1e9 for known, i in heard if known == heard[-1][0]}
        assert value in newest
        assert quarter(out, "revenue", "2024-03-31", "known_at") <= on


def test_a_fiscal_year_that_ends_in_another_month_now_keeps_its_history_and_has_none_in_between():
    # Years to June until 2020, to December from 2021: the half-year in between belongs to no fiscal year. The last
    # quarter to June is its year less nine months, 100 − 70, the last to December 260 − 180.
    revenue = "us-gaap:Revenues"
    rows = [
        observation(revenue, "2019-07-01", "2020-06-30", 100, "2020-08-20"),
        observation(revenue, "2019-07-01", "2020-03-31", 70, "2020-05-05"),
        observation(revenue, "2020-07-01", "2020-09-30", 40, "2020-11-05"),
        observation(revenue, "2020-10-01", "2020-12-31", 45, "2021-02-20"),
        observation(revenue, "2021-01-01", "2021-12-31", 260, "2022-02-20"),
        observation(revenue, "2021-01-01", "2021-09-30", 180, "2021-11-05"),
    ]
    changed = companies(month=12, former_until="2020-06-30", former_month=6)
    told = derive(*rows, company=changed)
    ends = ("2020-06-30", "2020-09-30", "2020-12-31", "2021-12-31")
    assert [quarter(told.quarters.filter(pl.col("derivation") != "year_only"), "revenue", end) for end in ends] == [
        30, 40, 45, 80,
    ]  # fmt: skip
    years = told.years.sort("fiscal_year").select("fiscal_year", "value").rows()
    assert years == [(2020, 100), (2021, 260)]
    # As if it had always been December: the year to June is none.
    assert quarter(derive(*rows, company=companies(month=12)).quarters, "revenue", "2020-06-30") is None


def test_a_currency_that_changed_keeps_what_was_told_in_the_former_one():
    # A year in euros; then dollars, with the year before told again in dollars: it stays as it was filed.
    rows = [
        observation("us-gaap:Revenues", "2023-10-01", "2023-12-31", 90, "2024-02-01", unit="EUR"),
        observation("us-gaap:Revenues", "2023-10-01", "2023-12-31", 99, "2025-02-01", unit="USD"),
        observation("us-gaap:Revenues", "2024-01-01", "2024-03-31", 120, "2024-05-01", unit="USD"),
    ]
    now = companies(currency="USD", former_until="2023-12-31", former_currency="EUR")
    quarters = derive(*rows, company=now).quarters
    assert quarters.sort("period_end").select("value", "currency").rows() == [(90, "EUR"), (120, "USD")]
