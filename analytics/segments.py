"""Segments: revenue and operating income of reported segments by fiscal quarter.

Belongs here: which segmentation a figure belongs to, fourth quarters of segments. Figures of different segmentations
(Microsoft before and after August 2024) are never joined. Does not belong here: which layer a segment is (stacks).
"""

from datetime import date

import polars as pl

from analytics import periods
from analytics.contracts import conform, table
from analytics.currency import translate

# The segment pack gives no filing dates: a quarter or year is taken as known this many days after it ended.
ASSUMED_DAYS = {1: 60, 4: 90}
_QUALITY = {"exact": 0, "retyped": 1, "rounded": 2}


def segment_quarters(
    segment_observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    as_known_on: date | None = None,
) -> pl.DataFrame:
    """core.segment_quarters, one row per company, segment, item and fiscal quarter.

    A fourth quarter that no source prints is the year less the three quarters, if all four are of one segmentation; a
    year without its quarters stands as year_only. Where two segmentations give the same quarter, the one that reaches
    furthest speaks.

    Args:
        segment_observations: raw.segment_observations.
        companies: core.companies.
        fx_rates: core.fx_rates.
        as_known_on: leave out what became known later (by the assumed delay).
    """
    series = ["company_id", "segment", "item", "basis_note"]
    spans = periods.quarters_spanned((pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1)
    # A fourth quarter that others derived was known with its year.
    own_quarter = (pl.col("spans") == 1) & ~pl.col("upstream")
    delay = pl.when(own_quarter).then(ASSUMED_DAYS[1]).otherwise(ASSUMED_DAYS[4])
    rows = (
        segment_observations.with_columns(
            spans=spans, basis_note=_segmentation(), upstream=pl.col("basis_note").str.contains("derived upstream")
        )
        .filter(pl.col("spans").is_in([1, 4]))
        .join(companies.select("company_id", month="fiscal_year_end_month"), on="company_id")
        .with_columns(
            known_at=pl.col("period_end") + pl.duration(days=delay),
            fiscal_year=periods.fiscal_year(pl.col("period_end"), pl.col("month")),
        )
        .filter(pl.lit(True) if as_known_on is None else pl.col("known_at") <= as_known_on)
        .with_columns(reach=pl.col("period_end").max().over(series))
        .sort(pl.col("quality").replace_strict(_QUALITY), "reference")
        .unique([*series, "period_end", "spans"], keep="first", maintain_order=True)
        .with_columns(derivation=pl.when("upstream").then(pl.lit("q4_from_year")).otherwise(pl.lit("reported")))
    )
    one = [*series, "fiscal_year"]
    years = rows.filter((pl.col("spans") == 4) & periods.is_fiscal_year_end(pl.col("period_end"), pl.col("month")))
    quarters = rows.filter(pl.col("spans") == 1)
    three = (
        quarters.join(years.select(*one, year_end="period_end"), on=one)
        .filter(pl.col("period_end") < pl.col("year_end").dt.offset_by("-10d"))
        .group_by(one)
        .agg(n=pl.len(), sum=pl.col("value").sum(), last=pl.col("period_end").max(), known=pl.col("known_at").max())
        .filter(pl.col("n") == 3)
    )
    fourth = (
        years.join(three, on=one)
        .with_columns(
            value=pl.col("value") - pl.col("sum"),
            period_start=pl.col("last").dt.offset_by("1d"),
            known_at=pl.max_horizontal("known_at", "known"),
            derivation=pl.lit("q4_from_year"),
        )
        .select(quarters.columns)
    )
    at = ["company_id", "segment", "item", "period_end"]
    known = (
        pl.concat([quarters, fourth])
        # A fourth quarter of our own (it comes from the year, of four spans) before one that others derived.
        .sort(
            "reach",
            pl.col("derivation") == "reported",
            "spans",
            "basis_note",
            descending=[True, True, True, False],
        )
        .unique(at, keep="first", maintain_order=True)
    )
    whole = (
        years.join(known, on=at, how="anti")
        .with_columns(derivation=pl.lit("year_only"))
        .sort("reach", "basis_note", descending=[True, False])
        .unique(at, keep="first", maintain_order=True)
    )
    middle = (
        pl.when(pl.col("derivation") == "year_only")
        .then(periods.last_quarter_midpoint(pl.col("period_end")))
        .otherwise(periods.midpoint(pl.col("period_start"), pl.col("period_end")))
    )
    frame = pl.concat([known, whole]).select(
        "company_id",
        "segment",
        "item",
        "period_start",
        "period_end",
        calendar_quarter=periods.calendar_quarter(middle),
        value="value",
        currency="unit",
        derivation="derivation",
        basis_note="basis_note",
        source="reference",
        known_at="known_at",
    )
    return conform(translate(frame, fx_rates), table("core.segment_quarters"))


def _segmentation() -> pl.Expr:
    """The segmentation in a basis note, without remarks on how one figure was found.

    Those are: who derived a fourth quarter, that a year was recast onto this basis, and, for revenue, on which basis
    operating income is.
    """
    note = (
        pl.col("basis_note")
        .str.replace(r";? ?fourth quarter derived upstream.*$", "")
        .str.replace(r" \(FY\d+ as recast\)$", "")
    )
    revenue = note.str.replace(r";? ?FY[\d-]+ operating income on the basis.*$", "")
    note = pl.when(pl.col("item") == "revenue").then(revenue).otherwise(note)
    return pl.when(note == "").then(pl.lit("reportable segment")).otherwise(note)
