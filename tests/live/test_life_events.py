"""What happens to companies: a registry edit is enough, and what was known stays known.

Belongs here: each event of a listed company's life, told by the stand-in's world and followed in the registry. Does not
belong here: the rules that figures follow (tests/analytics).
"""

from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from analytics import currency, market, statements
from analytics.stacks import Stacks
from assets.ledger import Ledger
from assets.live.failing import failing
from tests.assets.small import Clock, ask, outcomes, raw, registry
from tests.standins import TODAY, StandIn, World

LATER = TODAY + timedelta(days=1)
NVIDIA, SAMSUNG = "nvidia", "samsung-electronics"


def observed(home: Path, registered: Stacks, company: str) -> pl.DataFrame:
    return raw(home, registered)["raw.observations"].filter(pl.col("company_id") == company)


def prices(home: Path, registered: Stacks) -> pl.DataFrame:
    """core.prices, as the assets make it of the raw tables."""
    tables = raw(home, registered)
    rates = currency.fx_rates(tables["raw.fx_observations"])
    quarters = statements.quarters(tables["raw.observations"], registered.companies, rates)
    return market.prices(
        tables["raw.price_observations"], tables["raw.splits"], quarters, registered.companies, rates
    ).sort("company_id", "date")


def failing_now(home: Path, registered: Stacks) -> list[tuple[str, tuple[str, ...]]]:
    return [(f.outcome, f.who) for f in failing(Ledger(home, registered).journal.read(), registered)]


@pytest.mark.parametrize("company", ["coreweave", SAMSUNG], ids=["files with SEC", "does not"])
def test_a_new_listing_is_asked_for_its_whole_history_and_nobody_else_is(company: str, tmp_path: Path) -> None:
    before, after = registry([NVIDIA]), registry([NVIDIA, company])
    with StandIn(World(companies=[NVIDIA, company])) as standin:
        clock = Clock(TODAY)
        ask(tmp_path, standin, before, clock)
        known = observed(tmp_path, before, NVIDIA)
        clock.pass_time(minutes=5)
        ended = ask(tmp_path, standin, after, clock)
    assert set(outcomes(ended).values()) == {"ok"}
    assert {f.company_id for f in ended} <= {company, None}
    assert observed(tmp_path, after, company).height > 100
    assert prices(tmp_path, after).filter(company_id=company).height > 100
    assert observed(tmp_path, after, NVIDIA).equals(known)


def test_a_private_company_that_lists_is_asked_from_then_on(tmp_path: Path) -> None:
    listed = registry(["coreweave"])
    private = registry(["coreweave"], coreweave={"status": "private", "ticker": None, "cik": None, "listed_from": None})
    with StandIn(World(companies=["coreweave"])) as standin:
        assert ask(tmp_path, standin, private, Clock(TODAY)) == ()
        assert len(standin.requests) == 0
        assert set(outcomes(ask(tmp_path, standin, listed, Clock(LATER))).values()) == {"ok"}
    assert prices(tmp_path, listed)["date"].min() >= date(2025, 3, 28)  # first trading day


def test_another_ticker_goes_on_where_the_former_ended(tmp_path: Path) -> None:
    before = registry([NVIDIA])
    after = registry([NVIDIA], nvidia={"ticker": "NVX", "former_tickers": ["NVDA"]})
    with StandIn(World(companies=[NVIDIA])) as standin:
        standin.world.change_symbol(NVIDIA, LATER, "NVX")
        ask(tmp_path, standin, before, Clock(TODAY))
        history = prices(tmp_path, before)
        standin.world.today = LATER
        # Until the registry knows: not found is told, and what was known stays.
        assert outcomes(ask(tmp_path, standin, before, Clock(LATER)))["chart/NVDA"] == "not_found"
        assert failing_now(tmp_path, before) == [("not_found", (NVIDIA,))]
        assert prices(tmp_path, before).equals(history)

        assert outcomes(ask(tmp_path, standin, after, Clock(LATER, 23)))["chart/NVX"] == "ok"
    assert failing_now(tmp_path, after) == []
    told = prices(tmp_path, after)
    assert told.filter(pl.col("date") <= TODAY).equals(history)
    assert told["date"].max() == LATER and told["date"].is_unique().all()


def test_the_delisted_is_asked_no_more_and_its_history_stays(tmp_path: Path) -> None:
    # A merger is this for the company that is taken over; the other goes on.
    before = registry([NVIDIA, SAMSUNG])
    after = registry([NVIDIA, SAMSUNG], nvidia={"status": "delisted", "listed_to": TODAY})
    with StandIn(World(companies=[NVIDIA, SAMSUNG])) as standin:
        ask(tmp_path, standin, before, Clock(TODAY))
        history, figures = prices(tmp_path, before), observed(tmp_path, before, NVIDIA)
        standin.world.change(NVIDIA, listed_to=TODAY)
        standin.world.today = LATER
        assert outcomes(ask(tmp_path, standin, before, Clock(LATER)))["chart/NVDA"] == "not_found"
        standin.requests.clear()
        ended = ask(tmp_path, standin, after, Clock(LATER, 23))
        assert standin.requests.count("*", "NVDA") == standin.requests.count("sec.*") == 0
    assert {f.company_id for f in ended} <= {SAMSUNG, None}
    assert failing_now(tmp_path, after) == []
    assert observed(tmp_path, after, NVIDIA).equals(figures)
    assert prices(tmp_path, after).filter(company_id=NVIDIA).equals(history.filter(company_id=NVIDIA))


def test_a_split_moves_neither_closes_as_traded_nor_market_value(tmp_path: Path) -> None:
    registered = registry([NVIDIA])
    with StandIn(World(companies=[NVIDIA])) as standin:
        ask(tmp_path, standin, registered, Clock(TODAY))
        history = prices(tmp_path, registered)
        standin.world.add_split(NVIDIA, LATER, 10)
        standin.world.today = LATER
        assert outcomes(ask(tmp_path, standin, registered, Clock(LATER)))["chart/NVDA"] == "ok"
    told = prices(tmp_path, registered)
    # Days before stay as they were traded, whether asked again (adjusted now) or not.
    joined = history.join(told, on="date", suffix="_now")
    assert joined.height == history.height
    for column in ("close", "market_cap_usd"):
        moved = (joined[f"{column}_now"] / joined[column] - 1).abs().max()
        assert moved is not None and moved < 1e-9  # type: ignore[operator]
    # One share became ten: the close is about a tenth, the value about the same (the world's steps are at most 1 %).
    last, first = told.row(-1, named=True), told.row(-2, named=True)
    assert last["date"] == LATER
    assert last["close"] / first["close"] == pytest.approx(0.1, rel=0.011)
    assert last["market_cap_usd"] / first["market_cap_usd"] == pytest.approx(1, rel=0.011)


def test_another_reporting_currency_is_refused_until_the_registry_says_so(tmp_path: Path) -> None:
    before = registry([SAMSUNG])
    changed = {"currency": "USD", "former_currency": "KRW", "former_until": date(2026, 6, 30)}
    after = registry([SAMSUNG], samsung_electronics=changed)
    with StandIn(World(companies=[SAMSUNG])) as standin:
        ask(tmp_path, standin, before, Clock(TODAY))
        history = observed(tmp_path, before, SAMSUNG)
        quarters = standin.world
        quarters.change(SAMSUNG, currency="USD")
        quarters.add_quarter(SAMSUNG, filed=LATER, revenue=60e9)
        later = LATER + timedelta(days=8)  # a week later statements are due
        quarters.today = later
        refused = ask(tmp_path, standin, before, Clock(later))
        (fetch,) = (f for f in refused if f.subject == "timeseries/005930.KS")
        assert fetch.outcome == "schema_changed" and "companies.toml" in (fetch.message or "")
        assert observed(tmp_path, before, SAMSUNG).filter(unit="KRW").equals(history.filter(unit="KRW"))
        ended = ask(tmp_path, standin, after, Clock(later + timedelta(days=1)), [SAMSUNG])
        assert outcomes(ended)["timeseries/005930.KS"] in ("ok", "unchanged")
    tables = raw(tmp_path, after)
    rates = currency.fx_rates(tables["raw.fx_observations"])
    told = statements.quarters(tables["raw.observations"], after.companies, rates).filter(item="revenue")
    by_end = dict(told.select("period_end", "currency").iter_rows())
    assert by_end[date(2026, 9, 30)] == "USD" and by_end[date(2026, 6, 30)] == "KRW"


def test_another_number_of_shares_in_a_receipt_moves_the_price_and_not_the_value(tmp_path: Path) -> None:
    # TSM holds five shares. Yahoo tells a change to one share as a split of the receipt, five for one.
    before = registry(["tsmc"])
    changed = {"shares_per_receipt": 1.0, "former_shares_per_receipt": 5.0, "receipts_changed_on": LATER}
    after = registry(["tsmc"], tsmc=changed)
    with StandIn(World(companies=["tsmc"])) as standin:
        ask(tmp_path, standin, before, Clock(TODAY))
        history = prices(tmp_path, before)
        standin.world.add_split("tsmc", LATER, 5)
        standin.world.today = LATER
        assert outcomes(ask(tmp_path, standin, before, Clock(LATER)))["chart/TSM"] == "ok"
    told = prices(tmp_path, after)
    joined = history.join(told, on="date", suffix="_now")
    assert joined.height == history.height
    assert (joined["market_cap_usd_now"] / joined["market_cap_usd"] - 1).abs().max() < 1e-9  # type: ignore[operator]
    last, first = told.row(-1, named=True), told.row(-2, named=True)
    assert last["close"] / first["close"] == pytest.approx(0.2, rel=0.011)
    assert last["market_cap_usd"] / first["market_cap_usd"] == pytest.approx(1, rel=0.011)


def test_another_year_end_and_another_receipt_are_a_registry_edit(tmp_path: Path) -> None:
    # What the figures become is told in tests/analytics; here that nothing that was told is lost or asked again.
    before = registry(["tsmc"])
    after = registry(
        ["tsmc"], tsmc={"fiscal_year_end_month": 3, "former_fiscal_year_end_month": 12,
                        "former_until": date(2026, 6, 30)},
    )  # fmt: skip
    with StandIn(World(companies=["tsmc"])) as standin:
        clock = Clock(TODAY)
        ask(tmp_path, standin, before, clock)
        clock.pass_time(minutes=5)
        assert ask(tmp_path, standin, after, clock) == ()
    held = raw(tmp_path, before), raw(tmp_path, after)
    for name, frame in held[0].items():
        assert frame.equals(held[1][name])
    rates = currency.fx_rates(held[0]["raw.fx_observations"])
    told = [
        statements.quarters(tables["raw.observations"], stacks.companies, rates).filter(
            pl.col("period_end") <= date(2026, 6, 30)
        )
        for tables, stacks in zip(held, (before, after), strict=True)
    ]
    assert told[0].height > 100 and told[0].equals(told[1])
