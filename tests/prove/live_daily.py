"""Working days of the whole registry, counted at the stand-in: python -m tests.prove.live_daily [DAYS].

The questions are put in this process under a clock of its own; what is published, the real command publishes.
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from pathlib import Path

from analytics import stacks
from assets.live.due import GOOD
from tests.assets.small import Clock, ask
from tests.live.homes import Place
from tests.prove.page import section, table
from tests.standins import TODAY, StandIn, World

# New York is closed, London's day of currencies is over, Seoul's has not begun.
EVENING = 23, 45
MOST_YAHOO, MOST_SEC = 150, 120
# On the busiest days since 2023 so many filers of the registry filed (by the dates in the bundle).
BUSIEST = 25


def main(days: int = 10) -> None:
    """Live through the days; fail at the first that costs too much."""
    registry, rows, began = stacks.load(), [], time.monotonic()
    world = World(TODAY)
    listed = [c for c in registry.company_entries if c.status == "listed"]
    filers = [c.id for c in listed if c.cik]
    others = [c.id for c in listed if not c.cik]
    calendar = list(islice(working_days(TODAY), days))
    news = events(world, filers, others, calendar)
    with tempfile.TemporaryDirectory() as folder, StandIn(world) as standin:
        home = Path(folder) / "home"
        for number, day in enumerate(calendar):
            world.today = day
            standin.requests.clear()
            ended = ask(home, standin, registry, clock := Clock(day, *EVENING))
            assert {f.outcome for f in ended} <= set(GOOD), [f for f in ended if f.outcome not in GOOD]
            rows.append((day.isoformat(), news.get(day, "first day" if not number else ""), *counted(standin)))
            print(*rows[-1], flush=True)
            assert not number or (counted(standin)[0] < MOST_SEC and counted(standin)[1] < MOST_YAHOO)
        place = Place(home)
        published = place.run(standin, "refresh", "--offline", timeout=600)
        assert "Published as of" in published.stdout, published.stderr
        version = place.current.resolve().name
        standin.requests.clear()
        clock.pass_time(hours=2)
        ended = ask(home, standin, registry, clock)
        again, statements = counted(standin), standin.requests.count("yahoo.timeseries")
        small = max(e.bytes for e in standin.requests.entries("sec.*"))
        assert {f.outcome for f in ended} == {"unchanged"}
        assert standin.requests.count("sec.submissions") == again[0] == len(filers) and again[1] == statements == 0
        unchanged = place.run(standin, "refresh", "--offline")
        assert "Nothing has changed" in unchanged.stdout and place.current.resolve().name == version
    section(
        "live_daily",
        "What a day costs",
        f"""{len(listed)} listed companies, {len(filers)} of them filers of SEC; requests counted at the
stand-in over {days} working days, cookie and crumb included. A day may cost fewer than {MOST_SEC} requests to SEC and
{MOST_YAHOO} to Yahoo; the first has the whole history to ask for.

{table(rows, "day", "what was told", "to SEC", "to Yahoo")}

Asked again two hours later, with nothing changed: {again[0]} requests to SEC, one for each filer's list of filings, the
largest {small:,} bytes; {again[1]} to Yahoo, none of them for statements; nothing new is published.

{time.monotonic() - began:.0f} s.""",
    )


def events(world: World, filers: list[str], others: list[str], calendar: list[date]) -> dict[date, str]:
    """Let companies file and announce; return what happens on which day."""
    said: dict[date, str] = {}
    if len(calendar) > 2:
        for company in filers[:BUSIEST]:
            world.add_quarter(company, filed=calendar[2])
        said[calendar[2]] = f"{BUSIEST} filers file a quarter"
    if len(calendar) > 7:
        for company in filers[30:50]:
            world.add_filing(company, calendar[4], "8-K")
            world.add_quarter(company, filed=calendar[7])
        for company in others:
            world.add_quarter(company, filed=calendar[4])
        said[calendar[4]] = f"20 filers announce results, {len(others)} others tell a quarter"
        said[calendar[7]] = "the 20 file what they announced"
    return said


def working_days(first: date) -> Iterator[date]:
    """Mondays to Fridays from a day on."""
    day = first
    while True:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def counted(standin: StandIn) -> tuple[int, int]:
    """Requests to SEC and to Yahoo."""
    return standin.requests.count("sec.*"), standin.requests.count("yahoo.*")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
