"""Derivation: fiscal quarters that no source states, from year-to-date figures, and whether they close their year.

Belongs here: differences of year-to-date figures, the closing of years, the reasons why a quarter stays unknown.
Does not belong here: what one basis is (point_in_time.py), and items that follow from others (identities.py).
"""

import polars as pl

from analytics import bases, periods, point_in_time
from analytics.point_in_time import SERIES

# Four quarters close their year if they differ from it by no more than this many rounding units (one each for the
# three stated quarters and for nine months or the year), the unit being a million, a tenth of it or a
# thousand as the year is stated.
CLOSING_UNITS = 4
# What cannot be negative and comes out so as a difference was not on one basis after all.
NEVER_NEGATIVE = ["revenue", "capex", "depreciation_amortization"]

# A quarter's end lies within so many days of the year's quarter.
ABOUT_DAYS = 20

NO_STEP = "no year-to-date figure one quarter shorter"
BASIS_CHANGED = "the basis changed between the two year-to-date figures"
NEGATIVE = "the difference is negative"
NOT_CLOSING = "the quarters do not add up to the year"
NO_INPUT = "what it is computed from is unknown"


def differences(stated: pl.DataFrame, changes: pl.DataFrame) -> pl.DataFrame:
    """Fiscal quarters as the difference of two year-to-date figures of one series and one fiscal year.

    A fourth quarter is the year less nine months, a second or third the longer less the shorter. Both figures must
    start at the same fiscal year's start, be one quarter apart, carry one currency and stand on one basis
    (point_in_time.one_basis); a missing step gives no row. Where nine months are not stated but their three quarters
    are, the sum of the three stands for them. methods.md, Time: 4,738 − 3,406 = 1,332.

    Returns:
        The columns of `stated`, `derivation`, `minus_observation_id` (the figure subtracted) and `reason`, which is
        null where the difference may speak.
    """
    flows = stated.filter(pl.col("kind") == "flow")
    to_date = flows.filter(periods.is_fiscal_year_end(pl.col("span_start"), pl.col("fiscal_year_end_month")))
    to_date = pl.concat([to_date, _nine_months(flows, to_date)])
    shorter = to_date.select(
        *SERIES,
        "span_start",
        "currency",
        spans=pl.col("spans") + 1,
        shorter_end="quarter_end",
        shorter_value="value",
        known_at_shorter="known_at",
        confirmed_at_shorter="confirmed_at",
        basis_from_shorter="basis_from",
        basis_until_shorter="basis_until",
        minus_observation_id="observation_id",
    )
    pairs = to_date.filter(pl.col("spans") > 1).join(shorter, on=[*SERIES, "span_start", "currency", "spans"])
    difference = pl.col("value") - pl.col("shorter_value")
    pairs = pairs.with_columns(one_basis=point_in_time.one_basis(pairs, changes), **bases.both("", "_shorter"))
    return pairs.select(
        *[c for c in stated.columns if c not in {"value", "span_start", "known_at", "confirmed_at", "spans"}],
        "minus_observation_id",
        value=difference,
        span_start="shorter_end",
        known_at=pl.max_horizontal("known_at", "known_at_shorter"),
        confirmed_at=pl.max_horizontal("confirmed_at", "confirmed_at_shorter"),
        derivation=pl.when(pl.col("spans") == 4).then(pl.lit("q4_from_year")).otherwise(pl.lit("decumulated")),
        spans=pl.lit(1, pl.Int8),
        reason=pl.when(~(pl.col("one_basis") & bases.shared()))
        .then(pl.lit(BASIS_CHANGED))
        .when(pl.col("item").is_in(NEVER_NEGATIVE) & (difference < 0))
        .then(pl.lit(NEGATIVE)),
    )


def _nine_months(flows: pl.DataFrame, to_date: pl.DataFrame) -> pl.DataFrame:
    """Nine months as the sum of three stated quarters, where the series states neither nine months nor the fourth.

    They are known with the last of the three, and on one basis no longer than the first of them was being stated. The
    observation is the third quarter's.
    """
    one = [*SERIES, "fiscal_year"]
    return (
        flows.filter(pl.col("spans") == 1)
        .join(to_date.filter(pl.col("spans") == 3), on=one, how="anti")
        .filter(pl.len().over(one) == 3)
        .sort(*SERIES, "quarter_end")
        .with_columns(
            first_start=pl.col("span_start").shift(2).over(one),
            joined=(pl.col("span_start") == pl.col("quarter_end").shift(1).over(one))
            & (pl.col("span_start").shift(1).over(one) == pl.col("quarter_end").shift(2).over(one)),
            currencies=pl.col("currency").n_unique().over(one),
            value=pl.sum_horizontal(*(pl.col("value").shift(k).over(one) for k in range(3)), ignore_nulls=False),
            known_at=pl.max_horizontal(*(pl.col("known_at").shift(k).over(one) for k in range(3))),
            confirmed_at=pl.min_horizontal(*(pl.col("confirmed_at").shift(k).over(one) for k in range(3))),
            basis_from=pl.max_horizontal(*(pl.col("basis_from").shift(k).over(one) for k in range(3))),
            basis_until=pl.min_horizontal(*(pl.col("basis_until").shift(k).over(one) for k in range(3))),
        )
        .filter(
            pl.col("joined") & (pl.col("currencies") == 1),
            periods.is_fiscal_year_end(pl.col("first_start"), pl.col("fiscal_year_end_month")),
        )
        .with_columns(span_start="first_start", spans=pl.lit(3, pl.Int8))
        .select(flows.columns)
    )


def not_closing(quarters: pl.DataFrame, years: pl.DataFrame, units: int = CLOSING_UNITS) -> pl.DataFrame:
    """Fourth quarters whose four quarters miss their year: company_id, item, quarter_end.

    The year and the other quarters are then of different vintages or one is misstated; which one cannot be told.
    """
    one = ["company_id", "item", "fiscal_year"]
    year = pl.col("year")
    # Of the absolute amount: polars 2.1 gives −2.2e6 % 1e5 as 1e5.
    unit = pl.when(year.abs() % 1e6 == 0).then(1e6).when(year.abs() % 1e5 == 0).then(1e5).otherwise(1e3)
    return (
        quarters.filter(pl.col("kind") == "flow")
        .group_by(one)
        .agg(n=pl.len(), total=pl.col("value").sum(), quarter_end=pl.col("quarter_end").max())
        .filter(pl.col("n") == 4)
        .join(years.select(*one, "quarter_end", year="value"), on=[*one, "quarter_end"])
        .filter((pl.col("total") - year).abs() > units * unit)
        .select("company_id", "item", "quarter_end")
    )


def gaps(years: pl.DataFrame, quarters: pl.DataFrame, rejected: pl.DataFrame, open_years: pl.DataFrame) -> pl.DataFrame:
    """Fiscal quarters of stated years that stay unknown: company_id, item, fiscal_year, quarter_end, reason.

    A quarter that no item of the company is known for has no end of its own: it is put a quarter of the year's days on.

    Args:
        years: the years that stand, computed ones included. quarters: the quarters that stand.
        rejected: differences with a reason. open_years: see `not_closing`.
    """
    one = ["company_id", "item", "quarter_end"]
    ends = quarters.select("company_id", "quarter_end").unique()
    own = years.filter(pl.col("kind") == "flow").select(
        "company_id", "item", "fiscal_year", "span_start", "concept", year_end="quarter_end"
    )
    days = (pl.col("year_end") - pl.col("span_start")).dt.total_days()
    inner = (
        own.join(pl.DataFrame({"k": [1, 2, 3]}), how="cross")
        .with_columns(about=pl.col("span_start") + pl.duration(days=days * pl.col("k") // 4))
        .sort("about")
        .join_asof(
            ends.sort("quarter_end"),
            left_on="about",
            right_on="quarter_end",
            by="company_id",
            strategy="nearest",
            tolerance=f"{ABOUT_DAYS}d",
            coalesce=False,
            check_sortedness=False,
        )
    )
    expected = pl.concat(
        [
            inner.select(
                "company_id", "item", "fiscal_year", "concept", quarter_end=pl.coalesce("quarter_end", "about")
            ),
            own.select("company_id", "item", "fiscal_year", "concept", quarter_end="year_end"),
        ]
    )
    why = pl.concat(
        [
            open_years.with_columns(reason=pl.lit(NOT_CLOSING)),
            rejected.sort("rank", "tier", "reason")
            .unique(one, keep="first", maintain_order=True)
            .select(*one, "reason"),
        ]
    ).unique(one, keep="first", maintain_order=True)
    return (
        expected.join(quarters.select(one), on=one, how="anti")
        .join(why, on=one, how="left")
        .with_columns(
            reason=pl.when(pl.col("reason").is_not_null())
            .then("reason")
            .when(pl.col("concept").str.starts_with("computed:"))
            .then(pl.lit(NO_INPUT))
            .otherwise(pl.lit(NO_STEP))
        )
        .drop("concept")
    )
