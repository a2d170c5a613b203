"""Filers that are late by their own habit.

Belongs here: when a company's next quarter usually becomes known. Does not belong here: how old figures are
(analytics/coverage.py).
"""

from datetime import date

import polars as pl

from analytics.watch.findings import found

# So many of its newest quarters make a habit; fewer than the second number make none.
QUARTERS, AT_LEAST = 8, 3
# A quarter first told later than that is a comparative of a later filing, and says nothing about the habit.
FIRST_TOLD_WITHIN = 150
GRACE = 7


def expected(company_quarters: pl.DataFrame) -> pl.DataFrame:
    """When each company's next quarter is due by its own habit.

    The next period ends one usual step (the median of its newest periods: a quarter, for some half a year) after the
    newest; it is known by then plus the longest that the company took lately, plus a week.

    Args:
        company_quarters: core.company_quarters.

    Returns:
        One row per company with a habit: company_id, newest_period_end, step_days, delay_days (days), next_period_end,
        due (days of the calendar).
    """
    revenue = (
        company_quarters.filter((pl.col("item") == "revenue") & (pl.col("derivation") != "year_only"))
        .unique(["company_id", "period_end"], keep="first", maintain_order=True)
        .sort("company_id", "period_end")
        .with_columns(
            step=pl.col("period_end").diff().dt.total_days().over("company_id"),
            delay=(pl.col("known_at") - pl.col("period_end")).dt.total_days(),
        )
        .with_columns(delay=pl.when(pl.col("delay").is_between(0, FIRST_TOLD_WITHIN)).then("delay"))
    )
    habit = (
        revenue.group_by("company_id", maintain_order=True)
        .agg(
            newest_period_end=pl.col("period_end").last(),
            step_days=pl.col("step").drop_nulls().tail(QUARTERS).median(),
            delay_days=pl.col("delay").drop_nulls().tail(QUARTERS).max(),
            told=pl.col("delay").drop_nulls().tail(QUARTERS).len(),
        )
        .filter((pl.col("told") >= AT_LEAST) & pl.col("step_days").is_not_null())
    )
    step = pl.duration(days=pl.col("step_days").round().cast(pl.Int64))
    return habit.with_columns(next_period_end=pl.col("newest_period_end") + step).with_columns(
        due=pl.col("next_period_end") + pl.duration(days=pl.col("delay_days") + GRACE)
    )


def late(company_quarters: pl.DataFrame, listed: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Companies whose next quarter should be known by their own habit, and is not.

    Args:
        company_quarters: core.company_quarters.
        listed: any table with one row per company that still reports (marts.freshness).
        as_of: the day on which this is judged.
    """
    overdue = (
        expected(company_quarters)
        .join(listed, on="company_id", how="semi")
        .filter(pl.col("due") < as_of)
        .sort("due", "company_id")
    )
    row = pl.format("{}, quarter to about {}", "company_id", "next_period_end")
    told = pl.format(
        "usually known {} days after the quarter's end, so by {}; newest is {}",
        "delay_days",
        "due",
        "newest_period_end",
    )
    return found(overdue, "company_id", row, told)
