"""kill -9 at random moments of a refresh: the real command, on a small home, again and again.

Belongs here: the scenario and what must hold after each kill. Does not belong here: how many are killed
(test_kills.py a few, tests/prove/live_kill.py two hundred).

A home that has published is to be refreshed some weeks later: everything is due, quarters were filed. The refresh is
killed, started again and killed again, and at the end of the row let run, without a hand laid on anything in between.
"""

import random
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
from polars.testing import assert_frame_equal

from analytics import stacks
from assets.archive import Archive
from assets.live.journal import Journal
from tests.assets.small import Clock, ask
from tests.live.homes import COMPANIES, Place, small, whole
from tests.standins import TODAY, StandIn, World

# Asks about each company whatever is due, and derives anew whatever has changed.
REFRESH = ("refresh", "--force", *(word for company in COMPANIES for word in ("--company", company)))
COMPARED = {
    "raw.observations": ["observation_id"], "raw.price_observations": ["ticker", "date"],
    "core.company_quarters": ["company_id", "item", "period_end"], "core.prices": ["company_id", "date"],
    "marts.company_metrics": ["company_id", "calendar_quarter", "window", "metric"],
}  # fmt: skip
# So much of a refresh is the last stage.
LAST_STAGE = 0.2
# When and in which payload it was told differs from run to run.
PROVENANCE = ("fetched_at", "payload_sha256", "adjusted_to")


@dataclass(frozen=True)
class Scene:
    """A home before the refresh, one whose refresh nobody killed, and how long that took."""

    before: Place
    undisturbed: Place
    seconds: float


def world(today: date) -> World:
    """Two quarters are told between the first day and now."""
    made = World(today, COMPANIES)
    made.add_quarter("nvidia", filed=date(2026, 11, 18))
    made.add_quarter("samsung-electronics", filed=date(2026, 10, 20))
    return made


def now() -> date:
    return datetime.now(UTC).date()


def scene(folder: Path) -> Scene:
    """Publish once, then live through the refresh undisturbed on a copy; found again if that was done before."""
    taken, before = folder / "seconds", small(folder / "before")
    undisturbed = replace(before, home=folder / "undisturbed")
    if taken.exists():
        return Scene(before, undisturbed, float(taken.read_text()))
    with StandIn(world(TODAY)) as standin:
        ask(before.home, standin, stacks.load(before.stacks), Clock(TODAY))
        done = before.run(standin, "refresh", "--offline")
        assert done.returncode == 0, done.stderr
    shutil.copytree(before.home, undisturbed.home, symlinks=True)
    with StandIn(world(now())) as standin:
        began = time.monotonic()
        done = undisturbed.run(standin, *REFRESH)
        assert done.returncode == 0, done.stderr
    taken.write_text(str(time.monotonic() - began))
    return scene(folder)


def row_of_kills(
    scene: Scene, folder: Path, kills: int, seed: int, stretch: float = 1.0, aimed: bool = False
) -> Counter[str]:
    """Kill so many times in a row, then let it run; return how many kills met it in which stage.

    Args:
        scene: what is refreshed.
        folder: for the copy of the home.
        kills: how many.
        seed: of the moments.
        stretch: by how much slower a refresh is now than when it was undisturbed.
        aimed: kill in the last stage, which is short, from when it begins; otherwise at any moment.

    Raises:
        AssertionError: something did not hold.
    """
    chance, met = random.Random(seed), Counter[str]()
    place = scene.before.copied(folder / f"killed-{seed}")
    end = _figures(scene.undisturbed)
    with StandIn(world(now())) as standin:
        for _ in range(kills):
            written, aside, version = _journal(place), _aside(place), place.current.readlink()
            with place.started(standin, *REFRESH) as process:
                moment = chance.uniform(0, stretch * scene.seconds)
                while aimed and process.poll() is None and not _aside(place) - aside:
                    time.sleep(0.01)
                time.sleep(LAST_STAGE * moment if aimed else moment)
                ended = process.poll()
                process.kill()
                process.wait()
            assert ended in (None, 0), process.stderr and process.stderr.read()
            met["ended before" if ended == 0 else _stage(place, written, aside, version)] += 1
            whole(place)
            nothing_acknowledged_is_lost(place, written)
        done = place.run(standin, *REFRESH)
    assert done.returncode == 0, done.stderr
    whole(place)
    for name, frame in _figures(place).items():
        assert_frame_equal(frame, end[name], rel_tol=1e-12)
    left = {p.name for p in (place.home / "published").iterdir()}
    assert left == {"current", "versions"}, left
    shutil.rmtree(place.home)
    return met


def nothing_acknowledged_is_lost(place: Place, written: Mapping[str, bytes]) -> None:
    """Every line of the journal stands as it was written, and the payloads that the lines name can be read back."""
    there = _journal(place)
    for name, lines in written.items():
        assert there[name].startswith(lines), name
    archive = Archive(place.home)
    for fetch in Journal(place.home).read():
        if fetch.payload_sha256 and fetch.source != "bundle":
            assert len(archive.get(fetch.payload_sha256)) == fetch.bytes


def _stage(place: Place, written: Mapping[str, bytes], aside: set[str], version: Path) -> str:
    if place.current.readlink() != version:
        return "published, and not yet ended"
    if _aside(place) - aside:
        return "making pages and downloads, or publishing"
    return "asking, or deriving tables" if _journal(place) != written else "starting, or asking the first question"


def _aside(place: Place) -> set[str]:
    return {folder.name for folder in (place.home / "published").glob(".staging-*")}


def _journal(place: Place) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in (place.home / "archive" / "fetches").glob("*.jsonl")}


def _figures(place: Place) -> dict[str, pl.DataFrame]:
    return {name: place.data(name).drop(PROVENANCE, strict=False).sort(key) for name, key in COMPARED.items()}
