"""Yahoo as it is asked: through yfinance's own session handling, on one polite line.

Belongs here: cookies and crumbs, what of yfinance is used and how it is set. Does not belong here: addresses and shapes
(statements.py, chart.py, quotes.py), pace and retries (http.py).

yfinance fetches a cookie and a crumb before the first question and changes to its other way of getting them when Yahoo
answers 401 or 403; that is what it is used for. Its frames are not: they drop currencies and period types, and turn
most failures into empty frames.
"""

import logging
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from curl_cffi.requests.exceptions import RequestException

from assets.sources.http import Answer, Declined, Line, Pace, refused, says_too_many

# Where cookies, crumbs and consent come from. Without them charts and statements are answered all the same.
COOKIE, CONSENT = "fc.yahoo.com", "consent.yahoo.com"
AUXILIARY = (COOKIE, "guce.yahoo.com", CONSENT, "finance.yahoo.com")
CRUMB_PATH = "/v1/test/getcrumb"
CRUMB_LENGTH = 64
# After so many failures one of them is not asked again in this run.
AUXILIARY_TRIES = 2


class NoCrumbError(OSError):
    """What came is no crumb. An OSError, which yfinance takes as a passing fault and goes on without a crumb."""


class YahooLine(Line):
    """The line to Yahoo, for yfinance to use as its session."""

    def __init__(self, pace: Pace, *, mirror: str | None = None, **line: Any) -> None:
        """Open the line; see `Line`."""
        super().__init__("Yahoo", pace, mirror=mirror, impersonate="chrome", **line)
        self._failed: dict[str, list[Exception]] = {}
        self._cookie_answer: Any = None
        self.consented = False

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        """Make one request; a cookie is fetched once a run, and what keeps failing beside the data is left alone."""
        url = self.original(url)
        if not auxiliary(url):
            return super().request(method, url, *args, **options)
        place = urlsplit(url).hostname or url
        self.consented = self.consented or (place == CONSENT and method == "POST")
        failed = self._failed.setdefault(place + urlsplit(url).path, [])
        if len(failed) >= AUXILIARY_TRIES:
            raise failed[-1]
        if place == COOKIE and self._cookie_answer is not None:
            return self._cookie_answer
        try:
            response = super().request(method, url, *args, **options)
        except (RequestException, NoCrumbError) as error:
            failed.append(error)
            raise
        if place == COOKIE:
            self._cookie_answer = response
        return response

    def attempts(self, url: str) -> int:
        """What stands beside the data is asked once; the data as often as the pace says."""
        return 1 if auxiliary(url) else super().attempts(url)

    def fault(self, url: str, error: RequestException) -> Exception:
        """A fault beside the data is left to yfinance, which goes on without."""
        return error if auxiliary(url) else super().fault(url, error)

    def judge(self, url: str, response: Any) -> Any:
        """Return what may be parsed, and from beside the data whatever is no sign of too many requests.

        Raises:
            Declined: the status says that there is nothing to parse, or to stop.
            NoCrumbError: a page or an error where a crumb was promised; yfinance would keep it as the crumb.
        """
        # Where it came from, not what was asked: accepted terms lead on to the data, and data may lead to terms.
        place = response.url
        if not auxiliary(place) or response.status_code == 429 or says_too_many(response.content):
            return super().judge(place, response)
        if urlsplit(url).path == CRUMB_PATH:
            crumb = response.text
            if response.status_code != 200 or not 0 < len(crumb) <= CRUMB_LENGTH or set(crumb) & set(" \r\n\t<{"):
                raise NoCrumbError(f"HTTP {response.status_code} and {crumb[:40]!r} where a crumb was promised")
        return response


def auxiliary(url: str) -> bool:
    """Whether a URL serves cookies, crumbs or consent rather than data."""
    parts = urlsplit(url)
    return parts.hostname in AUXILIARY or parts.path == CRUMB_PATH


class Yahoo:
    """yfinance on one line."""

    def __init__(self, line: YahooLine, cache: Path) -> None:
        """Set yfinance up for one run.

        Args:
            line: the run's line.
            cache: folder inside the home for yfinance's own caches.
        """
        import yfinance  # noqa: PLC0415 (0.6 s that only a run with questions to Yahoo should pay)
        from yfinance.cache import _CookieCacheDummy, _CookieCacheManager  # noqa: PLC0415
        from yfinance.data import YfData  # noqa: PLC0415

        self.line = line
        # What they would warn of ends as an outcome.
        for name in ("yfinance", "bs4.dammit"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        cache.mkdir(parents=True, exist_ok=True)
        yfinance.set_tz_cache_location(str(cache))
        yfinance.config.debug.hide_exceptions = False
        # Cookies are kept for a run: yfinance would bring kept ones back in place of newer ones, and with them an old
        # refusal. Its one client lives as long as the process, and would bring a crumb without its cookie.
        _CookieCacheManager._Cookie_cache = _CookieCacheDummy()
        type(YfData)._instances.pop(YfData, None)
        self.client = YfData(session=line)
        self.client.cache_get.cache_clear()

    def get(self, url: str, params: dict[str, str]) -> Answer:
        """Ask for one document.

        Raises:
            Declined: there is no answer to parse.
        """
        answer: Answer = self.line.ask(lambda: self._get(url, params))
        return answer

    def _get(self, url: str, params: dict[str, str]) -> Answer:
        from yfinance.exceptions import YFException  # noqa: PLC0415

        try:
            self.line.consented = False
            response = self.client.get(url, params=params)
            if response.status_code == 401 and self.line.consented:
                # Terms were accepted under way, and with them came another cookie than the crumb belongs to.
                response = self.client.get(url, params=params)
        except YFException as error:
            raise Declined("rate_limited" if "Rate" in type(error).__name__ else "unreachable", str(error)) from error
        except RequestException as error:
            raise Declined("unreachable", f"{urlsplit(url).hostname}: {error}") from error
        except Declined:
            raise
        except Exception as error:
            # yfinance reads cookies and consent pages on trust; an odd page shall not end the refresh.
            told = f"yfinance cannot read what {urlsplit(url).hostname} answers ({type(error).__name__}: {error})"
            raise Declined("schema_changed", told) from error
        if response.status_code >= 500:
            # A consent page, say; faults of the data itself were told before.
            raise Declined(
                "unreachable", f"{urlsplit(response.url).hostname} answers with HTTP {response.status_code}",
                http_status=response.status_code, content=response.content,
            )  # fmt: skip
        if response.status_code >= 400:
            raise refused(url, response)
        return Answer(response.content, response.status_code)
