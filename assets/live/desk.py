"""The desk: puts the questions that are due, archives every answer before it is read, and records how each ended.

Belongs here: the order of questions, outcomes, when a thing is asked again. Does not belong here: pace and faults
(assets/sources/http.py), the rules of what is due (due.py), what becomes of answers (assets/ledger.py).
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl

from assets.ledger import Brought, Ledger, adds_nothing, brought
from assets.live import due
from assets.live.terms import Terms
from assets.policies import next_refresh
from assets.sources import sec, sec_filings
from assets.sources.http import COOL_DOWN, Answer, Declined, Line
from assets.sources.payload import Fetch, NoDataError, Payload, PayloadError
from assets.sources.sec_client import WHO_ASKS, Sec
from assets.sources.sec_filings import Filing
from assets.sources.yahoo import SOURCE as YAHOO
from assets.sources.yahoo import chart, quotes, statements
from assets.sources.yahoo.client import Yahoo, YahooLine

LOG = logging.getLogger("layerledger.desk")
LONGEST_COOL_DOWN = timedelta(days=1)
# A chart is asked with some days that are known, so that a late correction is seen.
OVERLAP = timedelta(days=10)

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Company:
    """A company that can be asked about."""

    id: str
    ticker: str | None
    cik: str | None
    currency: str | None


class Desk:
    """One run's asking, in one home."""

    def __init__(
        self, ledger: Ledger, terms: Terms, cache: Path, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Sit down.

        Args:
            ledger: where answers are archived and fetches recorded, and the registry.
            terms: who asks, where, how often.
            cache: folder for caches of clients.
            clock: what time it is, UTC.
        """
        self.ledger, self.terms, self.cache, self.clock = ledger, terms, cache, clock
        self.history = due.History(ledger.journal.read())
        self.ended: list[Fetch] = []
        self._filings: dict[str, tuple[Filing, ...]] = {}
        self._left_alone_until: dict[str, datetime] = {}

    def ask(
        self, companies: Sequence[str] = (), progress: Progress = lambda _: None, sources: Sequence[str] = ()
    ) -> tuple[Fetch, ...]:
        """Ask every source what is due; return how each question ended.

        Args:
            companies: ask about these alone, and whatever they are due for; all of the registry otherwise.
            progress: told what is being asked.
            sources: ask these alone; all otherwise.
        """
        chosen = [c for c in self._companies() if not companies or c.id in companies]
        try:
            if not sources or sec.SOURCE in sources:
                self._ask_sec(chosen, bool(companies), progress)
            if not sources or YAHOO in sources:
                self._ask_yahoo(chosen, bool(companies), progress)
        finally:
            self.ledger.journal.close()
        return tuple(self.ended)

    @property
    def _knows_sec(self) -> bool:
        """Whether SEC can be asked at all; filers are asked of Yahoo instead where it cannot."""
        return "@" in (self.terms.contact or "")

    def _companies(self) -> list[Company]:
        """Listed companies: what is private has nothing to tell, what is delisted tells nothing new."""
        rows = self.ledger.stacks.companies.filter(pl.col("status") == "listed").sort("company_id")
        return [Company(*row) for row in rows.select("company_id", "ticker", "cik", "currency").iter_rows()]

    # SEC

    def _ask_sec(self, companies: Iterable[Company], chosen: bool, progress: Progress) -> None:
        filers = {c.cik: c for c in companies if c.cik}
        if not filers:
            return
        if not self._knows_sec:
            message = f"{len(filers)} filers not asked: {WHO_ASKS}"
            self._end(Fetch(sec.SOURCE, "data.sec.gov", "refused", self.clock(), message=message))
            return
        asker = Sec(self.terms.contact or "", self.terms.sec, mirror=self.terms.mirror)
        with asker.line:
            self._leave_alone_if_told(asker.line, sec.SOURCE)
            if self.terms.sec_bulk:
                progress("SEC: the facts of all filers")
                self._ask_bulk(asker, filers)
                return
            for cik, company in filers.items():
                progress(f"SEC: {company.id}")
                self._ask_filer(asker, cik, company, chosen)

    def _ask_filer(self, asker: Sec, cik: str, company: Company, chosen: bool) -> None:
        listed, facts = sec_filings.subject(cik), sec.subject(cik)
        last = self.history.last(sec.SOURCE, listed)
        if chosen or due.by_the_clock(last, self.clock()):
            url = sec_filings.URL.format(cik=cik)
            self._put(asker.line, sec.SOURCE, listed, company.id, lambda: asker.get(url))
        newest = self.history.last_good(sec.SOURCE, listed)
        if newest is None:
            return
        filings = self._filings[company.id] = self._filings_in(newest)
        if self._facts_are_due(filings, listed, facts):
            url = sec.FACTS_URL.format(cik=cik)
            self._put(asker.line, sec.SOURCE, facts, company.id, lambda: asker.get(url))

    def _ask_bulk(self, asker: Sec, filers: Mapping[str, Company]) -> None:
        """The facts of all filers in one download; what it says of a filer of ours is an answer like any other."""
        if not due.by_the_clock(self.history.last(sec.SOURCE, sec.BULK), self.clock()):
            return
        started, spent = self.clock(), asker.line.spent
        asked = Fetch(sec.SOURCE, sec.BULK, "unchanged", started)
        file, mark = self.cache / "companyfacts.zip", self.cache / "companyfacts.etag"
        known = mark.read_text() if mark.exists() else None
        self.cache.mkdir(parents=True, exist_ok=True)
        try:
            version = asker.download(sec.BULK_URL, file, known, self.terms.bulk_seconds)
            got = replace(asked, requests=asker.line.spent - spent, bytes=file.stat().st_size)
            if version is None or version != known:
                got = replace(got, http_status=200, outcome=self._take_bulk(file, filers, started))
                mark.write_text(version or "")
            self._end(replace(got, next_try_at=started + due.DAILY))
        except Declined as declined:
            self._end(self._declined(replace(asked, requests=asker.line.spent - spent), declined))
        except PayloadError as error:
            spoilt = replace(asked, requests=asker.line.spent - spent, bytes=file.stat().st_size)
            tried = next_refresh(self.clock())
            self._end(replace(spoilt, outcome=error.outcome, message=str(error), next_try_at=tried))
        finally:
            file.unlink(missing_ok=True)

    def _take_bulk(self, file: Path, filers: Mapping[str, Company], started: datetime) -> str:
        """Take up what the bulk file says of our filers; 'unchanged' if it says nothing new of any."""
        if not file.stat().st_size:
            raise NoDataError(f"{sec.BULK}: an empty answer")
        news = False
        for told in sec.bulk(file, started, filers):
            good = self.history.last_good(sec.SOURCE, told.subject)
            if good is not None and good.payload_sha256 == told.sha256:
                continue
            company = filers[told.subject.removeprefix("companyfacts/CIK")]
            self._take(Fetch(sec.SOURCE, told.subject, "ok", self.clock(), company.id), told.content)
            news = True
        return "ok" if news else "unchanged"

    def _facts_are_due(self, filings: tuple[Filing, ...], listed: str, facts: str) -> bool:
        last, good = self.history.last(sec.SOURCE, facts), self.history.last_good(sec.SOURCE, facts)
        if good is None or last is not good:
            return True
        before = [
            f for f in self.history.of(sec.SOURCE, listed) if f.outcome in due.GOOD and f.started_at <= good.started_at
        ]
        if not before or sec_filings.new(filings, self._filings_in(before[-1])):
            return True
        awaited = sec_filings.awaited(filings, self.clock().date())
        if not awaited or good.started_at + due.DAILY > self.clock():
            return False
        content = self.ledger.payload(good).content
        return any(accession.encode() not in content for accession in awaited)

    def _filings_in(self, fetch: Fetch) -> tuple[Filing, ...]:
        return sec_filings.parse(self.ledger.payload(fetch))

    # Yahoo

    def _ask_yahoo(self, companies: Sequence[Company], chosen: bool, progress: Progress) -> None:
        traded = {c.ticker: c for c in companies if c.ticker}
        now = self.clock()
        if not self.terms.yahoo.budget:
            return
        due_quotes = [batch for batch in self._quoted(traded) if chosen or self._is_due(_quotes_subject(batch), now)]
        charts = {s: chart.subject(s) for s in traded if chosen or self._is_due(chart.subject(s), now)}
        late = list(traded) if chosen else self._due_statements(traded, self._quotes(), now)
        if not (due_quotes or charts or late or self._due_rates(companies, now)):
            return
        with YahooLine(self.terms.yahoo, mirror=self.terms.mirror) as line:
            self._leave_alone_if_told(line, YAHOO)
            asker = Yahoo(line, self.cache / "yfinance")
            for batch in due_quotes:
                progress("Yahoo: quotes")
                self._ask_quotes(asker, batch, traded)
            if due_quotes:
                late = list(traded) if chosen else self._due_statements(traded, self._quotes(), now)
            for symbol in self._oldest_first(late, statements.subject):
                progress(f"Yahoo: statements of {traded[symbol].id}")
                self._ask_yahoo_for(asker, statements.URL, symbol, statements.subject(symbol), traded[symbol].id,
                                    statements.params(symbol, now))  # fmt: skip
            for symbol in self._oldest_first(charts, chart.subject):
                progress(f"Yahoo: prices of {traded[symbol].id}")
                self._ask_chart(asker, symbol, charts[symbol], traded[symbol].id)
            for subject in self._due_rates(companies, now):
                progress(f"Yahoo: {subject}")
                self._ask_chart(asker, subject.removeprefix(chart.RATE), subject, None)

    def _is_due(self, subject: str, now: datetime) -> bool:
        return due.by_the_clock(self.history.last(YAHOO, subject), now)

    def _quoted(self, traded: dict[str, Company]) -> list[tuple[str, ...]]:
        """Symbols whose shares or days of results nobody files, in batches."""
        symbols = [s for s, c in traded.items() if not due.files_quarterly(self._filings.get(c.id))]
        size = quotes.SYMBOLS_A_REQUEST
        return [tuple(symbols[n : n + size]) for n in range(0, len(symbols), size)]

    def _ask_quotes(self, asker: Yahoo, symbols: tuple[str, ...], traded: dict[str, Company]) -> None:
        subject = _quotes_subject(symbols)
        fetch = self._put(
            asker.line, YAHOO, subject, None, lambda: asker.get(quotes.URL, quotes.params(symbols)), again=due.DAILY
        )
        if fetch.outcome in due.GOOD:
            told = {quote.symbol for quote in quotes.parse(self.ledger.payload(fetch))}
            for symbol in symbols:
                if symbol not in told:
                    self._end(
                        Fetch(
                            YAHOO, _quotes_subject((symbol,)), "not_found", self.clock(), traded[symbol].id,
                            message=f"Yahoo has no quote of {symbol}", next_try_at=next_refresh(self.clock()),
                        )
                    )  # fmt: skip

    def _quotes(self) -> dict[str, quotes.Quote]:
        """The newest quote of each symbol."""
        found = (self.history.last_good(YAHOO, s) for s in self.history.subjects(YAHOO, "quotes"))
        good = sorted((f for f in found if f), key=lambda f: f.started_at)
        return {quote.symbol: quote for f in good for quote in quotes.parse(self.ledger.payload(f))}

    def _due_statements(self, traded: dict[str, Company], known: dict[str, quotes.Quote], now: datetime) -> list[str]:
        """Symbols with news, and of those whose week is over the oldest few, so that a day's requests stay few."""
        news = [s for s, c in traded.items() if self._statements_have_news(c, s, known, now)]
        old = [s for s, c in traded.items() if s not in news and self._statements_are_old(c, s, now)]
        lasts = (self.history.last(YAHOO, statements.subject(symbol)) for symbol in traded)
        today = sum(last is not None and last.started_at + due.DAILY > now for last in lasts)
        room = max(0, -(-len(traded) // due.RUNS_A_WEEK) - today)
        return news + self._oldest_first(old, statements.subject)[:room]

    def _statements_are_old(self, company: Company, symbol: str, now: datetime) -> bool:
        good = self.history.last_good(YAHOO, statements.subject(symbol))
        return good is not None and due.weekly(good, now) and not due.files_quarterly(self._filings.get(company.id))

    def _statements_have_news(
        self, company: Company, symbol: str, known: dict[str, quotes.Quote], now: datetime
    ) -> bool:
        subject = statements.subject(symbol)
        last, good = self.history.last(YAHOO, subject), self.history.last_good(YAHOO, subject)
        filings = self._filings.get(company.id)
        if company.cik and filings is None and self._knows_sec:
            return False  # SEC did not tell its filings today; whether Yahoo is needed is seen when it does.
        if good is not None and good is last and good.message:
            return due.by_the_clock(good, now)
        if due.files_quarterly(filings):
            return due.statements_of_filer(filings or (), good, lambda: self._newest_quarter(good), now)
        if last is None or last is not good or good is None:
            return True
        return due.around_results(known.get(symbol), good, lambda: self._newest_quarter(good), now)

    def _newest_quarter(self, fetch: Fetch | None) -> date | None:
        return statements.newest_quarter(statements.parse(self.ledger.payload(fetch))) if fetch else None

    def _oldest_first(self, symbols: Iterable[str], subject: Callable[[str], str]) -> list[str]:
        """Whoever was answered longest ago first, so that a line that is closed early starves nobody for long."""

        def answered(symbol: str) -> datetime:
            good = self.history.last_good(YAHOO, subject(symbol))
            return good.started_at if good else datetime.min.replace(tzinfo=UTC)

        return sorted(symbols, key=answered)

    def _ask_chart(self, asker: Yahoo, symbol: str, subject: str, company_id: str | None) -> None:
        good = self.history.last_good(YAHOO, subject)
        since = good.started_at - OVERLAP if good else chart.SINCE
        if good and good.message:
            holes = brought(self.ledger.payload(good), self.ledger.stacks).holes
            first = datetime.fromisoformat(min(holes)).replace(tzinfo=UTC)
            since = max(chart.SINCE, min(since, first - OVERLAP))
        params = chart.params(since, self.clock())
        self._ask_yahoo_for(asker, chart.URL, symbol, subject, company_id, params)

    def _ask_yahoo_for(
        self, asker: Yahoo, url: str, symbol: str, subject: str, company_id: str | None, params: dict[str, str]
    ) -> None:
        place = url.format(symbol=symbol)
        self._put(asker.line, YAHOO, subject, company_id, lambda: asker.get(place, params))

    def _due_rates(self, companies: Iterable[Company], now: datetime) -> list[str]:
        """Rates of the currencies in which companies report or are quoted."""
        symbols = (c.ticker for c in companies if c.ticker)
        wanted = {c.currency for c in companies} | {chart.price_currency(s) for s in symbols}
        subjects = [chart.rate_subject(currency) for currency in sorted(wanted - {None, "USD"}, key=str) if currency]
        return [s for s in subjects if self._is_due(s, now)]

    # Putting a question, and how it ends

    def _put(
        self, line: Line, source: str, subject: str, company_id: str | None, get: Callable[[], Answer],
        again: timedelta | None = None,
    ) -> Fetch:  # fmt: skip
        """Put one question; archive the answer before it is read; record how it ended.

        again: after how long it is due again where the answer does not say.
        """
        started, spent = self.clock(), line.spent
        asked = Fetch(source, subject, "ok", started, company_id)
        try:
            answer = get()
        except Declined as declined:
            return self._end(self._declined(replace(asked, requests=line.spent - spent), declined))
        return self._take(replace(asked, http_status=answer.status, requests=line.spent - spent), answer.content, again)

    def _declined(self, asked: Fetch, declined: Declined) -> Fetch:
        content = declined.content or b""
        return replace(
            asked,
            outcome=declined.outcome,
            http_status=declined.http_status,
            bytes=len(content),
            payload_sha256=self.ledger.archive.put(content) if content else None,
            message=declined.message,
            next_try_at=self._after(asked.source, declined),
        )

    def _take(self, asked: Fetch, content: bytes, again: timedelta | None = None) -> Fetch:
        """Archive an answer, then read it; record how that ended."""
        got = replace(asked, bytes=len(content), payload_sha256=self.ledger.archive.put(content))
        try:
            new = brought(Payload(got.source, got.subject, got.company_id, content, got.started_at), self.ledger.stacks)
        except PayloadError as error:
            tried = next_refresh(self.clock())
            return self._end(replace(got, outcome=error.outcome, message=str(error), next_try_at=tried))
        old = self._brought_before(got, new)
        outcome = "unchanged" if old and adds_nothing(new, old) else "ok"
        due_again = self._due_again(got, new, again)
        holes = new.holes - (old.holes if old else frozenset())
        if not holes:
            return self._end(replace(got, outcome=outcome, next_try_at=due_again))
        # The source may have had a bad moment. What it leaves out twice it has not got.
        message = f"{len(holes)} figures are null in the answer; it is asked for them once more"
        soon = next_refresh(self.clock())
        return self._end(replace(got, outcome=outcome, message=message, next_try_at=min(due_again or soon, soon)))

    def _brought_before(self, got: Fetch, new: Brought) -> Brought | None:
        """What the last good answer to the same question brought; None where that cannot be told."""
        before = self.history.last_good(got.source, got.subject)
        if before is not None and before.payload_sha256 == got.payload_sha256:
            return new
        # Facts are asked for a filing that is new; reading megabytes again to compare is not worth it.
        if before is None or got.subject.startswith("companyfacts/"):
            return None
        try:
            return brought(self.ledger.payload(before), self.ledger.stacks)
        except PayloadError:  # what could be read then cannot be any more
            return None

    def _due_again(self, got: Fetch, new: Brought, again: timedelta | None) -> datetime | None:
        if new.session_end is not None:
            return due.after_session(new.session_end, got.started_at)
        every = again or due.EVERY.get(got.subject.partition("/")[0])
        return got.started_at + every if every else None

    def _after(self, source: str, declined: Declined) -> datetime:
        """When a question that brought nothing is put again: at the next refresh, or when the source wants it."""
        now = self.clock()
        if declined.outcome != "rate_limited":
            return next_refresh(now)
        if declined.asked:
            longer = 2 * (self.history.cool_down(source) or COOL_DOWN / 2)
            self._left_alone_until[source] = now + (declined.retry_after or min(longer, LONGEST_COOL_DOWN))
        return self._left_alone_until.get(source, next_refresh(now))

    def _leave_alone_if_told(self, line: Line, source: str) -> None:
        held = self.history.held_until(source, self.clock())
        if held and held.next_try_at:
            self._left_alone_until[source] = held.next_try_at
            told = held.message or held.outcome
            line.close_for(Declined(held.outcome, f"{told}; left alone until {held.next_try_at:%Y-%m-%d %H:%M} UTC"))

    def _end(self, fetch: Fetch) -> Fetch:
        """Record how a question ended; one that was not put, and ended like that before, is not recorded again."""
        last = self.history.last(fetch.source, fetch.subject)
        told_already = (
            last is not None
            and not fetch.requests
            and (last.outcome, last.message, last.next_try_at) == (fetch.outcome, fetch.message, fetch.next_try_at)
        )
        self.ended.append(fetch)
        told = {name: getattr(fetch, name) for name in ("company_id", "source", "subject", "outcome")}
        LOG.info("%s %s: %s", fetch.source, fetch.subject, fetch.outcome, extra=told)
        if not told_already:
            self.ledger.journal.record(fetch)
            self.history.add(fetch)
        return fetch


def _quotes_subject(symbols: tuple[str, ...]) -> str:
    return f"quotes/{','.join(symbols)}"
