"""What one company's news costs, over all companies: python -m tests.prove.incremental [COMPANY …].

Two homes filled live by the stand-ins: one a day old, one that asked on every working day of a year. One company
files a quarter and restates a figure; a refresh by the real command, and a rebuild of a copy. The Parquet files are
compared byte by byte, pages without what names the run. Own time is that of the command's process on all cores (user
and system), whatever it waited for.

The year is asked for in this process under a clock of its own, and stays in .artefacts: a proof that was stopped goes
on with the day at which it was.
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

# A filer in dollars, a foreign filer in another currency, one that is asked of Yahoo alone.
NEWS = ("microsoft", "tsmc", "samsung-electronics")
YEAR = Path(".artefacts") / "year"


@dataclass(frozen=True)
class Cost:
    """Seconds of a command's own time, and the seconds it took."""

    own: float
    took: float


def main(*companies: str) -> None:
    """A day-old home and a year-old one: fill, change, refresh, rebuild, compare; then nothing changes."""
    chosen, today = companies or NEWS, datetime.now(UTC).date()
    days = a_year(YEAR, today)
    with tempfile.TemporaryDirectory() as folder:
        young, old = Place(Path(folder) / "young"), Place(Path(folder) / "old")
        shutil.copytree(YEAR, old.home)
        told = [news_of(young, chosen, today, "a day"), news_of(old, chosen[:1], today, f"{days} days")]
    rows = [row for home in told for row in home.rows]
    heads = ("age", "news of", "own time, s", "of a rebuild, s", "part", "files shared with the last version", "alike")
    section(
        "incremental",
        "One company's news",
        f"""{len(World(today).companies)} companies, filled live against the stand-ins ({told[0].first.own:.1f} s
of own time). Then one files a quarter and restates a figure, and is refreshed; a copy of the home is rebuilt from its
archive. All Parquet files have the same bytes, and all {told[0].pages} pages are the same but for the run they name.
A rebuild reads the whole archive again, so the older a home, the smaller the part. What one company's news costs hardly
grows: it is the tables of layers, of which nearly all change, and the pages, which all name their run.

{table(rows, *heads)}

A refresh in which nothing was due: {told[0].idle.own:.1f} s of own time in the home of a day, {told[1].idle.own:.1f} s
in that of {days} days, and nothing new is published.""",
    )


@dataclass(frozen=True)
class Told:
    """What one home told: a row for each company's news, the costs of the first refresh and of an idle one, pages."""

    rows: list[tuple[object, ...]]
    first: Cost
    idle: Cost
    pages: int


def news_of(place: Place, chosen: tuple[str, ...], today: date, age: str) -> Told:
    """Fill, change, refresh, rebuild, compare, once for each company; then nothing changes."""
    rows, pages = [], 0
    with StandIn(World(today)) as standin:
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
        before = versions_of(place)
        idle = cost(place, standin, "refresh")
        assert versions_of(place) == before, "nothing changed, and something was published"
        print(f"idle: {idle}", flush=True)
    return Told(rows, first, idle, pages)


def a_year(home: Path, today: date) -> int:
    """Let a home ask on every working day of the year to yesterday; return on how many days it did."""
    registry, first = stacks.load(), today - timedelta(days=365)
    done = {fetch.started_at.date() for fetch in Journal(home).read()}
    days = []
    for day in working_days(min(done, default=first)):
        if day >= today:
            break
        days.append(day)
    world = World(days[0])
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
