"""What one company's news costs, over all companies: python -m tests.prove.incremental [COMPANY …].

Homes filled live by the stand-ins: one a day old, others that asked on every working day of some months. One company
files a quarter and restates a figure; a refresh by the real command, and a rebuild of a copy. The Parquet files are
compared byte by byte, pages without what names the run. Own time is that of the command's process on all cores (user
and system), whatever it waited for.

The months are asked for in this process under a clock of their own, and stay in .artefacts: a proof that was stopped
goes on with the day at which it was.
"""

import os
import re
import shutil
import sys
import tempfile
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from analytics import stacks
from assets.live.journal import Journal
from tests.assets.small import Clock, ask
from tests.live.homes import Place, whole
from tests.prove.live_daily import EVENING, working_days
from tests.prove.page import section, table
from tests.standins import StandIn, World
from tests.standins.figures import BY_LABEL
from tests.standins.others import REAL

# A filer in dollars, a foreign filer in another currency, one that is asked of Yahoo alone.
NEWS = ("microsoft", "tsmc", "samsung-electronics")
# Homes that asked for so many days at the weight of real answers, by the name of their folder.
OLDER = {"real-quarter": 91, "real-year": 365}
KEPT = Path(".artefacts")


@dataclass(frozen=True)
class Cost:
    """Seconds of a command's own time, and the seconds it took."""

    own: float
    took: float


def main(*companies: str) -> None:
    """A day-old home and older ones: fill, change, refresh, rebuild, compare; then nothing changes."""
    chosen, today = companies or NEWS, datetime.now(UTC).date()
    asked = {name: asked_daily(KEPT / name, today, since) for name, since in OLDER.items()}
    with tempfile.TemporaryDirectory() as folder:
        told = [news_of(Place(Path(folder) / "young"), chosen, today, "a day")]
        told.append(news_of(Place(Path(folder) / "heavy"), chosen[:1], today, "a day, real weight", REAL))
        for name, days in asked.items():
            place = Place(Path(folder) / name)
            shutil.copytree(KEPT / name, place.home)
            told.append(news_of(place, chosen[:1], today, f"{days} working days, real weight", REAL))
            shutil.rmtree(place.home)
    rows = [row for home in told for row in home.rows]
    heads = ("age", "news of", "own time, s", "of a rebuild, s", "part", "files shared with the last version", "alike")
    idle = ", ".join(f"{home.idle.own:.1f} s ({home.age})" for home in told)
    section(
        "incremental",
        "One company's news",
        f"""{len(World(today).companies)} companies, filled live against the stand-ins ({told[0].first.own:.1f} s
of own time). Then one files a quarter and restates a figure, and is refreshed; a copy of the home is rebuilt from its
archive. All Parquet files have the same bytes, and all {told[0].pages} pages are the same but for the run they name.
At real weight every filer states {REAL} concepts more that mean no item, one fact of each a report, as large filers do.

{table(rows, *heads)}

What one company's news costs hardly grows with a home: it is the tables of layers, of which nearly all change, and the
files and pages; publishing alone, with every table as it stands, takes {told[0].publish.own:.1f} s. A rebuild reads the
whole archive again, so the older a home, the smaller the part (docs/decisions/0006).

A refresh in which nothing was due, of its own time: {idle}; nothing new is published.""",
    )


@dataclass(frozen=True)
class Told:
    """What a home of some age told: a row for each company's news, and what else a day may cost there."""

    age: str
    rows: list[tuple[object, ...]]
    first: Cost
    publish: Cost
    idle: Cost
    pages: int


def news_of(place: Place, chosen: tuple[str, ...], today: date, age: str, concepts: int = 0) -> Told:
    """Fill, change, refresh, rebuild, compare, once for each company; then nothing changes.

    Args:
        place: the home.
        chosen: who files.
        today: the world's day.
        age: how old the home is.
        concepts: how many concepts that mean no item each filer states too.
    """
    rows, pages = [], 0
    with StandIn(World(today, others=concepts)) as standin:
        first = cost(place, standin, "refresh")
        print(f"filled: {first}", flush=True)
        for company in chosen:
            before = versions_of(place)
            tell(standin.world, company, today)
            news = cost(place, standin, "refresh", "--company", company)
            assert versions_of(place) != before, f"{company}: nothing was published"
            copy = replace(place, home=place.home.parent / "copy")
            shutil.copytree(place.home, copy.home, symlinks=True)
            anew = cost(copy, standin, "rebuild")
            tables, pages = equal(place, copy)
            shared = sum(f.stat().st_nlink > 1 for f in (place.current / "data").iterdir())
            shutil.rmtree(copy.home)
            rows.append(
                (age, company, f"{news.own:.1f}", f"{anew.own:.1f}", f"{news.own / anew.own:.0%}", shared, tables)
            )
            print(*rows[-1], f"{pages} pages", flush=True)
        publish = cost(place, standin, "publish")
        before = versions_of(place)
        idle = cost(place, standin, "refresh")
        assert versions_of(place) == before, "nothing changed, and something was published"
        print(f"publishing alone: {publish}; idle: {idle}", flush=True)
    return Told(age, rows, first, publish, idle, pages)


def asked_daily(home: Path, today: date, since: int) -> int:
    """Let a home ask on every working day from so many days ago to yesterday; return on how many days it did."""
    registry, first = stacks.load(), today - timedelta(days=since)
    done = {fetch.started_at.date() for fetch in Journal(home).read()}
    days = []
    for day in working_days(min(done, default=first)):
        if day >= today:
            break
        days.append(day)
    world = World(days[0], others=REAL)
    with StandIn(world) as standin:
        for day in days:
            if done and day <= max(done):
                continue
            world.today = day
            standin.requests.clear()
            ask(home, standin, registry, Clock(day, *EVENING))
            print(f"asked on {day}", flush=True)
    return len(days)


def tell(world: World, company: str, today: date) -> None:
    """Let a company file its next quarter, and another amount of an older one if it files; so does Yahoo."""
    world.add_quarter(company, filed=today, growth=0.07)
    if world.companies[company].cik:
        restate(world, company, today)


def restate(world: World, company: str, filed: date) -> None:
    """Let a company file a fifth more revenue for the newest period of a year ago."""
    told = [f for f in world.facts(company) if f.start and (c := BY_LABEL.get(f.concept)) and c.item == "revenue"]
    old = max((f for f in told if f.end < filed - timedelta(days=300)), key=lambda fact: (fact.end, fact.concept))
    world.add_filing(company, filed, "10-K/A", [replace(old, value=old.value * 1.2)])


def cost(place: Place, standin: StandIn, *arguments: str) -> Cost:
    """Run the command to its end; raises AssertionError if it fails."""
    before, began = os.times(), datetime.now(UTC)
    done = place.run(standin, *arguments, timeout=800)
    after, took = os.times(), datetime.now(UTC) - began
    assert done.returncode == 0, done.stdout + done.stderr
    assert ", 0 failed." in done.stdout or "--company" not in arguments, done.stdout
    own = after.children_user - before.children_user + after.children_system - before.children_system
    return Cost(own, took.total_seconds())


def versions_of(place: Place) -> str:
    return place.current.resolve().name


def equal(one: Place, other: Place) -> tuple[int, int]:
    """Compare what two homes publish; return how many tables and pages are alike, which is all of them.

    raw.fetches tells when the bundle was read, and is the same where the journal is.
    """
    manifests = whole(one), whole(other)
    files: list[dict[str, dict[str, object]]] = [m["files"] for m in manifests]  # type: ignore[misc]
    assert set(files[0]) == set(files[1]), set(files[0]) ^ set(files[1])
    tables = [name for name in files[0] if name.startswith("data/")]
    apart = [name for name in tables if files[0][name] != files[1][name]]
    assert not apart, {name: _difference(one, other, name) for name in apart}
    others = [n for n in files[0] if not n.startswith("data/") and not n.endswith(".duckdb")]
    runs = [re.compile(re.escape(str(m["run_id"])).encode()) for m in manifests]
    short = [re.compile(re.escape(str(m["run_id"])[:8]).encode()) for m in manifests]
    apart = [
        name
        for name in others
        if len({_without((p.current / name).read_bytes(), run, brief)
                for p, run, brief in zip((one, other), runs, short, strict=True)}) > 1
    ]  # fmt: skip
    assert not apart, apart
    return len(tables), len(others)


def _without(content: bytes, *names: re.Pattern[bytes]) -> bytes:
    for name in names:
        content = name.sub(b"RUN", content)
    return content


def _difference(one: Place, other: Place, name: str) -> object:
    if not name.endswith(".parquet"):
        return "bytes"
    left, right = (pl.read_parquet(p.current / name) for p in (one, other))
    if left.height != right.height:
        return left.height, right.height
    return [c for c in left.columns if not left[c].equals(right[c], null_equal=True)]


if __name__ == "__main__":
    main(*sys.argv[1:])
