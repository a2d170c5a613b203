"""What is due: which questions are worth asking now.

Belongs here: pure rules over the journal and what was told so far. Does not belong here: asking (desk.py).
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, timedelta

from assets.sources.payload import Fetch
from assets.sources.sec_filings import Filing, files_quarters, newest_report, results_ahead_of_figures
from assets.sources.yahoo.quotes import Quote

GOOD = ("ok", "unchanged")
# A filer's list of filings is asked at every refresh, but not twice within the hour.
FILINGS_EVERY = timedelta(hours=1)
# Once a day, with room for a run that starts earlier than the one before.
DAILY = timedelta(hours=20)
# A week, with the same room.
STATEMENTS_EVERY = timedelta(days=6, hours=20)
# Of the statements that are old, so many parts are asked one a day.
RUNS_A_WEEK = 5
EVERY = {"submissions": FILINGS_EVERY, "timeseries": STATEMENTS_EVERY, "quotes": DAILY}
# Results may reach Yahoo so long after their day.
RESULTS_WITHIN = timedelta(days=10)
# A quarter is reported within so many days of its end.
REPORTED_WITHIN = timedelta(days=80)
HALF_A_QUARTER = timedelta(days=45)
# A close is told for certain so long after the session's end.
AFTER_SESSION = timedelta(minutes=30)


class History:
    """What was asked before, by subject."""

    def __init__(self, fetches: Iterable[Fetch]) -> None:
        """Take the fetches of a journal, in order."""
        self._by_subject: dict[tuple[str, str], list[Fetch]] = defaultdict(list)
        for fetch in fetches:
            self.add(fetch)

    def add(self, fetch: Fetch) -> None:
        """Take one more, the newest."""
        self._by_subject[fetch.source, fetch.subject].append(fetch)

    def of(self, source: str, subject: str) -> Sequence[Fetch]:
        """The fetches of a subject, in order."""
        return self._by_subject.get((source, subject), ())

    def last(self, source: str, subject: str) -> Fetch | None:
        """The newest fetch of a subject."""
        return next(reversed(self.of(source, subject)), None)

    def last_good(self, source: str, subject: str) -> Fetch | None:
        """The newest fetch of a subject that ended well."""
        return next((f for f in reversed(self.of(source, subject)) if f.outcome in GOOD), None)

    def subjects(self, source: str, kind: str) -> list[str]:
        """The subjects of a kind that were ever asked of a source."""
        return [s for told, s in self._by_subject if told == source and s.startswith(f"{kind}/")]

    def held_until(self, source: str, now: datetime) -> Fetch | None:
        """The fetch by which the source asked to be left alone for longer than until now."""
        asked = [f for fetches in self._by_subject.values() for f in fetches if f.source == source and f.requests]
        newest = max(asked, key=lambda f: f.started_at, default=None)
        limited = newest is not None and newest.outcome == "rate_limited"
        return newest if limited and newest and newest.next_try_at and newest.next_try_at > now else None

    def cool_down(self, source: str) -> timedelta | None:
        """How long the source was last left alone, if it has not answered well since."""
        asked = [f for fetches in self._by_subject.values() for f in fetches if f.source == source and f.requests]
        for fetch in sorted(asked, key=lambda f: f.started_at, reverse=True):
            if fetch.outcome in GOOD:
                return None
            if fetch.outcome == "rate_limited" and fetch.next_try_at:
                return fetch.next_try_at - fetch.started_at
        return None


def by_the_clock(last: Fetch | None, now: datetime) -> bool:
    """Whether a question is due that is asked again at a set time: never asked, failed, or its time has come."""
    if last is None or last.outcome not in GOOD:
        return True
    return last.next_try_at is None or last.next_try_at <= now


def after_session(session_end: datetime, now: datetime) -> datetime:
    """When a symbol's chart will hold one more finished day: after this session, or the next on a working day."""
    due = session_end
    while due + AFTER_SESSION <= now or due.weekday() >= 5:
        due += timedelta(days=1)
    return due + AFTER_SESSION


def statements_of_filer(
    filings: tuple[Filing, ...], last_good: Fetch | None, newest_quarter: Callable[[], date | None], now: datetime
) -> bool:
    """Whether Yahoo may know the newest quarter of a filer of 10-Qs before its figures are filed.

    Results were announced (8-K, item 2.02) after the newest periodic filing, and Yahoo has not told the quarter yet.
    """
    announced = results_ahead_of_figures(filings)
    if announced is None:
        return False
    if last_good is None or last_good.started_at.date() < announced:
        return True
    if last_good.started_at + DAILY > now:
        return False
    filed, told = newest_report(filings), newest_quarter()
    return filed is None or told is None or told <= filed + HALF_A_QUARTER


def around_results(
    quote: Quote | None, last_good: Fetch, newest_quarter: Callable[[], date | None], now: datetime
) -> bool:
    """Whether results came out of late and Yahoo has not told them yet."""
    days = [d for d in (quote.last_results, quote.next_results) if d] if quote else []
    out = max((d for d in days if now - RESULTS_WITHIN <= d <= now), default=None)
    if out is None:
        return False
    if last_good.started_at < out:
        return True
    if last_good.started_at + DAILY > now:
        return False
    told = newest_quarter()
    return told is None or told <= (out - REPORTED_WITHIN).date()


def weekly(last_good: Fetch, now: datetime) -> bool:
    """Whether a week has passed."""
    return last_good.started_at + STATEMENTS_EVERY <= now


def files_quarterly(filings: tuple[Filing, ...] | None) -> bool:
    """Whether SEC gets its quarters, so that Yahoo is needed for the newest alone."""
    return filings is not None and files_quarters(filings)
