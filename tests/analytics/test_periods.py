"""Periods: spans, grids, fiscal years and calendar quarters."""

from datetime import date, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analytics import periods


def one(expression: pl.Expr, **columns: object) -> object:
    return pl.DataFrame({k: [v] for k, v in columns.items()}).select(expression.alias("x"))["x"][0]


def test_fiscal_quarter_belongs_to_the_calendar_quarter_of_its_midpoint():
    # NVIDIA's quarter 2025-10-27 … 2026-01-25: 91 days, the middle one is 2025-12-11.
    middle = periods.midpoint(pl.col("start"), pl.col("end"))
    columns = {"start": date(2025, 10, 27), "end": date(2026, 1, 25)}
    assert one(middle, **columns) == date(2025, 12, 11)
    assert one(periods.calendar_quarter(middle), **columns) == "2025Q4"


def test_a_balance_belongs_to_the_quarter_that_ends_with_it():
    # NVIDIA's balance of 2026-01-25 stands at the end of the quarter above; one of 2026-01-03 (Intel) too.
    quarter = periods.calendar_quarter(periods.last_quarter_midpoint(pl.col("end")))
    assert one(quarter, end=date(2026, 1, 25)) == "2025Q4"
    assert one(quarter, end=date(2026, 1, 3)) == "2025Q4"
    assert one(quarter, end=date(2025, 12, 27)) == "2025Q4"


def test_spans_of_52_and_53_week_years():
    days = {
        91: 1,
        98: 1,
        182: 2,
        189: 2,
        273: 3,
        280: 3,
        364: 4,
        371: 4,
        366: 4,
        90: 1,
        92: 1,
        30: None,
        120: None,
        400: None,
    }
    for n, spans in days.items():
        assert one(periods.quarters_spanned(pl.col("d")), d=n) == spans, n


def test_fiscal_year_end_within_ten_days_of_its_month():
    at_end = periods.is_fiscal_year_end(pl.col("end"), pl.col("month"))
    for end, month, expected in (
        (date(2026, 1, 25), 1, True),  # NVIDIA
        (date(2024, 11, 3), 10, True),  # Broadcom, 53 weeks
        (date(2021, 1, 2), 12, True),  # a 53-week December year
        (date(2025, 12, 31), 12, True),
        (date(2025, 9, 30), 12, False),
        (date(2026, 2, 28), 1, False),
    ):
        assert one(at_end, end=end, month=month) is expected, (end, month)


def test_fiscal_year_is_the_year_in_which_it_ends():
    year = periods.fiscal_year(pl.col("end"), pl.col("month"))
    for end, month, expected in (
        (date(2025, 1, 26), 1, 2025),  # NVIDIA fiscal 2025
        (date(2025, 4, 27), 1, 2026),  # its next first quarter
        (date(2021, 1, 2), 12, 2020),  # ends in January, belongs to 2020
        (date(2024, 9, 30), 6, 2025),  # Microsoft's first quarter of fiscal 2025
        (date(2024, 11, 3), 10, 2024),  # Broadcom
    ):
        assert one(year, end=end, month=month) == expected, (end, month)


def test_month_end_stamps_of_an_aggregator_join_the_filers_own_dates():
    # Yahoo stamps 2026-01-31 where the filing says 2026-01-25 (libraries.md).
    rows = pl.DataFrame(
        {
            "company_id": ["nvidia", "nvidia"],
            "period_start": [date(2025, 10, 27), date(2025, 11, 1)],
            "period_end": [date(2026, 1, 25), date(2026, 1, 31)],
            "rank": [0, 2],
        }
    )
    grid = periods.grid(rows)
    ends = dict(grid.select("date", "quarter_end").iter_rows())
    assert ends[date(2026, 1, 31)] == date(2026, 1, 25)
    assert ends[date(2025, 10, 31)] == date(2025, 10, 26)


@given(
    first=st.dates(date(2005, 1, 1), date(2020, 1, 1)),
    weeks=st.lists(st.sampled_from([13, 13, 13, 14]), min_size=4, max_size=24),
    shift=st.integers(-4, 4),
)
def test_the_grid_keeps_quarters_apart_and_joins_near_stamps(first, weeks, shift):
    ends, starts, day = [], [], first
    for n in weeks:
        starts.append(day)
        day += timedelta(weeks=n)
        ends.append(day - timedelta(days=1))
    filed = {"company_id": "c", "rank": 0}
    rows = [{**filed, "period_start": s, "period_end": e} for s, e in zip(starts, ends, strict=True)]
    rows += [
        {
            "company_id": "c",
            "rank": 3,
            "period_start": s + timedelta(days=shift),
            "period_end": e + timedelta(days=shift),
        }
        for s, e in zip(starts, ends, strict=True)
    ]
    grid = periods.grid(pl.DataFrame(rows))
    quarter_ends = grid["quarter_end"].unique().sort().to_list()
    assert quarter_ends == [first - timedelta(days=1), *ends]
    assert dict(grid.select("date", "quarter_end").iter_rows())[ends[0] + timedelta(days=shift)] == ends[0]
