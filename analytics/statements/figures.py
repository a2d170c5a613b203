"""Figures: observations that mean an item, in our sign, on the company's grid of fiscal quarter ends.

Belongs here: joining labels, quarantine, reporting currency and grid to the observations.
Does not belong here: which of several figures speaks (speaking.py), or what follows from two of them (derivation.py).
"""

import polars as pl

from analytics import concepts, periods
from analytics.items import ITEMS
from analytics.point_in_time import PERIOD, SERIES, SOURCE_RANK
from analytics.quarantine import without_quarantined


def heard(observations: pl.DataFrame) -> pl.DataFrame:
    """The observations whose label means an item; all that filers state beside is kept, and no statement rests on it.

    Args:
        observations: raw.observations.
    """
    return observations.filter(pl.col("concept").is_in(concepts.frame()["concept"].implode()))


def figures(observations: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Observations that mean an item, in our sign, on the company's grid of fiscal quarter ends.

    One row per observation: company_id, item, kind, source, rank, tier, label_order, concept, span_start (the quarter
    end before the period; null for a balance), quarter_end, spans (1 to 4 quarters, 0 for a balance), value, currency,
    known_at, observation_id, snap_distance (days moved onto the grid), fiscal_year_end_month.
    Left out: labels that mean nothing here, quarantined figures, amounts in another currency than the company reports
    in (convenience translations), periods before the company's present business, spans that are no fiscal quarters.
    A balance belongs to the nearest quarter end, of two as near to the later; a cover page's count to the last before.
    """
    kinds = pl.DataFrame(
        {"item": [i.id for i in ITEMS], "kind": [i.kind for i in ITEMS], "item_unit": [i.unit for i in ITEMS]}
    )
    ranks = pl.DataFrame({"source": list(SOURCE_RANK), "rank": list(SOURCE_RANK.values())})
    company = companies.select(
        "company_id", "history_from", "former_until", "former_currency", "former_fiscal_year_end_month",
        month="fiscal_year_end_month", present_currency="currency",
    ).filter(pl.col("present_currency").is_not_null())  # fmt: skip
    formerly = (pl.col("period_end") <= pl.col("former_until")).fill_null(False)
    rows = (
        without_quarantined(observations)
        .join(concepts.frame(), on="concept")
        .join(concepts.misnomers(), on=["company_id", "concept"], how="anti")
        .join(kinds, on="item")
        .join(ranks, on="source")
        .join(company, on="company_id")
        .with_columns(
            reporting_currency=pl.when(formerly, pl.col("former_currency").is_not_null())
            .then("former_currency")
            .otherwise("present_currency"),
            fiscal_year_end_month=_month(formerly),
        )
        .filter(
            pl.col("unit")
            == pl.when(pl.col("item_unit") == "shares").then(pl.lit("shares")).otherwise("reporting_currency"),
            pl.col("history_from").is_null() | (pl.col("period_end") >= pl.col("history_from")),
            (pl.col("kind") == "stock") == pl.col("period_start").is_null(),
            pl.col("period_end") <= pl.col("known_at"),
        )
        .with_columns(value=pl.col("value") * pl.col("sign"), currency="unit")
    )
    grid = periods.grid(rows.filter(pl.col("period_start").is_not_null()))
    flows = (
        rows.filter(pl.col("period_start").is_not_null())
        .with_columns(before=pl.col("period_start").dt.offset_by("-1d"))
        .join(grid.rename({"date": "before", "quarter_end": "span_start"}), on=["company_id", "before"])
        .join(grid.rename({"date": "period_end"}), on=["company_id", "period_end"])
        .with_columns(
            spans=periods.quarters_spanned((pl.col("quarter_end") - pl.col("span_start")).dt.total_days()),
            snap_distance=(pl.col("quarter_end") - pl.col("period_end")).dt.total_days().abs()
            + (pl.col("span_start") - pl.col("before")).dt.total_days().abs(),
        )
        .filter(pl.col("spans").is_not_null())
    )
    ends = grid.select("company_id", "quarter_end").unique().sort("quarter_end")
    stocks = rows.filter(pl.col("period_start").is_null()).sort("period_end")
    cover = pl.any_horizontal(pl.col("concept").str.starts_with(label) for label in concepts.COVERS)
    nearest = stocks.filter(~cover).join_asof(
        ends,
        left_on="period_end",
        right_on="quarter_end",
        by="company_id",
        strategy="nearest",
        tolerance=f"{periods.SNAP_DAYS}d",
        coalesce=False,
        check_sortedness=False,
    )
    covers = stocks.filter(cover).join_asof(
        ends,
        left_on="period_end",
        right_on="quarter_end",
        by="company_id",
        strategy="backward",
        tolerance=f"{periods.COVER_DAYS}d",
        coalesce=False,
        check_sortedness=False,
    )
    balances = (
        pl.concat([nearest, covers])
        .filter(pl.col("quarter_end").is_not_null())
        .with_columns(
            span_start=pl.lit(None, pl.Date),
            spans=pl.lit(0, pl.Int8),
            snap_distance=(pl.col("quarter_end") - pl.col("period_end")).dt.total_days().abs(),
        )
    )
    columns = [
        *SERIES,
        *PERIOD,
        "kind",
        "rank",
        "label_order",
        "concept",
        "spans",
        "value",
        "currency",
        "known_at",
        "observation_id",
        "snap_distance",
        "fiscal_year_end_month",
    ]
    return pl.concat([flows.select(columns), balances.select(columns)])


def _month(formerly: pl.Expr) -> pl.Expr:
    """Month in which the fiscal year of a period ends; null between the last year to the former month and the first to
    the present one, when there is no fiscal year.

    That first one begins in the present month or later, no earlier than ten days (52/53 weeks) before `former_until`.
    """
    month, former = pl.col("month"), pl.col("former_fiscal_year_end_month")
    begins = pl.date(periods.fiscal_year(pl.col("period_end"), month) - 1, month, 1).dt.month_end()
    between = (former != month) & (begins < pl.col("former_until").dt.offset_by("-10d"))
    return pl.when(formerly).then(pl.coalesce(former, month)).when(between.fill_null(False)).then(None).otherwise(month)
