"""Periods: the fiscal quarters of a company, found from real start and end dates, and the calendar quarter of each.

Belongs here: spans, a company's grid of quarter ends, fiscal years, calendar quarters.
Does not belong here: values. A source's own `fy` and `fp` labels are never read (methods.md, Time).
"""

import polars as pl

# Days that a span of one to four fiscal quarters may last: 13 or 14 weeks each (52/53-week years), or calendar months.
SPAN_DAYS = {1: (80, 100), 2: (170, 197), 3: (255, 290), 4: (350, 380)}
# Sources stamp the same quarter's end up to this many days apart (month ends against 52/53-week ends).
SNAP_DAYS = 10
# A cover page states shares up to this many days after the balance it belongs to.
COVER_DAYS = 100


def quarters_spanned(days: pl.Expr) -> pl.Expr:
    """Number of fiscal quarters (1 to 4) that a span of so many days covers; null if it is no such span."""
    found = [pl.when(days.is_between(*span)).then(n) for n, span in SPAN_DAYS.items()]
    return pl.coalesce(found).cast(pl.Int8)


def calendar_quarter(midpoint: pl.Expr) -> pl.Expr:
    """Calendar quarter that holds a date, as '2025Q4'. Give it the fiscal quarter's midpoint (methods.md, Time)."""
    return pl.format("{}Q{}", midpoint.dt.year(), midpoint.dt.quarter())


def midpoint(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Day in the middle of a period, both ends included."""
    return start + (end - start) / 2


def last_quarter_midpoint(end: pl.Expr) -> pl.Expr:
    """Midpoint of the fiscal quarter that ends on a day, for balances and whole years: 45 days before it."""
    return end.dt.offset_by("-45d")


def is_fiscal_year_end(end: pl.Expr, month: pl.Expr) -> pl.Expr:
    """Whether a day is a fiscal year's end: within ten days of the end of the company's month (52/53 weeks)."""
    return (end.dt.offset_by("-10d").dt.month() == month) & (end.dt.offset_by("11d").dt.month() != month)


def fiscal_year(end: pl.Expr, month: pl.Expr) -> pl.Expr:
    """Fiscal year to which a quarter or year ending on a day belongs: the calendar year of that fiscal year's end."""
    day = end.dt.offset_by("-10d")
    return (day.dt.year() + (day.dt.month() > month).cast(pl.Int32)).cast(pl.Int64)


def grid(periods: pl.DataFrame) -> pl.DataFrame:
    """Map every date at which a company's periods start or end to one date per fiscal quarter end.

    Args:
        periods: rows with company_id, period_start, period_end, rank (of the source, 0 speaks first).

    Returns:
        One row per company and date: company_id, date, quarter_end. A date no more than ten days after the one before
        is of the same end. That is named by the date of the best source among them, of those by the one most used (by
        any source), of those by the earliest; a date more than ten days from that name is no end.
    """
    spans = periods.filter(
        quarters_spanned((pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1).is_not_null()
    )
    dates = (
        pl.concat(
            [
                spans.select("company_id", "rank", date="period_end"),
                spans.select("company_id", "rank", date=pl.col("period_start").dt.offset_by("-1d")),
            ]
        )
        .group_by("company_id", "date")
        .agg(pl.col("rank").min(), uses=pl.len())
        .sort("company_id", "date")
    )
    gap = (pl.col("date") - pl.col("date").shift(1).over("company_id")).dt.total_days()
    return (
        dates.with_columns(cluster=(gap.is_null() | (gap > SNAP_DAYS)).cum_sum())
        .with_columns(
            quarter_end=pl.col("date")
            .sort_by("rank", pl.col("uses") * -1, "date")
            .first()
            .over("company_id", "cluster")
        )
        .filter((pl.col("date") - pl.col("quarter_end")).dt.total_days().abs() <= SNAP_DAYS)
        .select("company_id", "date", "quarter_end")
    )
