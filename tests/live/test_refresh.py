"""The real command on live data: what it publishes, what it asks, what it says, on three companies.

All companies, at full pace, stand in tests/prove/live_full.py.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from tests.conftest import run_command
from tests.live.equal import published_is_what_was_told
from tests.live.homes import Place, whole
from tests.live.kills import Scene, now, world
from tests.standins import StandIn


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
    quarters = lived.undisturbed.data("core.company_quarters").filter(item="revenue", calendar_quarter="2026Q3")
    # The quarters that the stand-in's world added, to the end of October and of September; won in dollars too.
    assert {"nvidia", "samsung-electronics"} <= set(quarters["company_id"])
    assert quarters.filter(pl.col("value_usd").is_null()).is_empty()


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
        done = place.run(standin, "refresh", "--company", "nvidia")
        assert done.returncode == 0, done.stderr
        strict = place.run(standin, "refresh", "--company", "nvidia", "--strict")
        assert strict.returncode == 1 and "--strict: 1 fetches failed" in words(strict.stderr)
        status, told = place.run(standin, "status"), json.loads(place.run(standin, "status", "--json").stdout)
    for out in (done.stdout, status.stdout):
        (line,) = (line for line in out.splitlines() if "not_found" in line)
        assert line.startswith("Yahoo") and "prices of nvidia" in line
        assert f"{now()}" in line, "the day of the last good answer"
        assert f"{datetime.now(UTC):%m-%d}" in line, "since"
    assert "1 failed" in done.stdout
    (failing,) = told["failed_fetches"]
    assert failing["who"] == ["nvidia"] and failing["what"] == ["prices"] and failing["outcome"] == "not_found"
    assert failing["since"] < failing["next_try_at"] and failing["last_good"] and failing["why"]
    # What was known is there still.
    assert place.data("raw.price_observations").equals(lived.undisturbed.data("raw.price_observations"))
    fetches = place.data("raw.fetches").filter(pl.col("outcome") == "not_found")
    assert set(fetches["company_id"]) == {"nvidia"}


def test_without_any_network_it_says_so_in_one_line_and_ends_well(lived: Scene, tmp_path: Path) -> None:
    place = lived.undisturbed.copied(tmp_path / "home")
    variables = {k: v for k, v in place.environment(None).items() if k.startswith("LAYERLEDGER_")}
    done = run_command(["refresh", "--company", "nvidia"], place.home, **variables)
    assert done.returncode == 0, done.stderr
    told = [line for line in done.stdout.splitlines() if "No live source was reached" in line]
    assert told == [f"No live source was reached; figures are as of {whole(place)['as_of']}."]
    assert_same_figures(place, lived.undisturbed)


def assert_same_figures(place: Place, other: Place) -> None:
    for table in ("raw.observations", "core.company_quarters", "core.prices"):
        assert place.data(table).equals(other.data(table)), table
