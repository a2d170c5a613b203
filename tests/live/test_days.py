"""From day to day: what is asked again, and what is not. All companies over two weeks: tests/prove/live_daily.py."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from assets.ledger import Ledger
from assets.live.due import GOOD
from assets.sources.sec_filings import Filing, new
from tests.assets.small import Clock, ask, figures, outcomes, raw, registry
from tests.standins import TODAY, StandIn, World

COMPANIES = ("nvidia", "tsmc", "samsung-electronics")
REGISTRY = registry(COMPANIES)
NEXT = TODAY + timedelta(days=1)


def test_with_nothing_changed_each_filer_costs_one_small_request_and_statements_none(tmp_path: Path) -> None:
    with StandIn(World(companies=COMPANIES)) as standin:
        clock = Clock(TODAY, 23, 45)  # New York is closed, London's day of currencies over, Seoul's not begun
        ask(tmp_path, standin, REGISTRY, clock)
        standin.requests.clear()
        clock.pass_time(hours=2)
        assert set(outcomes(ask(tmp_path, standin, REGISTRY, clock)).values()) == {"unchanged"}
        asked = [(e.endpoint, e.subject) for e in standin.requests.entries()]
        assert sorted(asked) == [("sec.submissions", "CIK0001045810"), ("sec.submissions", "CIK0001046179")]
        assert max(e.bytes for e in standin.requests.entries()) < 20_000
        standin.requests.clear()
        # The day after, prices and rates are asked for too; statements are not, they are a day old.
        standin.world.today = NEXT
        assert set(outcomes(ask(tmp_path, standin, REGISTRY, Clock(NEXT, 23, 45))).values()) <= set(GOOD)
        assert standin.requests.count("yahoo.timeseries") == standin.requests.count("sec.companyfacts") == 0
        assert standin.requests.count("yahoo.chart") == 5


def test_results_are_asked_of_yahoo_until_they_are_filed(tmp_path: Path) -> None:
    with StandIn(World(companies=COMPANIES)) as standin:
        ask(tmp_path, standin, REGISTRY, Clock(TODAY))
        standin.world.add_filing("nvidia", NEXT, "8-K")
        quarter = standin.world.add_quarter("nvidia", filed=NEXT + timedelta(days=6))
        standin.world.today = NEXT
        found = outcomes(ask(tmp_path, standin, REGISTRY, Clock(NEXT)))
        assert "timeseries/NVDA" in found and "companyfacts/CIK0001045810" not in found
        standin.world.today = quarter.filed
        found = outcomes(ask(tmp_path, standin, REGISTRY, Clock(quarter.filed)))
        assert found["companyfacts/CIK0001045810"] == "ok" and "timeseries/NVDA" not in found
    told = raw(tmp_path, REGISTRY)["raw.observations"].filter(reference=quarter.accession)
    assert told.height > 10 and set(told["known_at"]) == {quarter.filed}


def test_a_filers_facts_are_asked_for_filings_that_may_bring_some() -> None:
    def filing(accession: str, form: str, *items: str, xbrl: bool = True) -> Filing:
        return Filing(accession, form, TODAY, TODAY, xbrl, frozenset(items))

    known = (filing("0", "10-Q"),)
    assert new((*known, filing("1", "8-K", "2.02", "9.01")), known) == set()
    assert new((*known, filing("2", "6-K", xbrl=False)), known) == set()
    brings = filing("3", "10-K"), filing("4", "8-K", "8.01", "9.01"), filing("5", "6-K"), filing("6", "20-F")
    assert new((*known, *brings), known) == {"3", "4", "5", "6"}


def test_holes_are_asked_for_once_more_and_then_left(tmp_path: Path) -> None:
    with StandIn(World(companies=COMPANIES)) as standin:
        ask(tmp_path / "clean", standin, REGISTRY, Clock(TODAY))
        holes = standin.faults.set("null_figures", "yahoo.*")
        ended = ask(tmp_path / "holed", standin, REGISTRY, Clock(TODAY))
        told = {f.subject: f.message for f in ended if f.source == "yahoo" and not f.subject.startswith("quotes/")}
        assert all(message and "null" in message for message in told.values())
        ask(tmp_path / "mended", standin, REGISTRY, Clock(TODAY))
        # The same holes again: the source has no more than that.
        again = ask(tmp_path / "holed", standin, REGISTRY, Clock(TODAY, 22, 50), COMPANIES)
        told_again = [f for f in again if f.subject in told]
        assert {(f.outcome, f.message) for f in told_again} == {("unchanged", None)} and len(told_again) >= 4
        # Or they are filled.
        standin.faults.faults.remove(holes)
        standin.world.today = NEXT
        for home in ("clean", "mended"):
            ask(tmp_path / home, standin, REGISTRY, Clock(NEXT))
    clean, mended = (figures(raw(tmp_path / home, REGISTRY)) for home in ("clean", "mended"))
    for name, frame in clean.items():
        assert frame.equals(mended[name]), name


def test_without_a_contact_sec_is_not_asked_and_the_setting_is_named(tmp_path: Path) -> None:
    with StandIn(World(companies=COMPANIES)) as standin:
        ended = ask(tmp_path, standin, REGISTRY, Clock(TODAY), contact=None)
        assert standin.requests.count("sec.*") == 0
    (refused,) = (f for f in ended if f.source == "sec")
    assert refused.outcome == "refused" and "2 filers" in (refused.message or "")
    assert "LAYERLEDGER_CONTACT" in (refused.message or "")
    assert {f.outcome for f in ended if f.source == "yahoo"} == {"ok"}


def test_a_budget_of_nothing_asks_yahoo_nothing_and_calls_nothing_failed(tmp_path: Path) -> None:
    with StandIn(World(companies=COMPANIES)) as standin:
        ended = ask(tmp_path, standin, REGISTRY, Clock(TODAY), budget=0)
        assert standin.requests.count("yahoo.*") == 0
    assert not [f for f in ended if f.source == "yahoo"]


def test_an_old_archive_is_read_again_without_asking(tmp_path: Path) -> None:
    with StandIn(World(companies=COMPANIES)) as standin:
        standin.faults.set("wrong_types", "yahoo.chart")
        ask(tmp_path, standin, REGISTRY, Clock(TODAY))
    ledger = Ledger(tmp_path, REGISTRY)
    odd = [f for f in ledger.journal.read() if f.outcome == "schema_changed"]
    # Kept as they came: code that understood numbers written as text could read them.
    assert len(odd) == 5
    assert all(b'"regularMarketPrice":"' in ledger.payload(fetch).content for fetch in odd)
    assert raw(tmp_path, REGISTRY)["raw.price_observations"].is_empty()
    assert raw(tmp_path, REGISTRY)["raw.observations"].filter(pl.col("known_at") > date(2015, 1, 1)).height > 1000
