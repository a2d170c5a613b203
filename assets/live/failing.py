"""What is failing now: for whom, why, since when, and when it is asked again.

Belongs here: reading that out of the journal. Does not belong here: how it is printed.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics.stacks import Stacks
from assets.live.due import GOOD
from assets.sources import sec, sec_filings
from assets.sources.payload import Fetch
from assets.sources.yahoo import chart, statements

KINDS = {
    "submissions": "filings", "companyfacts": "facts", "timeseries": "statements", "chart": "prices",
    "rate": "exchange rates", "quotes": "quotes", "bulk": "facts",
}  # fmt: skip
# Kinds of questions that no one company is asked for.
NO_ONES = ("rate", "quotes", "bulk")
# Statements that failed and were not asked in a later day's run are not wanted any more.
FORGOTTEN = timedelta(hours=20)
REASONS = 3


@dataclass(frozen=True)
class Failing:
    """Questions to one source that end alike.

    what: kinds of questions. who: companies, and currencies. why: the different reasons, at most `REASONS`. since: when
    the first of them began to fail. last_good: when the one answered longest ago was last answered well; None if one
    never was. next_try_at: the earliest.
    """

    source: str
    outcome: str
    what: tuple[str, ...]
    who: tuple[str, ...]
    why: tuple[str, ...]
    since: datetime
    last_good: datetime | None
    next_try_at: datetime | None


def failing(fetches: Iterable[Fetch], stacks: Stacks) -> list[Failing]:
    """What is failing now, by source and outcome."""
    by_subject: dict[tuple[str, str], list[Fetch]] = defaultdict(list)
    asked: dict[str, datetime] = {}
    for fetch in fetches:
        by_subject[fetch.source, fetch.subject].append(fetch)
        if fetch.requests:
            asked[fetch.source] = fetch.started_at
    wanted = _wanted(stacks)
    groups: dict[tuple[str, str], list[list[Fetch]]] = defaultdict(list)
    for (source, subject), told in by_subject.items():
        last, kind = told[-1], subject.partition("/")[0]
        if last.outcome in GOOD or (kind in KINDS and kind not in NO_ONES and subject not in wanted):
            continue
        if kind not in KINDS and source in asked and asked[source] > last.started_at:
            continue
        if kind == "timeseries" and asked.get(source, last.started_at) - last.started_at > FORGOTTEN:
            continue
        groups[source, last.outcome].append(told)
    return [_told(*key, group, stacks) for key, group in sorted(groups.items())]


def _who(fetch: Fetch, stacks: Stacks) -> list[str]:
    if fetch.company_id:
        return [fetch.company_id]
    symbols = fetch.subject.partition("/")[2] or fetch.subject
    return [stacks.tickers.get(symbol, symbol.removesuffix("=X")) for symbol in symbols.split(",")]


def _told(source: str, outcome: str, group: list[list[Fetch]], stacks: Stacks) -> Failing:
    lasts = [told[-1] for told in group]
    goods = [next((f.started_at for f in reversed(told) if f.outcome in GOOD), None) for told in group]
    asked = [f for f in lasts if f.requests] or lasts
    reasons = dict.fromkeys((f.message or outcome).removeprefix(f"{f.subject}: ") for f in asked)
    tries = [f.next_try_at for f in lasts if f.next_try_at]
    return Failing(
        source,
        outcome,
        tuple(sorted({KINDS.get(f.subject.partition("/")[0], "all") for f in lasts})),
        tuple(sorted({name for f in lasts for name in _who(f, stacks)})),
        tuple(reasons)[:REASONS],
        min(_began(told) for told in group),
        None if None in goods else min(g for g in goods if g),
        min(tries, default=None),
    )


def _began(told: list[Fetch]) -> datetime:
    """Beginning of the failures that last until now."""
    began = told[-1].started_at
    for fetch in reversed(told):
        if fetch.outcome in GOOD:
            break
        began = fetch.started_at
    return began


def _wanted(stacks: Stacks) -> set[str]:
    """The subjects that companies of the registry are asked for by."""
    listed = [c for c in stacks.company_entries if c.status == "listed"]
    filers = {s for c in listed if c.cik for s in (sec.subject(c.cik), sec_filings.subject(c.cik))}
    return filers | {s for c in listed if c.ticker for s in (chart.subject(c.ticker), statements.subject(c.ticker))}
