"""The real command on live data: what it publishes, what it asks, what it says, on three companies.

All companies, at full pace, stand in tests/prove/live_full.py.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from assets.ledger import Ledger
from assets.live.desk import Desk
from assets.live.terms import Terms
from pipelines import report
from tests.assets.small import CONTACT, registry
from tests.live.equal import published_is_what_was_told
from tests.live.homes import COMPANIES, Place, whole
from tests.live.kills import Scene, now, world
from tests.standins import StandIn

REGISTRY = registry(COMPANIES)


def files(place: Place) -> dict[str, str]:
    """SHA-256 by file."""
    told = whole(place)["files"]
    assert isinstance(told, dict)
    return {name: file["sha256"] for name, file in told.items()}


def published(place: Place) -> str:
    return str(place.current.readlink())


def words(text: str) -> str:
    """Text without line ends, as a narrow terminal wraps it."""
    return " ".join(text.split())


def test_every_figure_told_is_published_and_none_other(lived: Scene) -> None:
    equal = published_is_what_was_told(lived.undisturbed)
    # Nvidia's and TSMC's facts; three share prices since 2015; TWD and KRW.
    assert equal["facts of SEC"] > 10_000
    assert equal["closes"] > 5_000 and equal["exchange rates"] > 5_000
    # Each has one quarter more, those that the stand-in's world added; won are told in dollars too.
    before, now_ = (
        place.data("core.company_quarters").filter(item="revenue") for place in (lived.before, lived.undisturbed)
    )
    added = now_.join(before, on=["company_id", "period_end"], how="anti").sort("company_id")
    assert added["company_id"].to_list() == ["nvidia", "samsung-electronics"]
    assert added["value_usd"].null_count() == 0


def test_a_refresh_right_after_asks_nobody_and_publishes_nothing(lived: Scene, tmp_path: Path) -> None:
    place = lived.undisturbed.copied(tmp_path / "home")
    with StandIn(world(now())) as standin:
        done = place.run(standin, "refresh")
        assert len(standin.requests) == 0, standin.requests.table()
    assert done.returncode == 0, done.stderr
    assert "No live source had anything due." in done.stdout and "Nothing has changed" in done.stdout
    assert published(place) == published(lived.undisturbed)


def test_a_warehouse_that_is_lost_is_made_again_from_the_archive_to_the_byte(lived: Scene, tmp_path: Path) -> None:
    place = lived.undisturbed.copied(tmp_path / "home")
    (place.home / "warehouse.duckdb").unlink()
    with StandIn(world(now())) as standin:
        done = place.run(standin, "rebuild")
        assert len(standin.requests) == 0
    assert done.returncode == 0, done.stderr
    assert published(place) != published(lived.undisturbed)
    before, after = files(lived.undisturbed), files(place)
    tables = [name for name in before if name.endswith(".parquet")]
    assert len(tables) > 20
    assert [name for name in tables if before[name] != after[name]] == []


def test_partial_success_says_who_failed_why_since_when_and_when_it_is_tried_again(
    lived: Scene, tmp_path: Path
) -> None:
    place = lived.undisturbed.copied(tmp_path / "home")
    with StandIn(world(now())) as standin:
        standin.faults.set("not_found", "yahoo.chart", subject="NVDA")
        standin.faults.set("html", "sec.companyfacts")
        done = place.run(standin, "refresh", "--company", "nvidia", "--strict")
        assert done.returncode == 1 and "--strict: 1 fetches failed" in words(done.stderr)
        told = json.loads(place.run(standin, "status", "--json").stdout)
    lines = done.stdout.splitlines()
    (at,) = (at for at, line in enumerate(lines) if "not_found" in line)
    line = lines[at]
    assert line.startswith("Yahoo") and lines[at + 1].startswith("  prices of nvidia: ")
    assert f"{now()}" in line, "the day of the last good answer"
    assert f"{datetime.now(UTC):%m-%d}" in line, "since"
    assert "1 failed" in done.stdout and "Published as of" in done.stdout
    (failing,) = told["failed_fetches"]
    assert failing["who"] == ["nvidia"] and failing["what"] == ["prices"] and failing["outcome"] == "not_found"
    assert failing["since"] < failing["next_try_at"] and failing["last_good"] and failing["why"]
    # What was known is there still.
    assert place.data("raw.price_observations").equals(lived.undisturbed.data("raw.price_observations"))
    fetches = place.data("raw.fetches").filter(pl.col("outcome") == "not_found")
    assert set(fetches["company_id"]) == {"nvidia"}


def test_without_any_network_one_line_says_so_and_how_old_the_figures_are(lived: Scene, tmp_path: Path) -> None:
    # The command on a machine without network, to its exit code: tests/prove/live_full.py.
    home = lived.undisturbed.copied(tmp_path / "home").home
    with StandIn(world(now())) as gone:
        nowhere = gone.broken_addresses["refused"]
    terms = Terms(CONTACT, nowhere)
    ended = Desk(Ledger(home, REGISTRY), terms, home / "cache").ask(COMPANIES)
    assert {f.outcome for f in ended} == {"unreachable"} and all(f.next_try_at for f in ended)
    assert sum(f.requests for f in ended) <= 2 * 4, "who is never reached is not asked again and again"
    assert report.live(ended, "2026-11-18") == "No live source was reached; figures are as of 2026-11-18."
