"""Segments: fourth quarters, and segmentations that are never joined."""

from datetime import date

import polars as pl

from analytics import windows
from analytics.contracts import table
from analytics.segments import furthest, segment_quarters
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
    assert furthest(derive(*old, *new, on=date(2024, 7, 15))).filter(first)["value"].to_list() == [11.0]
    assert furthest(derive(*old, *new)).filter(first)["value"].to_list() == [10.0]


def test_a_quarter_speaks_before_a_year_that_reaches_as_far():
    rows = derive(segment(*QUARTERS[3], 13, "one cut"), segment("2024-01-01", "2024-12-31", 46, "another"))
    assert furthest(rows).select("value", "derivation").rows() == [(13.0, "reported")]


def test_twelve_months_are_those_of_one_segmentation_where_two_give_the_same_quarters():
    # Cut anew from 2024 on, with 2024 recast: the old four quarters end with 2023, the new ones with 2024.
    year = [(f"2023{start[4:]}", f"2023{end[4:]}") for start, end in QUARTERS]
    before = [segment(*period, value, "before") for period, value in zip(year, (1, 2, 3, 4), strict=True)]
    both = [segment(s, e, v, note) for s, e in QUARTERS[:2] for note, v in (("before", 50), ("after", 7))]
    after = [segment(s, e, 7, "after") for s, e in QUARTERS[2:]]
    rows = windows.amounts(derive(*before, *both, *after), ("company_id", "segment", "basis_note"))
    twelve = rows.filter(pl.col("window") == "ttm", pl.col("value").is_not_null())
    found = {(note, quarter): value for note, quarter, value in twelve.select("basis_note", "quarter", "value").rows()}
    last = windows.index("2023Q4")
    # 1+2+3+4, 2+3+4+50, 3+4+50+50; and 4 × 7 a year after the new cut began.
    assert found == {
        ("before", last): 10, ("before", last + 1): 59, ("before", last + 2): 107, ("after", last + 4): 28,
    }  # fmt: skip


def test_recast_figures_were_told_with_the_same_quarter_of_the_next_year():
    # The first quarter of 2024 as recast was told beside that of 2025: 2025-03-31 and 60 days.
    recast = segment(*QUARTERS[0], 10, "after August (FY2024 as recast)")
    assert derive(recast)["known_at"].to_list() == [date(2025, 5, 30)]
    assert derive(recast, on=date(2025, 5, 29)).is_empty()
    # A remark that names another year is about the segmentation, not about this figure.
    named = segment(*QUARTERS[0], 10, "after August (FY2023 as recast)")
    assert derive(named)["known_at"].to_list() == [date(2024, 5, 30)]
    assert derive(recast)["basis_note"].to_list() == derive(named)["basis_note"].to_list() == ["after August"]


def test_revenue_beside_operating_income_of_another_basis_stands_in_both():
    first = "reportable segment; FY2023-24 operating income on the basis first reported"
    recast = "reportable segment; FY2024 operating income on the basis recast in 2025 (sums to the comparative)"
    income = {"item": "operating_income"}
    rows = derive(
        segment(*QUARTERS[0], 10, first), segment(*QUARTERS[0], -3, first, **income),
        segment(*QUARTERS[0], -2, recast, **income),
    )  # fmt: skip
    told = {(note, item): value for note, item, value in rows.select("basis_note", "item", "value").rows()}
    assert told == {
        ("reportable segment", "revenue"): 10.0,
        ("reportable segment", "operating_income"): -2.0,
        ("reportable segment; operating income on the basis first reported", "revenue"): 10.0,
        ("reportable segment; operating income on the basis first reported", "operating_income"): -3.0,
    }
