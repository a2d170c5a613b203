"""What is known of each member, from whom, and how old it is."""

from datetime import date

import polars as pl

from analytics import coverage
from tests.analytics.frames import (
    companies,
    company,
    figure,
    flat,
    labels,
    member,
    memberships,
    quarters,
    segment_figure,
    segments,
)


def covered(
    rows: pl.DataFrame,
    *members: dict[str, object],
    people: pl.DataFrame | None = None,
    segment_rows: pl.DataFrame | None = None,
) -> pl.DataFrame:
    joined = memberships(*members)
    everyone = companies(*sorted(set(joined["company_id"]))) if people is None else people
    return coverage.coverage(rows, segments() if segment_rows is None else segment_rows, joined, everyone)


def one(frame: pl.DataFrame, item: str = "revenue", member_id: str = "a") -> dict[str, object]:
    found = frame.filter(item=item, member_id=member_id)
    assert found.height == 1
    return found.row(0, named=True)


def test_quarters_are_counted_by_origin():
    sources = [
        ("sec", "reported"), ("sec", "q4_from_year"), ("sec", "decumulated"), ("sec", "computed"),
        ("sec_derived", "reported"), ("yahoo", "reported"), ("stockanalysis", "computed"), ("alphavantage", "reported"),
    ]  # fmt: skip
    rows = [
        figure("a", "revenue", q, 1, source=source, derivation=how)
        for q, (source, how) in zip(labels("2015Q1", 8), sources, strict=True)
    ]
    row = one(covered(quarters(rows), member("x", "a")))
    # A filing states one; three follow from filings, and one was derived from them by others; three are aggregators'.
    assert (row["n_reported"], row["n_derived"], row["n_aggregated"], row["n_year_only"]) == (1, 4, 3, 0)
    assert (row["n_missing"], row["first_quarter"], row["last_quarter"]) == (0, "2015Q1", "2016Q4")
    assert row["reason"] is None


def test_missing_quarters_run_to_the_newest_of_all():
    rows = quarters(flat("a", "2015Q1", 4, revenue=1), flat("b", "2015Q1", 10, revenue=1))
    frame = covered(rows, member("x", "a"), member("x", "b"))
    assert one(frame)["n_missing"] == 6
    assert one(frame, member_id="b")["n_missing"] == 0
    nothing = one(frame, "capex")
    assert (nothing["n_missing"], nothing["first_quarter"], nothing["reason"]) == (10, None, "in no source")


def test_a_year_fills_no_quarter():
    rows = quarters(figure("a", "revenue", "2015Q4", 1, derivation="year_only"), flat("b", "2015Q1", 4, revenue=1))
    row = one(covered(rows, member("x", "a"), member("x", "b")))
    assert (row["n_year_only"], row["n_reported"], row["n_missing"]) == (1, 0, 4)
    assert row["last_quarter"] == "2015Q4"


def test_a_membership_begins_with_the_listing_and_ends_with_it():
    # Listed 2016-02-10, delisted 2016-12-20: on the last day of 2016Q1, Q2 and Q3 it is a member.
    people = companies(
        company("a", status="delisted", listed_from=date(2016, 2, 10), listed_to=date(2016, 12, 20)), "b"
    )
    rows = quarters(flat("a", "2015Q1", 12, revenue=1), flat("b", "2015Q1", 12, revenue=1))
    row = one(covered(rows, member("x", "a"), member("x", "b"), people=people))
    assert (row["first_quarter"], row["last_quarter"], row["n_reported"], row["n_missing"]) == (
        "2016Q1",
        "2016Q3",
        3,
        0,
    )


def test_two_spans_of_one_member_are_one_row():
    rows = quarters(flat("a", "2015Q1", 12, revenue=1))
    spans = [
        member("x", "a", valid_from=None, valid_to=date(2015, 12, 31)),
        member("x", "a", valid_from=date(2016, 1, 1), valid_to=None),
    ]
    assert one(covered(rows, *spans))["n_reported"] == 12


def test_why_nothing_is_known():
    people = companies(
        "a",
        company("llama", status="part_of"),
        company("openai", status="private"),
        company("vllm", status="open_source"),
    )
    frame = covered(
        quarters(flat("a", "2015Q1", 4, revenue=1)),
        member("x", "part", company_id="a", measure="segment", segment="S"),
        member("x", "llama", company_id="a", measure="dark"),
        member("x", "openai", measure="dark"),
        member("x", "vllm", measure="dark"),
        people=people,
        segment_rows=segments(segment_figure("a", "S", "revenue", "2015Q1", 1)),
    )
    assert one(frame, "revenue", "part")["n_reported"] == 1
    assert one(frame, "capex", "part")["reason"] == "not reported by segment"
    assert one(frame, "operating_income", "part")["reason"] == "in no source"
    assert one(frame, "revenue", "llama")["reason"] == "part of a company that reports nothing for it"
    assert one(frame, "revenue", "openai")["reason"] == "private: publishes no accounts"
    assert one(frame, "revenue", "vllm")["reason"] == "open source: no company behind it"
    # Dark members know nothing, also where their parent reports.
    assert one(frame, "revenue", "llama")["n_reported"] == 0


def test_freshness_is_of_the_newest_revenue():
    rows = quarters(
        flat("a", "2025Q1", 3, revenue=1),
        figure("a", "capex", "2025Q4", 1),
        figure("tsmc", "revenue", "2024Q4", 1, derivation="year_only", source="yahoo"),
    )
    people = companies("a", "tsmc", "silent", company("openai", status="private"))
    found = coverage.freshness(rows, people, date(2025, 12, 1))
    # From 2025-09-30 to 2025-12-01 are 62 days, from 2024-12-31 335; figures are known 30 days after the period.
    assert found.rows() == [
        ("a", "2025Q3", date(2025, 9, 30), date(2025, 10, 30), "sec", 62),
        ("silent", None, None, None, None, None),
        ("tsmc", "2024Q4", date(2024, 12, 31), date(2025, 1, 30), "yahoo", 335),
    ]


def test_of_a_quarter_and_a_year_that_end_on_one_day_the_quarter_is_told():
    rows = quarters(
        figure("a", "revenue", "2025Q4", 1, source="sec"),
        figure("a", "revenue", "2025Q4", 4, derivation="year_only", source="yahoo"),
    )
    for order in (rows, rows.reverse()):
        assert coverage.freshness(order, companies("a"), date(2026, 3, 1))["source"].to_list() == ["sec"]
