"""Segments: fourth quarters, and segmentations that are never joined."""

from datetime import date

import polars as pl

from analytics.contracts import table
from analytics.segments import segment_quarters
from tests.analytics.facts import companies, day, no_rates

QUARTERS = (
    ("2024-01-01", "2024-03-31"),
    ("2024-04-01", "2024-06-30"),
    ("2024-07-01", "2024-09-30"),
    ("2024-10-01", "2024-12-31"),
)


def segment(start, end, value, note="reportable segment", item="revenue", quality="exact"):
    return {
        "company_id": "acme",
        "segment": "Cloud",
        "item": item,
        "period_start": day(start),
        "period_end": day(end),
        "unit": "USD",
        "value": float(value),
        "basis_note": note,
        "quality": quality,
        "reference": "filing",
        "payload_sha256": "0" * 64,
    }


def derive(*rows, on=None):
    frame = pl.DataFrame(list(rows), schema=table("raw.segment_observations").polars_schema)
    return segment_quarters(frame, companies(), no_rates(), on)


def test_fourth_quarter_of_a_segment_is_the_year_less_three_quarters():
    rows = [segment(s, e, v) for (s, e), v in zip(QUARTERS[:3], (10, 11, 12), strict=True)]
    out = derive(*rows, segment("2024-01-01", "2024-12-31", 46))
    fourth = out.filter(pl.col("calendar_quarter") == "2024Q4")
    assert fourth.select("value", "derivation", "period_start").row(0) == (
        13.0,
        "q4_from_year",
        date(2024, 10, 1),
    )


def test_a_year_on_another_segmentation_is_not_joined():
    rows = [segment(s, e, v, "before") for (s, e), v in zip(QUARTERS[:3], (10, 11, 12), strict=True)]
    out = derive(*rows, segment("2024-01-01", "2024-12-31", 46, "after"))
    assert out.filter(pl.col("derivation") == "q4_from_year").is_empty()
    assert out.filter(pl.col("derivation") == "year_only")["value"].to_list() == [46.0]


def test_a_remark_on_one_figure_is_not_another_segmentation():
    note = "reportable segment; fourth quarter derived upstream as FY minus nine months"
    out = derive(segment(*QUARTERS[2], 12), segment(*QUARTERS[3], 13, note, quality="retyped"))
    assert out["basis_note"].unique().to_list() == ["reportable segment"]
    assert out.sort("period_end")["derivation"].to_list() == ["reported", "q4_from_year"]


def test_segments_are_known_after_the_assumed_delay():
    row = segment(*QUARTERS[0], 10)
    assert derive(row, on=date(2024, 5, 29)).is_empty()
    assert derive(row, on=date(2024, 5, 30)).height == 1


def test_what_a_segmentation_reaches_later_does_not_speak_for_it_before():
    # Both tell the first quarter; on 2024-07-15 the old one reaches no further than the new, which is first by name.
    old = [segment(*QUARTERS[0], 10, "old"), segment(*QUARTERS[2], 12, "old")]
    new = [segment(*QUARTERS[0], 11, "new")]
    first = pl.col("calendar_quarter") == "2024Q1"
    assert derive(*old, *new, on=date(2024, 7, 15)).filter(first)["value"].to_list() == [11.0]
    assert derive(*old, *new).filter(first)["value"].to_list() == [10.0]
