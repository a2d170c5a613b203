"""Market value: closes as traded × shares known on the day."""

from datetime import date

import polars as pl
import pytest

from analytics import market
from tests.analytics.frames import companies, company, figure, frame, quarters


def d(text: str) -> date:
    return date.fromisoformat(text)


def close(
    day: str, price: float, ticker: str = "ACME", currency: str = "USD", source: str = "yahoo"
) -> dict[str, object]:
    return {
        "ticker": ticker, "date": d(day), "close": price, "currency": currency, "source": source,
        "payload_sha256": "0" * 64,
    }  # fmt: skip


def split(day: str | None, ratio: float, shares: bool = True, ticker: str = "ACME") -> dict[str, object]:
    return {
        "ticker": ticker, "date": None if day is None else d(day), "ratio": ratio, "is_share_split": shares,
        "payload_sha256": "0" * 64,
    }  # fmt: skip


def shares(item: str, end: str, count: float, known: str, **more: object) -> dict[str, object]:
    end_day = d(end)
    label = f"{end_day.year}Q{(end_day.month + 2) // 3}"
    return figure("acme", item, label, count, end=end_day, known_at=d(known), **more)


def priced(
    closes: list[dict[str, object]],
    counts: list[dict[str, object]],
    splits: list[dict[str, object]] | None = None,
    rates: list[tuple[str, str, float]] | None = None,
    people: pl.DataFrame | None = None,
) -> list[tuple[date, float | None, float | None]]:
    """Day, close as traded and market value."""
    fx = [{"date": d(day), "currency": c, "usd_per_unit": r, "source": "ecb"} for day, c, r in rates or []]
    out = market.prices(
        frame("raw.price_observations", *closes),
        frame("raw.splits", *(splits or [])),
        quarters(counts),
        companies("acme") if people is None else people,
        frame("core.fx_rates", *fx),
    )
    return out.select("date", "close", "market_cap_usd").rows()


def only(rows: list[tuple[date, float | None, float | None]]) -> tuple[float | None, float | None]:
    assert len(rows) == 1
    return rows[0][1:]


OUTSTANDING = shares("shares_outstanding", "2023-12-31", 10, "2024-02-01")


def test_market_value_is_close_times_shares():
    assert only(priced([close("2024-02-01", 5)], [OUTSTANDING])) == (5, 50)


def test_shares_are_not_used_before_they_are_known():
    assert only(priced([close("2024-01-31", 5)], [OUTSTANDING])) == (5, None)


def test_the_latest_count_known_speaks():
    later = shares("shares_outstanding", "2024-03-31", 12, "2024-05-01")
    # A comparative for an older period, filed last, changes nothing.
    comparative = shares("shares_outstanding", "2023-09-30", 9, "2024-06-01")
    counts = [OUTSTANDING, later, comparative]
    assert only(priced([close("2024-04-30", 5)], counts)) == (5, 50)
    assert only(priced([close("2024-05-01", 5)], counts)) == (5, 60)
    assert only(priced([close("2024-07-01", 5)], counts)) == (5, 60)


def test_an_old_count_says_nothing():
    # 2023-12-31 and 550 days is 2025-07-03.
    assert only(priced([close("2025-07-03", 5)], [OUTSTANDING])) == (5, 50)
    assert only(priced([close("2025-07-04", 5)], [OUTSTANDING])) == (5, None)


def test_closes_as_traded_undo_later_splits():
    # NVIDIA split 4:1 on 2021-07-20 and 10:1 on 2024-06-10. A close of 2 before both was 80, between them 20.
    splits = [split("2021-07-20", 4), split("2024-06-10", 10)]
    closes = [close("2021-07-19", 2), close("2021-07-20", 2), close("2024-06-07", 2), close("2024-06-10", 2)]
    assert [row[1] for row in priced(closes, [], splits)] == [80, 20, 20, 2]


def test_market_value_does_not_jump_at_a_split():
    # 10 shares filed in May, 10:1 in June, 100 shares filed in August: 10 × 20 = 100 × 2 = 200 throughout.
    counts = [
        shares("shares_outstanding", "2024-04-28", 10, "2024-05-29"),
        shares("shares_outstanding", "2024-07-28", 100, "2024-08-28"),
    ]
    closes = [close(day, 2) for day in ("2024-06-07", "2024-06-10", "2024-08-27", "2024-08-28")]
    assert [row[2] for row in priced(closes, counts, [split("2024-06-10", 10)])] == [200] * 4


def test_a_filing_after_a_split_already_counts_it():
    # Alphabet split 20:1 on 2022-07-18; the report for 2022-06-30 was filed on 2022-07-27 with the new count.
    counts = [shares("shares_outstanding", "2022-06-30", 200, "2022-07-27")]
    assert only(priced([close("2022-07-27", 3)], counts, [split("2022-07-18", 20)])) == (3, 600)


def test_an_aggregators_count_from_before_a_split_is_ambiguous():
    # It may or may not have been restated; from the period after the split on it is not in doubt.
    counts = [
        shares("diluted_shares", "2024-03-31", 100, "2024-05-01", source="stockanalysis"),
        shares("diluted_shares", "2024-06-30", 100, "2024-08-01", source="stockanalysis"),
    ]
    splits = [split("2024-06-10", 10)]
    assert only(priced([close("2024-06-07", 2)], counts, splits)) == (20, None)
    assert only(priced([close("2024-08-01", 2)], counts, splits)) == (2, 200)
    # An older filing is still better than an ambiguous newer count: 9 shares at 20.
    filed = shares("shares_outstanding", "2023-12-31", 9, "2024-02-01")
    assert only(priced([close("2024-06-07", 2)], [*counts, filed], splits)) == (20, 180)


def test_spin_off_factors_adjust_closes_but_not_shares():
    # Western Digital's SanDisk factor of 1.323: a close of 50 was 66.15 as traded; the shares stay 10.
    closes = [close("2025-02-21", 50), close("2025-02-24", 50)]
    counts = [shares("shares_outstanding", "2024-12-27", 10, "2025-02-01")]
    rows = priced(closes, counts, [split("2025-02-24", 1.323, shares=False)])
    assert [row[1:] for row in rows] == [pytest.approx((66.15, 661.5)), (50, 500)]


def test_a_split_without_a_date_leaves_the_basis_open():
    # KLA 10:1 between two dates: neither close as traded nor market value can be told.
    assert only(priced([close("2024-02-01", 5)], [OUTSTANDING], [split(None, 10)])) == (None, None)
    assert only(priced([close("2024-02-01", 5)], [OUTSTANDING], [split(None, 10, ticker="KLAC")])) == (5, 50)


def test_diluted_shares_stand_in_for_all_classes():
    diluted = shares("diluted_shares", "2023-12-31", 10, "2024-02-01")
    assert only(priced([close("2024-02-01", 5)], [diluted])) == (5, 50)
    # 8.5 of about 10 shares: the count is of class A alone. 9.8 of 10: all classes, less what dilutes.
    one_class = shares("shares_outstanding", "2023-12-31", 8.5, "2024-02-01")
    assert only(priced([close("2024-02-01", 5)], [diluted, one_class])) == (5, 50)
    every_class = shares("shares_outstanding", "2023-12-31", 9.8, "2024-02-01")
    assert only(priced([close("2024-02-01", 5)], [diluted, every_class])) == (5, pytest.approx(49))


def test_a_receipt_stands_for_several_shares():
    # TSMC: one ADR is five shares, so 25 shares are five receipts of 200 dollars.
    people = companies(company("acme", shares_per_receipt=5.0))
    counts = [shares("shares_outstanding", "2023-12-31", 25, "2024-02-01")]
    assert only(priced([close("2024-02-01", 200)], counts, people=people)) == (200, 1000)


def test_sources_that_follow_the_ticker_count_receipts():
    # Yahoo counts TSM in receipts: 5 of them are the same 25 shares.
    people = companies(company("acme", shares_per_receipt=5.0))
    counts = [shares("diluted_shares", "2023-12-31", 5, "2024-02-01", source="yahoo")]
    assert only(priced([close("2024-02-01", 200)], counts, people=people)) == (200, 1000)


def test_averages_that_reach_back_before_the_listing_are_left_out():
    # CoreWeave listed on 2025-03-28: the first quarter's average (4 shares) holds three months of private ownership.
    people = companies(company("acme", listed_from=d("2025-03-28")))
    counts = [
        shares("diluted_shares", "2025-03-31", 4, "2025-05-15"),
        shares("diluted_shares", "2025-06-30", 9, "2025-08-13"),
    ]
    closes = [close("2025-06-02", 10), close("2025-08-13", 10)]
    assert [row[2] for row in priced(closes, counts, people=people)] == [None, 90]


def test_closes_in_another_currency_are_translated_at_the_days_rate():
    counts, won = [OUTSTANDING], [("2024-02-01", "KRW", 0.001)]
    closes = [close("2024-02-01", 1000, currency="KRW")]
    # 1000 × 10 × .001; a rate of the week before still speaks, an older one does not.
    assert only(priced(closes, counts, rates=won)) == (1000, pytest.approx(10))
    later = [close("2024-02-08", 1000, currency="KRW"), close("2024-02-09", 1000, currency="KRW")]
    assert [row[2] for row in priced(later, counts, rates=won)] == [pytest.approx(10), None]


def test_one_source_speaks_for_a_day():
    closes = [close("2024-02-01", 4, source="archive"), close("2024-02-01", 5, source="yahoo")]
    assert only(priced(closes, [OUTSTANDING])) == (5, 50)


def test_tickers_that_belong_to_no_company_are_left_out():
    assert priced([close("2024-02-01", 5, ticker="OTHER")], [OUTSTANDING]) == []
