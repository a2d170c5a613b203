"""Where a period starts that a source names by its end alone.

Belongs here: the assumption and its marking. Does not belong here: aligning periods of several sources
(analytics/periods.py).
"""

import polars as pl

# Days between two consecutive ends that make one period of the kind, and its length in calendar months.
DAYS = {"quarter": (80, 100), "year": (350, 380)}
MONTHS = {"quarter": 3, "year": 12}


def with_assumed_starts(rows: pl.DataFrame) -> pl.DataFrame:
    """Fill `period_start` of quarters and years, and say in `period_basis` whether the source states it.

    A period starts on the day after the previous end of the company's own series, where that lies one period back; else
    it is taken to be of whole calendar months.

    Args:
        rows: ticker, series (rows of one series are stamped alike), span (quarter, year, instant), period_start (may be
            null), period_end.
    """
    series = ["ticker", "series", "span"]
    ends = rows.filter(pl.col("span").is_in(list(DAYS))).select(*series, "period_end").unique()
    before = ends.sort(*series, "period_end").with_columns(
        previous=pl.col("period_end").shift(1).over(series, order_by="period_end")
    )
    gap = (pl.col("period_end") - pl.col("previous")).dt.total_days()
    inferred = pl.coalesce(
        pl.when(pl.col("span") == span, gap.is_between(*DAYS[span])).then(pl.col("previous").dt.offset_by("1d"))
        for span in DAYS
    )
    whole_months = pl.coalesce(pl.when(pl.col("span") == span).then(_months_back(MONTHS[span])) for span in DAYS)
    # A balance states its date; for the others the start is stated or assumed.
    stated = pl.col("period_start").is_not_null() | (pl.col("span") == "instant")
    return (
        rows.join(before, on=[*series, "period_end"], how="left", maintain_order="left")
        .with_columns(period_basis=pl.when(stated).then(pl.lit("filed")).otherwise(pl.lit("assumed")))
        .with_columns(period_start=pl.coalesce("period_start", inferred, whole_months))
        .drop("previous")
    )


def _months_back(months: int) -> pl.Expr:
    """First day of a period of so many months, which are whole calendar months if it ends with one."""
    end = pl.col("period_end")
    whole = end.dt.month_start().dt.offset_by(f"-{months - 1}mo")
    return pl.when(end == end.dt.month_end()).then(whole).otherwise(end.dt.offset_by(f"-{months}mo").dt.offset_by("1d"))
