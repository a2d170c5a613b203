"""One polite line to one source: at a steady pace, within a budget, patient with faults, and closed when told to stop.

Belongs here: pace, budget, retries, Retry-After, time limits, what an HTTP or network fault means as an outcome, asking
through a mirror. Does not belong here: any source's addresses or shapes.
"""

import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import IO, Any
from urllib.parse import urlsplit

import stamina
from curl_cffi import requests
from curl_cffi.requests.exceptions import ProxyError, RequestException, SSLError, Timeout

# Attempts are counted in raw.fetches; stamina need not log them too.
stamina.instrumentation.set_on_retry_hooks(())

CONNECT_SECONDS = 5.0
# A Retry-After up to this long is waited for; a longer one ends the run's questions to that source.
PATIENCE_SECONDS = 10.0
# What to wait where a source says "too many" and not for how long: a minute is not enough, a day may not be (reports of
# users); doubled each time in a row, see assets/live.
COOL_DOWN = timedelta(hours=1)
# So many questions in a row that end alike close the line for the rest of the run.
IN_A_ROW = {"refused": 3, "unreachable": 5}
# What curl says around its message.
CURL = re.compile(r"^Failed to perform, curl: \(\d+\) |\.? See https://curl\.se/\S+.*$")
# So much of a body that went into a file is looked at for signs of a refusal.
HEAD_BYTES = 65_536
TOO_MANY = (b"too many requests", b"request rate threshold exceeded")


@dataclass(frozen=True)
class Answer:
    """An answer that may be parsed: the body as it came, and its HTTP status."""

    content: bytes
    status: int


class Declined(Exception):
    """A question that brought no answer to parse; `outcome` is one of analytics.contracts' OUTCOMES.

    content: the body, where one came. retry_after: how long the source asks to be left alone. asked: False if the line
    was closed before.
    """

    def __init__(
        self,
        outcome: str,
        message: str,
        *,
        http_status: int | None = None,
        content: bytes | None = None,
        retry_after: timedelta | None = None,
        asked: bool = True,
    ) -> None:
        """Take how it ended, and what to tell the operator."""
        super().__init__(message)
        self.outcome = outcome
        self.message = message
        self.http_status = http_status
        self.content = content
        self.retry_after = retry_after
        self.asked = asked


@dataclass(frozen=True)
class Pace:
    """How often and how long one source is asked: requests a second, requests a run, attempts a question, seconds."""

    per_second: float
    budget: int
    attempts: int = 3
    seconds: float = 30.0
    first_wait: float = 0.5


class Line(requests.Session[requests.Response]):
    """The one line to a source for one run; a session of curl_cffi whose `request` is polite.

    After `rate_limited` the line stays closed for the run; after several refusals or failures in a row, or if nobody
    was ever reached, too. Whoever asks then gets the same `Declined` with no request made.
    """

    def __init__(
        self,
        name: str,
        pace: Pace,
        *,
        mirror: str | None = None,
        cancel: Callable[[], bool] = lambda: False,
        **session: Any,
    ) -> None:
        """Open the line.

        Args:
            name: the source as messages name it.
            pace: how often and how long it is asked.
            mirror: base URL at which https://host/path is asked as <mirror>/host/path; None asks the host itself.
            cancel: asked before each request; True ends the line as `unreachable` (the run is being stopped).
            session: what else curl_cffi's Session takes.
        """
        super().__init__(**session)
        self.name, self.pace, self.mirror, self.cancel = name, pace, mirror and mirror.rstrip("/"), cancel
        self.spent = 0
        self.reached = False
        self.closed: Declined | None = None
        self._row: list[str] = []
        self._next_at = 0.0

    def ask(self, question: Callable[[], Any]) -> Any:
        """Put one question, which makes any number of requests on this line; keep count of how questions end.

        Raises:
            Declined: it brought no answer to parse, or the line is closed.
        """
        try:
            answer = question()
        except Declined as declined:
            if declined.asked:
                self._note(declined)
            raise
        self._row.clear()
        return answer

    def close_for(self, reason: Declined) -> None:
        """Ask nothing more in this run, for this reason."""
        self.closed = self.closed or reason

    def _note(self, declined: Declined) -> None:
        self._row = [*(o for o in self._row if o == declined.outcome), declined.outcome]
        never = declined.outcome == "unreachable" and not self.reached
        many = len(self._row) >= IN_A_ROW.get(declined.outcome, len(self._row) + 1)
        if declined.outcome == "rate_limited" or never or many:
            self.close_for(declined)

    def request(self, method: Any, url: str, *args: Any, seconds: float | None = None, **options: Any) -> Any:
        """Make one request, with retries where they may help.

        Args:
            method: as curl_cffi takes it, and all the rest too.
            url: the address that is meant; it is asked at the mirror if there is one.
            args: as curl_cffi takes them.
            seconds: how long it may take, if not as long as the pace says.
            options: as curl_cffi takes them; `into`, a file, takes up a body that is too large for memory.

        Raises:
            Declined: there is no answer worth parsing.
        """
        seconds = seconds or self.pace.seconds
        # curl_cffi adds the two up for the whole exchange.
        connect = min(CONNECT_SECONDS, seconds / 2)
        options["timeout"] = (connect, seconds - connect)
        url = self.original(url)
        for attempt in stamina.retry_context(
            on=_worth_another_try,
            attempts=self.attempts(url),
            timeout=None,
            wait_initial=self.pace.first_wait,
            wait_max=8.0,
            wait_jitter=self.pace.first_wait,
        ):
            with attempt:
                return self._once(method, url, *args, **options)
        raise AssertionError("stamina ends with an answer or an error")

    def attempts(self, url: str) -> int:
        """How often a request to this address may be made."""
        return self.pace.attempts

    def _once(self, method: Any, url: str, *args: Any, into: IO[bytes] | None = None, **options: Any) -> Any:
        self._wait_for_turn()
        self.spent += 1
        if into is not None:
            into.seek(0)
            into.truncate()
            options["content_callback"] = into.write
        try:
            response = super().request(method, self.address(url), *args, **options)
        except RequestException as error:
            raise self.fault(url, error) from error
        self.reached = True
        response.url = self.original(response.url)
        if into is not None:
            into.seek(0)
            response.content = into.read(HEAD_BYTES)
        return self.judge(url, response)

    def address(self, url: str) -> str:
        """Where a URL is asked."""
        return url if self.mirror is None else f"{self.mirror}/{url.split('://', 1)[1]}"

    def original(self, url: str) -> str:
        """The URL that is meant by one at the mirror, to which a redirect or a form may lead."""
        at_mirror = self.mirror is not None and url.startswith(f"{self.mirror}/")
        return f"https://{url.removeprefix(f'{self.mirror}/')}" if at_mirror else url

    def fault(self, url: str, error: RequestException) -> Exception:
        """What a failure below HTTP means."""
        host = urlsplit(url).hostname
        what = (
            "no answer in time" if isinstance(error, Timeout)
            else "no safe connection" if isinstance(error, SSLError)
            else "the proxy did not connect" if isinstance(error, ProxyError)
            else "no connection"
        )  # fmt: skip
        return Declined("unreachable", f"{host}: {what} ({_short(str(error))})")

    def judge(self, url: str, response: Any) -> Any:
        """Return the response if it may be parsed.

        Raises:
            Declined: its status says otherwise.
        """
        return judged(url, response)

    def _wait_for_turn(self) -> None:
        if self.closed:
            raise unasked(self.closed)
        if self.cancel():
            raise Declined("unreachable", f"{self.name}: the refresh was stopped", asked=False)
        if self.spent >= self.pace.budget:
            spent = f"the budget of {self.pace.budget} requests to {self.name} for this run is spent"
            self.closed = Declined("rate_limited", spent, asked=False)
            raise unasked(self.closed)
        now = time.monotonic()
        # A little more than the gap, never less, so that the rate is kept and the rhythm is not a machine's.
        gap = 1.0 / self.pace.per_second
        if now < self._next_at:
            time.sleep(self._next_at - now)
        self._next_at = max(now, self._next_at) + gap * random.uniform(1.0, 1.2)


def judged(url: str, response: Any) -> Any:
    """Return a response with a status below 400, or 401, which a client may heal with another cookie.

    Raises:
        Declined: any other status.
    """
    status, host = response.status_code, urlsplit(url).hostname
    if status == 429 or says_too_many(response.content):
        raise Declined(
            "rate_limited", f"{host}: too many requests (HTTP {status})", http_status=status, content=response.content,
            retry_after=retry_after(response.headers.get("Retry-After")),
        )  # fmt: skip
    if status in (404, 410):
        raise Declined(
            "not_found", f"{host} knows nothing of it (HTTP {status})", http_status=status, content=response.content
        )
    if status >= 500:
        raise Declined(
            "unreachable", f"{host} answers with HTTP {status}", http_status=status, content=response.content,
            retry_after=retry_after(response.headers.get("Retry-After")),
        )  # fmt: skip
    if status == 403:
        raise refused(url, response)
    return response


def refused(url: str, response: Any) -> Declined:
    """What a status of 400 to 499 means that nothing healed."""
    host = urlsplit(url).hostname
    return Declined(
        "refused", f"{host} refuses (HTTP {response.status_code}: {_short(response.text)})",
        http_status=response.status_code, content=response.content,
    )  # fmt: skip


def unasked(reason: Declined) -> Declined:
    """The same end for a question that is not put any more."""
    return Declined(
        reason.outcome,
        f"not asked: {reason.message}" if not reason.message.startswith("not asked") else reason.message,
        retry_after=reason.retry_after,
        asked=False,
    )


def retry_after(value: str | None) -> timedelta | None:
    """What a Retry-After header says: seconds, or a date; None where it says nothing that can be read."""
    if value is None:
        return None
    if value.strip().isdigit():
        return timedelta(seconds=int(value))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(timedelta(0), (until if until.tzinfo else until.replace(tzinfo=UTC)) - datetime.now(UTC))


def _worth_another_try(error: Exception) -> bool | float:
    """Failures of the network and of the server may pass; a wait that the source names is kept if it is short."""
    if not isinstance(error, Declined) or not error.asked:
        return False
    wait = error.retry_after and error.retry_after.total_seconds()
    if error.outcome == "rate_limited":
        return wait if wait and wait <= PATIENCE_SECONDS else False
    if error.outcome == "unreachable":
        return min(wait, PATIENCE_SECONDS) if wait else True
    return False


def _short(text: str) -> str:
    words = CURL.sub("", " ".join(text.split()))
    return words[:120] + ("…" if len(words) > 120 else "")


def says_too_many(content: bytes) -> bool:
    """Whether a body that is no JSON says so in words, whatever its status is."""
    head = content.lstrip()[:2000].lower()
    return not head.startswith((b"{", b"[")) and any(words in head for words in TOO_MANY)
