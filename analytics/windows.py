"""Windows: amounts of an item over one fiscal quarter and over the trailing twelve months, and balances beside them.

Belongs here: contiguity, twelve-month sums, the calendar quarter as a number. Does not belong here: quarters themselves
(periods.py, statements.py), ratios (metrics), layers (aggregate.py).
"""

from collections.abc import Sequence

import polars as pl

from analytics import bases
from analytics.items import BY_ID
from analytics.once import once

# Twelve months are four fiscal quarters of 13 or 14 weeks (methods.md, Time).
YEAR_DAYS = (350, 380)
# A quarter follows another if it starts the day after it ends; sources that only name a quarter have assumed dates,
# which may lie a few days off.
JOINT_DAYS = 7

ONLY_YEAR = "only the year is known"
NOT_CONTIGUOUS = "not four contiguous quarters"
CURRENCY_CHANGED = "currency changed"
RESTATED_WITHIN = "restated within the twelve months"
RESTATED_SINCE = "restated since the year before"


def index_of(quarter: pl.Expr) -> pl.Expr:
    """Number of a calendar quarter '2025Q4', so that the quarter before has the number before."""
    year = quarter.str.slice(0, 4).cast(pl.Int32)
    return year * 4 + quarter.str.slice(5, 1).cast(pl.Int32) - 1


def label_of(index: pl.Expr) -> pl.Expr:
    """Calendar quarter of a number, as '2025Q4'."""
    return pl.format("{}Q{}", index // 4, index % 4 + 1)


def last_day_of(index: pl.Expr) -> pl.Expr:
    """Last day of the calendar quarter of a number."""
    return pl.date(index // 4, index % 4 * 3 + 3, 1).dt.month_end()


def index(quarter: str) -> int:
    """Number of one calendar quarter; see `index_of`."""
    return int(quarter[:4]) * 4 + int(quarter[5]) - 1


@once
def amounts(quarters: pl.DataFrame, by: tuple[str, ...] = ("company_id",)) -> pl.DataFrame:
    """Amounts by window: flows over the quarter and over twelve months, balances at the end in both.

    Twelve months are four fiscal quarters that follow each other (JOINT_DAYS) and span YEAR_DAYS, or a year_only row.
    Only quarters that share a basis are added (analytics/bases.py); segments, without these columns, have one.
    In US dollars they are the sum of the quarters' dollars, each at its own average rate. A quarter label that two
    fiscal quarters share (a changed fiscal year) holds the later one. Share counts are not amounts and are left out.

    Args:
        quarters: core.company_quarters or core.segment_quarters.
        by: columns that identify who reports; quarters are only joined within them.

    Returns:
        One row per `by`, item, `quarter` (number of the calendar quarter) and window, with value, currency, value_usd,
        period_end, basis_from, basis_until and null_reason. Where a window cannot be known but another is, value is
        null with the reason.

    Raises:
        ValueError: an item that analytics/items.py does not declare.
    """
    unknown = sorted(set(quarters["item"].unique()) - set(BY_ID))
    if unknown:
        raise ValueError(f"items {unknown} are not declared in analytics/items.py; declare or remove them")
    money = {i.id: i.kind for i in BY_ID.values() if i.unit == "currency"}
    key = [*by, "item"]
    missing = {c: pl.lit(None, pl.Date) for c in bases.COLUMNS if c not in quarters.columns}
    rows = (
        quarters.with_columns(**missing)
        .filter(pl.col("item").is_in(list(money)))
        .select(
            *key,
            quarter=index_of(pl.col("calendar_quarter")),
            period_start="period_start",
            period_end="period_end",
            value="value",
            currency="currency",
            value_usd="value_usd",
            basis_from="basis_from",
            basis_until="basis_until",
            year_only=pl.col("derivation") == "year_only",
            kind=pl.col("item").replace_strict(money, return_dtype=pl.String),
        )
        .sort(*key, "period_end")
    )
    return pl.concat(
        [
            _flows(rows.filter(pl.col("kind") == "flow"), key),
            *_balances(rows.filter(pl.col("kind") == "stock"), key),
        ]
    )


def restated_since(amounts: pl.DataFrame, series: Sequence[str]) -> pl.DataFrame:
    """Which amounts do not share a basis with that of four calendar quarters before: `series` and quarter.

    Args:
        amounts: `series`, quarter (number), basis_from and basis_until.
        series: columns that identify what is compared with itself.
    """
    year = amounts.select("quarter", base_quarter=pl.col("quarter") - 4).unique()
    return bases.apart(amounts, series, year).drop("base_quarter")


def _columns(key: list[str], window: str, reason: pl.Expr | None = None) -> list[pl.Expr]:
    none = pl.lit(None, pl.String)
    return [
        *(pl.col(c) for c in (*key, "quarter", "value", "currency", "value_usd", "period_end", *bases.COLUMNS)),
        pl.lit(window).alias("window"),
        (none if reason is None else reason).alias("null_reason"),
    ]


def _balances(rows: pl.DataFrame, key: list[str]) -> list[pl.DataFrame]:
    last = rows.unique([*key, "quarter"], keep="last", maintain_order=True)
    return [last.select(_columns(key, w)) for w in ("quarter", "ttm")]


def _flows(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    years = rows.filter(pl.col("year_only")).unique([*key, "quarter"], keep="last", maintain_order=True)
    quarters = rows.filter(~pl.col("year_only")).with_columns(series=pl.struct(key).rle_id())
    gap = (pl.col("period_start") - pl.col("period_end").shift(1)).dt.total_days() - 1
    span = (pl.col("period_end") - pl.col("period_start").shift(3)).dt.total_days() + 1
    one_currency = pl.all_horizontal(pl.col("currency") == pl.col("currency").shift(k) for k in (1, 2, 3))
    four = (
        quarters.with_columns(joint=(gap.abs() <= JOINT_DAYS).fill_null(False))
        .with_columns(
            whole=(
                (pl.col("series") == pl.col("series").shift(3))
                & pl.all_horizontal(pl.col("joint").shift(k) for k in (0, 1, 2))
                & span.is_between(*YEAR_DAYS)
            ).fill_null(False),
            one_currency=one_currency.fill_null(False),
            sum=_sum_of_four("value"),
            sum_usd=_sum_of_four("value_usd"),
            four_from=pl.max_horizontal(pl.col("basis_from").shift(k) for k in range(4)),
            four_until=pl.min_horizontal(pl.col("basis_until").shift(k) for k in range(4)),
        )
        .unique([*key, "quarter"], keep="last", maintain_order=True)
    )
    trailing = (
        four.filter("whole")
        .with_columns(basis_from="four_from", basis_until="four_until")
        .with_columns(
            value=pl.when(pl.col("one_currency") & bases.shared()).then("sum"),
            value_usd=pl.when(bases.shared()).then("sum_usd"),
            one_basis=bases.shared(),
        )
        .with_columns(pl.when("one_basis").then(c).alias(c) for c in bases.COLUMNS)
    )
    has_trailing = trailing.select(*key, "quarter")
    year = years.join(has_trailing, on=[*key, "quarter"], how="anti")
    broken = four.filter(~pl.col("whole")).join(year, on=[*key, "quarter"], how="anti").with_columns(*_nothing())
    year_without_quarter = years.join(four, on=[*key, "quarter"], how="anti").with_columns(*_nothing())
    changed = (
        pl.when(~pl.col("one_currency"))
        .then(pl.lit(CURRENCY_CHANGED))
        .when(~pl.col("one_basis"))
        .then(pl.lit(RESTATED_WITHIN))
    )
    return pl.concat(
        [
            four.select(_columns(key, "quarter")),
            year_without_quarter.select(_columns(key, "quarter", pl.lit(ONLY_YEAR))),
            trailing.select(_columns(key, "ttm", changed)),
            year.select(_columns(key, "ttm")),
            broken.select(_columns(key, "ttm", pl.lit(NOT_CONTIGUOUS))),
        ]
    )


def _sum_of_four(column: str) -> pl.Expr:
    return pl.sum_horizontal(*(pl.col(column).shift(k) for k in range(4)), ignore_nulls=False)


def _nothing() -> list[pl.Expr]:
    amounts = (pl.lit(None, pl.Float64).alias(c) for c in ("value", "value_usd"))
    return [*amounts, *(pl.lit(None, pl.Date).alias(c) for c in bases.COLUMNS)]
