"""Segments: revenue and operating income of reported segments by fiscal quarter.

Belongs here: which segmentation a figure belongs to, fourth quarters of segments, which segmentation speaks. Figures of
different segmentations (Microsoft before and after August 2024) are never joined. Does not belong here: which layer a
segment is (stacks).
"""

from datetime import date

import polars as pl

from analytics import periods
from analytics.contracts import conform, table
from analytics.currency import translate

# The segment pack gives no filing dates: a quarter or year is taken as known this many days after it ended.
ASSUMED_DAYS = {1: 60, 4: 90}
# What was recast onto a new segmentation was told beside the same quarter of the next year.
RECAST_DAYS = 365
_QUALITY = {"exact": 0, "retyped": 1, "rounded": 2}


def segment_quarters(
    segment_observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    as_known_on: date | None = None,
) -> pl.DataFrame:
    """core.segment_quarters, one row per company, segment, item, fiscal quarter and segmentation.

    A fourth quarter that no source prints is the year less the three quarters, if all four are of one segmentation; a
    year without its quarters stands as year_only. Where two segmentations give the same quarter both stand, so that
    twelve months of either can be added up; see `furthest` for one of them.

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
    later = pl.when(pl.col("recast") == pl.col("fiscal_year")).then(RECAST_DAYS).otherwise(0)
    rows = (
        segment_observations.with_columns(
            spans=spans,
            basis_note=segmentations(),
            upstream=pl.col("basis_note").str.contains("derived upstream"),
            recast=_recast(),
        )
        .filter(pl.col("spans").is_in([1, 4]))
        .explode("basis_note")
        .join(companies.select("company_id", month="fiscal_year_end_month"), on="company_id")
        .with_columns(fiscal_year=periods.fiscal_year(pl.col("period_end"), pl.col("month")))
        .with_columns(known_at=pl.col("period_end") + pl.duration(days=delay + later))
        .filter(pl.lit(True) if as_known_on is None else pl.col("known_at") <= as_known_on)
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
    at = [*series, "period_end"]
    known = (
        pl.concat([quarters, fourth])
        # A fourth quarter of our own (it comes from the year, of four spans) before one that others derived.
        .sort(pl.col("derivation") == "reported", "spans", descending=True)
        .unique(at, keep="first", maintain_order=True)
    )
    whole = years.join(known, on=at, how="anti").with_columns(derivation=pl.lit("year_only"))
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


def furthest(segment_quarters: pl.DataFrame) -> pl.DataFrame:
    """One row per company, segment, item and fiscal quarter of core.segment_quarters.

    A quarter speaks before a whole year, and of several segmentations the one that reaches furthest.
    """
    at = ["company_id", "segment", "item"]
    return (
        segment_quarters.with_columns(reach=pl.col("period_end").max().over(*at, "basis_note"))
        .sort(pl.col("derivation") != "year_only", "reach", "basis_note", descending=[True, True, False])
        .unique([*at, "period_end"], keep="first", maintain_order=True)
        .drop("reach")
    )


def segmentations() -> pl.Expr:
    """The segmentations of a figure: its basis note without remarks on how one figure was found.

    Those are: who derived a fourth quarter, that a figure was recast onto this basis, and for which years it was used.
    Where a note says that operating income is on another basis, revenue is the same on both: it stands in both, the
    usual one first.
    """
    note = (
        pl.col("basis_note")
        .str.replace(r";? ?fourth quarter derived upstream.*$", "")
        .str.replace(r" \(FY\d+ as recast\)$", "")
        .str.replace(r";? ?FY\d+ operating income on the basis recast.*$", "")
    )
    note = note.str.replace(r"FY[\d-]+ (operating income on the basis first reported)$", "${1}")
    usual = note.str.replace(r";? ?operating income on the basis first reported$", "")
    note, usual = (pl.when(n == "").then(pl.lit("reportable segment")).otherwise(n) for n in (note, usual))
    both = (pl.col("item") == "revenue") & (note != usual)
    return pl.when(both).then(pl.concat_list(usual, note)).otherwise(pl.concat_list(note))


def _recast() -> pl.Expr:
    """The fiscal year whose figures of this item a basis note says were recast, or null."""
    both = pl.col("basis_note").str.extract(r"\(FY(\d+) as recast\)$")
    income = pl.col("basis_note").str.extract(r"FY(\d+) operating income on the basis recast")
    return pl.coalesce(both, pl.when(pl.col("item") == "operating_income").then(income)).cast(pl.Int32)
