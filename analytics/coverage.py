"""What is known of each member, from whom, and how old it is.

Belongs here: counts of quarters by origin, reasons for what is dark, the age of the newest figure.
Does not belong here: coverage of a layer's metric in one quarter (aggregate.py).
"""

from datetime import date

import polars as pl

from analytics import windows
from analytics.aggregate import FIRST_QUARTER, newest_quarter
from analytics.contracts import conform, table
from analytics.items import ITEMS

_ORIGINS = ("reported", "derived", "aggregated", "year_only")
_FILED = ("sec", "sec_derived")
SILENT = {"private": "private: publishes no accounts", "open_source": "open source: no company behind it"}
DARK = "part of a company that reports nothing for it"
NOT_BY_SEGMENT = "not reported by segment"
NOT_IN_SOURCES = "in no source"


def coverage(
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """marts.coverage, one row per lens, layer, member and item.

    Quarters are counted within the membership (a listed company's begins with its listing) and from 2015Q1 to the
    newest calendar quarter of all figures. reported: as a filing states it; derived: from filed years, year-to-date
    figures or other items, by us or by the source; aggregated: an aggregator's. Years without quarters fill no
    quarter. For a segment, whose source gives no rank, derived fourth quarters are derived and all others reported.

    Args:
        company_quarters: core.company_quarters.
        segment_quarters: core.segment_quarters.
        memberships: core.memberships.
        companies: core.companies.
    """
    first = windows.index(FIRST_QUARTER)
    newest = max(windows.index(newest_quarter(company_quarters, segment_quarters)), first - 1)
    members = _members(memberships, companies, first, newest)
    items = pl.DataFrame({"item": [i.id for i in ITEMS]})
    key = ["lens", "layer", "member_id", "item"]
    known = (
        members.select("lens", "layer", "member_id", "company_id", "segment", "from", "to")
        .join(_known(company_quarters, segment_quarters), on=["company_id", "segment"])
        .filter(pl.col("quarter").is_between("from", "to"))
    )
    whole_year = pl.col("origin") == "year_only"
    counts = known.group_by(key).agg(
        pl.col("quarter").min().alias("first"),
        pl.col("quarter").max().alias("last"),
        *((pl.col("origin") == o).sum().cast(pl.Int64).alias(f"n_{o}") for o in _ORIGINS),
        pl.col("quarter").filter(~whole_year).n_unique().cast(pl.Int64).alias("n_known"),
    )
    reason = (
        pl.when(pl.col("measure") == "dark")
        .then(pl.col("status").replace_strict(SILENT, default=DARK))
        .when(pl.col("company_status").is_in(list(SILENT)))
        .then(pl.col("company_status").replace_strict(SILENT, default=None, return_dtype=pl.String))
        .when((pl.col("measure") == "segment") & ~pl.col("item").is_in(["revenue", "operating_income"]))
        .then(pl.lit(NOT_BY_SEGMENT))
        .otherwise(pl.lit(NOT_IN_SOURCES))
    )
    counted = [*(f"n_{o}" for o in _ORIGINS), "n_known"]
    frame = (
        members.join(items, how="cross")
        .join(counts, on=key, how="left")
        .with_columns(pl.col(counted).fill_null(0))
        .with_columns(
            first_quarter=windows.label_of(pl.col("first")),
            last_quarter=windows.label_of(pl.col("last")),
            n_missing=pl.max_horizontal(pl.col("to") - pl.col("from") + 1, 0).cast(pl.Int64) - pl.col("n_known"),
            reason=pl.when(pl.col("first").is_null()).then(reason),
        )
        .drop("from", "to", "first", "last", "n_known", "segment", "company_status")
    )
    return conform(frame, table("marts.coverage"))


def freshness(company_quarters: pl.DataFrame, companies: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """marts.freshness, one row per listed company: its newest revenue and how old that is.

    Args:
        company_quarters: core.company_quarters.
        companies: core.companies.
        as_of: the day from which age is counted.
    """
    newest = (
        company_quarters.filter(pl.col("item") == "revenue")
        # Of a quarter and a whole year that end on one day the quarter is told.
        .sort("period_end", pl.col("derivation") != "year_only")
        .unique("company_id", keep="last", maintain_order=True)
        .select(
            "company_id",
            newest_quarter="calendar_quarter",
            newest_period_end="period_end",
            newest_known_at="known_at",
            source="source",
            age_days=(pl.lit(as_of) - pl.col("period_end")).dt.total_days(),
        )
    )
    listed = companies.filter(pl.col("status") == "listed").select("company_id")
    return conform(listed.join(newest, on="company_id", how="left"), table("marts.freshness"))


def _members(memberships: pl.DataFrame, companies: pl.DataFrame, first: int, newest: int) -> pl.DataFrame:
    """One row per lens, layer and member, its spans joined: from and to as numbers of calendar quarters."""
    listing = companies.select("company_id", "listed_from", "listed_to", company_status="status")
    own = companies.select(member_id="company_id", status="status")
    # A quarter belongs to the membership if its last day does.
    starts = pl.max_horizontal("valid_from", "listed_from")
    ends = pl.min_horizontal("valid_to", "listed_to")
    from_quarter = pl.coalesce(_quarter_of(starts), first).clip(lower_bound=first)
    last_whole = _quarter_of(ends.dt.offset_by("1d")) - 1
    to_quarter = pl.coalesce(last_whole, newest).clip(upper_bound=newest)
    return (
        memberships.sort("valid_from", nulls_last=False)
        .join(listing, on="company_id", how="left")
        .join(own, on="member_id", how="left")
        .with_columns(from_quarter.alias("from"), to_quarter.alias("to"), pl.col("status").fill_null("unknown"))
        .with_columns(
            segment=pl.when(pl.col("measure") == "segment")
            .then("segment")
            .when(pl.col("measure") == "whole")
            .then(pl.lit(""))
        )
        .group_by("lens", "layer", "member_id", maintain_order=True)
        .agg(
            pl.col("company_id", "member_name", "measure", "status", "company_status", "segment").last(),
            pl.col("from").min(),
            pl.col("to").max(),
        )
    )


def _quarter_of(day: pl.Expr) -> pl.Expr:
    return day.dt.year() * 4 + day.dt.quarter().cast(pl.Int32) - 1


def _known(company_quarters: pl.DataFrame, segment_quarters: pl.DataFrame) -> pl.DataFrame:
    """Every known quarter or year with its origin."""
    year_only = pl.when(pl.col("derivation") == "year_only").then(pl.lit("year_only"))
    own = pl.when(pl.col("derivation") == "reported").then(pl.lit("reported")).otherwise(pl.lit("derived"))
    by_filing = pl.when(pl.col("source") == "sec").then(own).otherwise(pl.lit("derived"))
    from_source = pl.when(pl.col("source").is_in(_FILED)).then(by_filing).otherwise(pl.lit("aggregated"))
    columns = ["company_id", "segment", "item", "quarter", "origin"]
    quarter = windows.index_of(pl.col("calendar_quarter")).alias("quarter")
    whole = company_quarters.select(
        "company_id", "item", quarter, segment=pl.lit(""), origin=pl.coalesce(year_only, from_source)
    )
    # A quarter that two segmentations tell is one known quarter.
    parts = segment_quarters.select(
        "company_id", "item", quarter, "segment", origin=pl.coalesce(year_only, own)
    ).unique()
    return pl.concat([whole.select(columns), parts.select(columns)])
