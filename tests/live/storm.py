"""A storm: days on which 30 % of all requests fail, each in its own way, and the clean day after.

Belongs here: the scenario and what must hold after each day. Does not belong here: how many seeds are tried
(test_storm.py a few, tests/prove/live_storm.py a hundred).

    odd seeds:   a clean first day → three days of storm in which two quarters are told → a clean day
    even seeds:  nothing yet → three days of storm → a clean day

Every second pair of seeds has no sign of "too many requests" among its faults: one of these ends a day's questions.
"""

import shutil
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import stamina

from analytics.contracts.columns import OUTCOMES
from assets.archive import Archive
from assets.ledger import OBSERVATIONS, PRICES, RATES, SPLITS, Ledger
from assets.live.due import GOOD
from assets.sources.payload import Fetch
from tests.assets.small import FIGURE, Clock, ask, figures, raw, registry
from tests.assets.test_live_faults import TABLE
from tests.standins import KINDS, StandIn, World

COMPANIES = ("nvidia", "tsmc", "samsung-electronics")
REGISTRY = registry(COMPANIES)
SHARE = 0.3
FIRST, STORMY, CLEAN = date(2026, 9, 30), (date(2026, 10, 1), date(2026, 10, 2), date(2026, 10, 5)), date(2026, 10, 8)
KEYS = {
    OBSERVATIONS.full_name: FIGURE, PRICES.full_name: ["ticker", "date"], RATES.full_name: ["currency", "date"],
    SPLITS.full_name: ["ticker", "date"],
}  # fmt: skip
# Endpoint and the place of its outcome in the table of faults, by the kind of subject.
ENDPOINTS = {
    "submissions": ("sec.submissions", 0), "companyfacts": ("sec.companyfacts", 1),
    "timeseries": ("yahoo.timeseries", 3), "chart": ("yahoo.chart", 4), "rate": ("yahoo.chart", 5),
}  # fmt: skip
HOSTS = {"sec": "data.sec.gov", "yahoo": "query2.finance.yahoo.com"}
LIMITING = {"too_many", "too_many_retry_after", "limited_200"}

Tables = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Truth:
    """A home on which nothing ever failed: its first day, what it said on any day, and in the end."""

    first_day: Path
    ever: Tables
    end: Tables


def world(odd: bool) -> World:
    """Nvidia and Samsung tell a quarter during the storm.

    In even seeds on the first day: Yahoo tells five quarters and no more, so a home that begins later misses one.
    """
    made = World(FIRST, COMPANIES)
    made.add_quarter("nvidia", filed=STORMY[0] if odd else FIRST)
    made.add_quarter("samsung-electronics", filed=STORMY[1] if odd else FIRST)
    return made


@contextmanager
def no_waiting() -> Iterator[None]:
    """Attempts as ever, without the pauses between them."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


def truths(folder: Path) -> tuple[Truth, Truth]:
    """Live through the same days without a fault: for even and for odd seeds."""
    return _never_failed(folder / "even", odd=False), _never_failed(folder / "odd", odd=True)


def _never_failed(folder: Path, *, odd: bool) -> Truth:
    home, first_day, told = folder / "never-failed", folder / "first-day", []
    with StandIn(world(odd)) as standin:
        for day in (FIRST, *STORMY, CLEAN):
            standin.world.today = day
            assert {f.outcome for f in ask(home, standin, REGISTRY, Clock(day))} <= set(GOOD)
            if day == FIRST:
                shutil.copytree(home, first_day)
            told.append(figures(raw(home, REGISTRY)))
    return Truth(first_day, {name: pl.concat([t[name] for t in told]).unique() for name in told[0]}, told[-1])


def survive(seed: int, folder: Path, truth: Truth) -> Counter[str]:
    """Live through a storm; return how many questions ended how while it lasted.

    Raises:
        AssertionError: something did not hold.
    """
    home, odd, count = folder / f"seed-{seed}", bool(seed % 2), Counter[str]()
    if odd:
        shutil.copytree(truth.first_day, home)
    with StandIn(world(odd), seed=seed, drip_seconds=10) as standin:
        standin.faults.storm(SHARE, kinds=set(KINDS) - (set() if seed % 4 < 2 else LIMITING))
        before: Tables | None = raw(home, REGISTRY) if odd else None
        for day in STORMY:
            standin.world.today = day
            standin.requests.clear()
            ended = ask(home, standin, REGISTRY, Clock(day), seconds=1.0)
            count.update(f.outcome for f in ended)
            each_is_typed(ended, standin)
            after = raw(home, REGISTRY)
            nothing_is_lost(before, after)
            nothing_is_wrong(after, truth)
            before = after
        standin.faults.clear()
        standin.world.today = CLEAN
        ended = ask(home, standin, REGISTRY, Clock(CLEAN))
        assert {f.outcome for f in ended} <= set(GOOD), [f for f in ended if f.outcome not in GOOD]
        end = figures(raw(home, REGISTRY))
        for name, frame in truth.end.items():
            missing = frame.join(end[name], on=frame.columns, how="anti", nulls_equal=True)
            strange = end[name].join(frame, on=frame.columns, how="anti", nulls_equal=True)
            assert missing.is_empty() and strange.is_empty(), f"{name}: missing {missing}, strange {strange}"
    each_answer_is_kept(home)
    shutil.rmtree(home)
    return count


def each_is_typed(ended: Iterable[Fetch], standin: StandIn) -> None:
    """Every failure has a message, a time, and the outcome that the table of faults says for its last request."""
    for fetch in ended:
        assert fetch.outcome in OUTCOMES
        if fetch.outcome in GOOD:
            assert fetch.payload_sha256
        else:
            assert fetch.message and fetch.next_try_at and fetch.next_try_at > fetch.started_at
        kind, _, name = fetch.subject.partition("/")
        if kind not in ENDPOINTS or not fetch.requests:
            continue
        endpoint, place = ENDPOINTS[kind]
        requests = sorted(standin.requests.entries(endpoint, name), key=lambda entry: entry.at)
        fault = requests[-1].fault if requests else None
        if fault == "consent" and fetch.outcome not in GOOD:
            continue  # Terms were to be accepted, and that failed.
        if fetch.outcome == "rate_limited" and not (fetch.message or "").startswith(HOSTS[endpoint.partition(".")[0]]):
            continue  # The sign stood at a cookie, a crumb or the terms.
        expected = TABLE[fault][place] if fault else "ok"
        found = "ok" if fetch.outcome == "unchanged" else fetch.outcome
        assert found == expected, (fetch, [(r.fault, r.status) for r in requests])


def nothing_is_lost(before: Tables | None, after: Tables) -> None:
    """What a table held it holds still: every observation, and a value for every other key."""
    for name, frame in (before or {}).items():
        key = ["observation_id"] if name == OBSERVATIONS.full_name else KEYS[name]
        lost = frame.join(after[name], on=key, how="anti", nulls_equal=True)
        assert lost.is_empty(), f"{name}: lost {lost}"


def nothing_is_wrong(tables: Tables, truth: Truth) -> None:
    """Every figure is one that a source told on some day without a fault."""
    for name, frame in figures(tables).items():
        wrong = frame.join(truth.ever[name], on=frame.columns, how="anti", nulls_equal=True)
        assert wrong.is_empty(), f"{name}: nobody told {wrong}"


def each_answer_is_kept(home: Path) -> None:
    """Every answer that the journal names can be read back, as long as it was."""
    archive = Archive(home)
    for fetch in Ledger(home, REGISTRY).journal.read():
        if fetch.payload_sha256:
            assert len(archive.get(fetch.payload_sha256)) == fetch.bytes
