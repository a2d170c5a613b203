"""Bases: from when until when a filer stood by the accounting in which a figure is stated.

Belongs here: when the basis of a company's item changed, and on which bases each figure stands. Does not belong here:
restatements of single figures (point_in_time.py), what a change of basis takes away (windows.py, metrics).
"""

from collections.abc import Sequence

import polars as pl

from analytics.items import ITEMS
from analytics.point_in_time import PERIOD, RESTATEMENT_TOLERANCE, SERIES, SOURCE_RANK

# Growth is read in whole per cents: a restatement by less than two of them changes a figure, not what it compares with.
BASIS_TOLERANCE = 0.02
# Only filings say one period again and again, so that a change of basis can be told from a figure.
FILED = "sec"

COLUMNS = ("basis_from", "basis_until")
_ITEM = ["company_id", "item"]
_FLOWS = [i.id for i in ITEMS if i.kind == "flow"]


def changes(said: pl.DataFrame, restatements: pl.DataFrame) -> pl.DataFrame:
    """When the basis of an item changed: where a filing restates a period, under its label or under another tier's.

    It did not change anew if another period was restated after the old figure was last stated: then the basis was
    changed in that filing, and this one follows (see `point_in_time.one_basis`).

    Args:
        said: as from `point_in_time.vintages`. restatements: as from `point_in_time.restatements`.

    Returns:
        One row per company_id, item and `begins`, the day from which the new basis was known, with first_start and
        first_end of the oldest period that is restated that day (of those that end then the shortest).
    """
    spoken = (
        said.filter(pl.col("source") == FILED, pl.col("kind") == "flow")
        .group_by(*SERIES, *PERIOD)
        .agg(
            said_from=pl.col("known_at").first(),
            said_until=pl.col("known_at").last(),
            new_value=pl.col("value").first(),
            old_value=pl.col("value").last(),
        )
    )
    columns = [*_ITEM, *PERIOD, "old_value", "new_value", "said_until", "said_from"]
    old = spoken.drop("said_from", "new_value")
    relabelled = old.join(spoken.drop("said_until", "old_value"), on=[*_ITEM, *PERIOD], suffix="_new").filter(
        pl.col("tier") != pl.col("tier_new"), pl.col("said_until") < pl.col("said_from")
    )
    own = restatements.filter(pl.col("source") == FILED, pl.col("item").is_in(_FLOWS))
    scale = pl.max_horizontal(pl.col("old_value").abs(), pl.col("new_value").abs())
    restated = pl.concat([own.select(columns), relabelled.select(columns)]).filter(
        (pl.col("new_value") - pl.col("old_value")).abs() > BASIS_TOLERANCE * scale
    )
    following = restated.join(restated.select(*_ITEM, earlier="said_from").unique(), on=_ITEM).filter(
        pl.col("earlier").is_between("said_until", "said_from", closed="none")
    )
    first = restated.join(following, on=columns, how="anti").select(*_ITEM, "said_from").unique()
    return (
        restated.join(first, on=[*_ITEM, "said_from"])
        .sort(*_ITEM, "said_from", "quarter_end", pl.col("span_start"), descending=[False, False, False, False, True])
        .group_by(*_ITEM, begins="said_from", maintain_order=True)
        .agg(first_start=pl.col("span_start").first(), first_end=pl.col("quarter_end").first())
    )


def _untouched(said: pl.DataFrame, changed: pl.DataFrame) -> pl.DataFrame:
    """How far back a change of basis leaves a series as it was: `reach`, the newest end of a period it did not touch.

    A period says so that was stated before the change and after, the same: a whole year older than those restated, or
    a longer period around them (then a quarter was corrected and no basis changed: `reach` is without end). An older
    quarter does not: where only the timing of revenue changed, some quarters stay as they were by chance.
    """
    before = pl.col("known_at") < pl.col("begins")
    around = (pl.col("span_start") <= pl.col("first_start")) & (pl.col("quarter_end") >= pl.col("first_end"))
    old, new = pl.col("value").filter(before).last(), pl.col("value").filter(~before).first()
    return (
        said.filter(pl.col("source") == FILED)
        .join(changed, on=_ITEM, maintain_order="left")
        .filter(around | ((pl.col("spans") == 4) & (pl.col("quarter_end") <= pl.col("first_start"))))
        .with_columns(reach=pl.when(around).then(pl.date(9999, 12, 31)).otherwise("quarter_end"))
        .group_by(*SERIES, *PERIOD, "begins", "reach", maintain_order=True)
        .agg(old=old, new=new)
        .filter(
            (pl.col("new") - pl.col("old")).abs()
            <= RESTATEMENT_TOLERANCE * pl.max_horizontal(pl.col("old").abs(), pl.col("new").abs())
        )
        .group_by(*SERIES, "begins")
        .agg(pl.col("reach").max())
    )


def standing(stated: pl.DataFrame, said: pl.DataFrame, restatements: pl.DataFrame) -> pl.DataFrame:
    """Add basis_from and basis_until: from when until before when the filer stood by the figure's basis.

    Null where that was from the first or is to this day, and for balances and what aggregators say. A figure stands on
    the basis in force when it was first said, on every other up to when it was last said, and on later ones that left
    its period untouched. Two figures share a basis where these times overlap.

    Args:
        stated: as from `point_in_time.speaking`. said: as from `point_in_time.vintages`.
        restatements: as from `point_in_time.restatements`.
    """
    changed = changes(said, restatements)
    rows = stated.with_row_index("row")
    placed = (
        rows.filter(pl.col("rank") <= SOURCE_RANK["sec_derived"], pl.col("kind") == "flow")
        .select("row", *SERIES, "quarter_end", "known_at", "confirmed_at")
        .join(changed, on=_ITEM)
        .join(_untouched(said, changed), on=[*SERIES, "begins"], how="left")
    )
    begins = pl.col("begins")
    left = (begins > pl.col("confirmed_at")) & (pl.col("quarter_end") > pl.col("reach")).fill_null(True)
    found = placed.group_by("row").agg(
        basis_from=begins.filter(begins <= pl.col("known_at")).max(), basis_until=begins.filter(left).min()
    )
    return rows.join(found, on="row", how="left", maintain_order="left").drop("row")


def both(*suffixes: str) -> dict[str, pl.Expr]:
    """The bases on which several figures stand together: basis_from and basis_until of columns with these suffixes."""
    return {
        "basis_from": pl.max_horizontal(f"basis_from{s}" for s in suffixes),
        "basis_until": pl.min_horizontal(f"basis_until{s}" for s in suffixes),
    }


def shared() -> pl.Expr:
    """Whether there is a basis in basis_from to basis_until."""
    return (pl.col("basis_from") < pl.col("basis_until")).fill_null(True)


def apart(rows: pl.DataFrame, series: Sequence[str], pairs: pl.DataFrame) -> pl.DataFrame:
    """Which quarters of each series do not share a basis with a base quarter: series, quarter and base_quarter.

    Args:
        rows: `series`, quarter, basis_from and basis_until.
        series: columns that identify what is compared with itself.
        pairs: quarter and base_quarter, which are to be compared.
    """
    limited = rows.select(*series, "quarter", *COLUMNS).filter(pl.any_horizontal(pl.col(COLUMNS).is_not_null()))
    return (
        limited.join(pairs, on="quarter")
        .join(limited.rename({"quarter": "base_quarter"}), on=[*series, "base_quarter"], suffix="_base")
        .with_columns(**both("", "_base"))
        .filter(~shared())
        .select(*series, "quarter", "base_quarter")
    )


def with_their_years(quarters: pl.DataFrame, years: pl.DataFrame) -> pl.DataFrame:
    """Quarters that add up to a filed year stand on its bases too, whatever of them was said when.

    Args:
        quarters: those that close their years. years: the years that stand.
    """
    one = ["company_id", "item", "fiscal_year"]
    filed = years.filter(pl.col("rank") <= SOURCE_RANK["sec_derived"], pl.col("derivation") == "reported")
    four = quarters.group_by(one).agg(pl.len(), pl.col("quarter_end").max()).filter(pl.col("len") == 4)
    own = filed.join(four, on=[*one, "quarter_end"]).select(
        *one, year_from="basis_from", year_until="basis_until", closes=pl.lit(True)
    )
    since, until = pl.col("year_from"), pl.col("year_until")
    earlier = pl.col("closes") & (since.is_null() | (since < pl.col("basis_from")))
    longer = pl.col("closes") & (until.is_null() | (until > pl.col("basis_until")))
    return (
        quarters.join(own, on=one, how="left", maintain_order="left")
        .with_columns(
            basis_from=pl.when(earlier).then(since).otherwise("basis_from"),
            basis_until=pl.when(longer).then(until).otherwise("basis_until"),
        )
        .drop("year_from", "year_until", "closes")
    )
