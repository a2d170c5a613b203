"""What is odd about tables that keep their contracts: each rule with a case that it finds and one that it leaves."""

from datetime import date, timedelta

import polars as pl
import pytest

from analytics.contracts import table
from analytics.watch import figures, habits, layers, market

QUARTERS, PRICES, RATES = table("core.company_quarters"), table("core.prices"), table("core.fx_rates")
LAYERS, CAPTURE = table("marts.layer_metrics"), table("marts.value_capture")
ENDS = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]
ITEMS = {"revenue": 100e6, "net_income": 20e6, "operating_income": 25e6, "capex": 5e6}


def rows(contract, found):
    """Rows of a table; what is not said is null, or something of its type where null may not be."""
    blank = {"String": "x", "Float64": 1.0, "Int64": 1, "Date": date(2025, 1, 1)}
    default = {c.name: None if c.nullable else blank[str(c.dtype)] for c in contract.columns}
    return pl.DataFrame([default | row for row in found], schema=contract.polars_schema)


def quarters(ends=ENDS, times=1.0, currency="USD", company="nvidia", items=ITEMS, **more):
    return rows(QUARTERS, [
        {"company_id": company, "item": item, "period_end": end, "value": value * times, "currency": currency,
         "derivation": "reported", "known_at": end + timedelta(days=30)} | more
        for end in ends for item, value in items.items()
    ])  # fmt: skip


@pytest.mark.parametrize("times", [1000, 1 / 1000, 1 / 1300, 30])
def test_a_quarter_in_another_scale_than_published_is_found(times):
    now = pl.concat([quarters(ENDS[:3]), quarters(ENDS[3:], times)])
    found = figures.moved(now, quarters())
    assert found.select("subject", "row").rows() == [("nvidia", "nvidia, quarter to 2025-12-31")]
    assert "4 items" in found["told"][0] and "revenue" in found["told"][0]


def test_restatements_single_items_and_new_quarters_do_not_count_as_moved():
    restated = quarters(times=1.4)
    assert figures.moved(restated, quarters()).is_empty()
    others = {item: value for item, value in ITEMS.items() if item != "capex"}
    one = pl.concat([quarters(items={"capex": 500e6}), quarters(items=others)])
    assert figures.moved(one, quarters()).is_empty()
    assert figures.moved(quarters(), quarters(ENDS[:3])).is_empty()
    assert figures.moved(quarters(), None).is_empty()


def test_another_currency_for_a_published_quarter_is_found_even_for_one_item():
    now = quarters(ENDS[3:], currency="TWD", items={"revenue": 100e6})
    assert figures.moved(now, quarters())["subject"].to_list() == ["nvidia"]


@pytest.mark.parametrize(("times", "found"), [(1000, 1), (25, 1), (1 / 30, 1), (3, 0), (0.5, 0)])
def test_a_new_quarter_that_leaps_is_found(times, found):
    now = pl.concat([quarters(ENDS[:3]), quarters(ENDS[3:], times)])
    assert figures.leapt(now, quarters(ENDS[:3])).height == found
    assert figures.leapt(now, now).is_empty(), "what was published is not told again"


def test_a_computed_item_that_its_parts_do_not_make_is_found():
    def computed(value):
        flows = quarters(ENDS[:1], items={"operating_cash_flow": 30e6, "capex": 5e6})
        own = {"derivation": "computed", "concept": "computed: operating_cash_flow − capex"}
        return pl.concat([flows, quarters(ENDS[:1], items={"free_cash_flow": value}, **own)])

    assert figures.identities_broken(computed(25e6)).is_empty()
    broken = figures.identities_broken(computed(26e6))
    assert broken.select("subject", "row").rows() == [("nvidia", "nvidia free_cash_flow, quarter to 2025-03-31")]


def test_only_anomalies_that_are_new_are_told_and_payloads_apart_from_single_figures():
    contract = table("core.anomalies")
    old = rows(contract, [{"company_id": "vertiv", "item": "cash", "rule": "negative"}])
    new = rows(contract, [
        {"company_id": "nvidia", "item": "revenue", "rule": "repeats the quarter before"},
        {"company_id": "nvidia", "item": "cash", "rule": "negative"},
    ])  # fmt: skip
    now = pl.concat([old, new])
    assert figures.unsound_payloads(now, old)["row"].to_list() == ["nvidia revenue, quarter to 2025-01-01"]
    assert figures.new_anomalies(now, old)["row"].to_list() == ["nvidia cash, quarter to 2025-01-01"]
    assert figures.new_anomalies(now, now).is_empty() and figures.new_anomalies(now, None).is_empty()


def closes(values, start=date(2026, 1, 5)):
    return rows(PRICES, [
        {"company_id": "nvidia", "date": start + timedelta(days=n), "close": v} for n, v in enumerate(values)
    ])  # fmt: skip


@pytest.mark.parametrize(("last", "told"), [(51.0, 1), (99.0, 0), (181.0, 1), (None, 0)])
def test_a_close_that_leaps_is_told_once(last, told):
    before, now = closes([100.0, 101.0, 100.0]), closes([100.0, 101.0, 100.0, last])
    assert market.prices_leapt(now, before).height == told
    assert market.prices_leapt(now, now).is_empty()


def test_rates_that_leap_and_currencies_that_go():
    def rates(*values, currency="KRW"):
        days = [date(2026, 1, 5 + n) for n in range(len(values))]
        found = [{"date": d, "currency": currency, "usd_per_unit": v} for d, v in zip(days, values, strict=True)]
        return rows(RATES, found)

    now, before = rates(0.0007, 0.00071, 0.0009), rates(0.0007, 0.00071)
    assert market.rates_leapt(now, before)["row"].to_list() == ["KRW, 2026-01-07"]
    assert market.rates_leapt(now, before, market.RATE_SHARE_ERROR).is_empty()
    both = pl.concat([before, rates(0.03, currency="TWD")])
    assert market.gone(before, both, "currency")["subject"].to_list() == ["TWD"]


def layer(**fields):
    return {
        "lens": "ecosystem", "layer": "neoclouds", "basis": "consolidated", "calendar_quarter": "2026Q1",
        "window": "ttm", "metric": "operating_margin", "value": 0.2,
        "median": 0.2, "p25": 0.1, "p75": 0.3, "n_members": 4,
        "n_measured": 3, "coverage_ratio": 0.75, "status": "final",
    } | fields  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"n_measured": 5}, "more measured than members"),
        ({"coverage_ratio": 1.2}, "coverage outside 0 to 1"),
        ({"median": 0.05}, "median outside its quartiles"),
        ({"value": 1.1}, "margin above 1"),
        ({"value": float("inf"), "metric": "capex_to_revenue"}, "infinite"),
    ],
)
def test_a_layer_out_of_bounds_is_told_with_the_bound(fields, why):
    assert layers.out_of_bounds(rows(LAYERS, [layer()])).is_empty()
    assert layers.out_of_bounds(rows(LAYERS, [layer(value=None, median=None, p25=None, p75=None)])).is_empty()
    (told,) = layers.out_of_bounds(rows(LAYERS, [layer(**fields)]))["told"]
    assert told.startswith(why)


def test_coverage_is_compared_for_the_same_quarter_and_members():
    before = rows(LAYERS, [layer(), layer(layer="foundries")])
    fell = rows(LAYERS, [layer(n_measured=2), layer(layer="foundries", n_members=3, n_measured=2)])
    assert layers.coverage_fell(fell, before)["subject"].to_list() == ["neoclouds"]
    lost = rows(LAYERS, [layer(value=None), layer(layer="foundries", value=None)])
    assert layers.coverage_collapsed(lost, before)["told"].to_list() == [
        "2 of 2 layer quarters lost: foundries, neoclouds"
    ]
    assert layers.coverage_collapsed(before, before).is_empty()


def test_a_past_quarter_that_moved_by_more_than_five_points_is_told():
    before = rows(LAYERS, [layer(), layer(layer="foundries"), layer(layer="energy", status="provisional")])
    now = rows(LAYERS, [layer(value=0.26), layer(layer="foundries", value=0.24), layer(layer="energy", value=0.9)])
    assert layers.past_moved(now, before)["subject"].to_list() == ["neoclouds"]


def test_shares_of_a_pool_add_up():
    def pool(*shares):
        return rows(CAPTURE, [{"layer": f"layer {n}", "pool": "net_income", "share_of_net": s, "share_of_positive": s}
                              for n, s in enumerate(shares)])  # fmt: skip

    assert layers.shares_not_whole(pool(0.6, 0.4)).is_empty()
    assert layers.shares_not_whole(pool(None, None)).is_empty()
    assert layers.shares_not_whole(pool(0.6, 0.5)).height == 1


def test_a_filer_is_late_by_its_own_habit():
    # Steps of 91, 92 and 92 days, each told after 30: 92 days after 2025-12-31 is 2026-04-02, and 30 + 7 days later
    # 2026-05-09.
    listed = pl.DataFrame({"company_id": ["nvidia"]})
    history = quarters(items={"revenue": 1.0})
    assert habits.expected(history).select("step_days", "delay_days", "next_period_end", "due").rows() == [
        (92.0, 30, date(2026, 4, 2), date(2026, 5, 9))
    ]
    assert habits.late(history, listed, date(2026, 5, 9)).is_empty()
    assert habits.late(history, listed, date(2026, 5, 10))["subject"].to_list() == ["nvidia"]
    # A company that is not listed any more is not awaited, nor one whose habit nobody knows.
    assert habits.late(history, listed.clear(), date(2027, 1, 1)).is_empty()
    assert habits.late(quarters(ENDS[:2], items={"revenue": 1.0}), listed, date(2027, 1, 1)).is_empty()


def test_half_yearly_reporters_are_awaited_half_yearly():
    halves = [date(2024, 6, 30), date(2024, 12, 31), date(2025, 6, 30), date(2025, 12, 31)]
    (due,) = habits.expected(quarters(halves, items={"revenue": 1.0}))["due"]
    # 184 days on, then 30 and 7.
    assert due == date(2025, 12, 31) + timedelta(days=184 + 37)
