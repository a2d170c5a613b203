"""Two quarters side by side: which quarter is compared with which, and the figures of both.

Belongs here: base quarters, pairs of quarters, joining now with then. Does not belong here: what is made of a change
(capture.py, decomposition.py).
"""

from collections.abc import Sequence

import polars as pl

from analytics import windows

# ChatGPT appeared on 2022-11-30; what came after it is compared with the quarter before.
BASE_QUARTER = "2022Q4"
# Fourth quarters, so that twelve months are calendar years.
BASE_QUARTERS = ("2019Q4", "2020Q4", "2021Q4", BASE_QUARTER, "2023Q4", "2024Q4", "2025Q4")
YEAR = 4


def pairs(quarters: pl.Series, bases: Sequence[str] = ()) -> pl.DataFrame:
    """Each quarter with the one four quarters before, and with every base quarter before it.

    Args:
        quarters: numbers of calendar quarters, as `windows.index_of` gives them.
        bases: labels of base quarters.

    Returns:
        quarter and base_quarter as numbers, each pair once.
    """
    now = quarters.unique().sort().to_frame("quarter")
    fixed = pl.DataFrame({"base_quarter": [windows.index(b) for b in bases]}, schema={"base_quarter": pl.Int32})
    year = now.with_columns(base_quarter=pl.col("quarter") - YEAR)
    since = now.join(fixed, how="cross").filter(pl.col("quarter") > pl.col("base_quarter"))
    return pl.concat([year, since]).unique(maintain_order=True)


def side_by_side(
    rows: pl.DataFrame, carried: Sequence[str], values: Sequence[str], among: pl.DataFrame
) -> pl.DataFrame:
    """The values of each series in both quarters of every pair, where at least one of them has a row.

    Args:
        rows: `series` (a number for who and what), `quarter` (number), carried columns and values; one row per series
            and quarter.
        carried: columns that are the same in all rows of a series.
        values: columns to set side by side; the base quarter's are called base_<value>.
        among: pairs, as `pairs` gives them.

    Returns:
        One row per series, quarter and base_quarter, in this order: values and base values, null where there is no row,
        and n and base_n, 1 where there is one and 0 where not.
    """
    now = rows.select("series", "quarter", *values).join(among, on="quarter").with_columns(n=pl.lit(1, pl.Int64))
    then = (
        rows.select("series", base_quarter="quarter", **{f"base_{v}": pl.col(v) for v in values})
        .join(among, on="base_quarter")
        .with_columns(base_n=pl.lit(1, pl.Int64))
    )
    names = rows.select("series", *carried).unique("series", keep="first", maintain_order=True)
    return (
        now.join(then, on=["series", "quarter", "base_quarter"], how="full", coalesce=True)
        .with_columns(pl.col("n", "base_n").fill_null(0))
        .join(names, on="series")
        .sort("series", "quarter", "base_quarter")
    )


def numbered(rows: pl.DataFrame, columns: Sequence[str], name: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Put a number in the place of some columns, in the order in which their values first appear.

    Joins and sums over numbers take a fraction of the time that they take over names.

    Returns:
        The rows with the number in the column `name`, and the names of each number.
    """
    names = rows.select(columns).unique(maintain_order=True).with_row_index(name)
    return rows.join(names, on=list(columns), maintain_order="left").drop(columns), names
