"""A session of yfinance's own kind that reaches only the stand-in.

Belongs here: rewriting addresses. Does not belong here: the product's own way of being sent elsewhere.
"""

from typing import Any
from urllib.parse import urlsplit

from curl_cffi import requests

HOSTS = (".yahoo.com", ".sec.gov")


class Refused(RuntimeError):
    """A request for a host that is neither the stand-in nor one that it stands for."""


def rewritten(url: str, base: str) -> str:
    """https://data.sec.gov/x as BASE/data.sec.gov/x; an address of the stand-in as it is.

    Raises:
        Refused: any other host.
    """
    if url.startswith(base + "/"):
        return url
    parts = urlsplit(url)
    host = parts.hostname or ""
    if not host.endswith(HOSTS):
        raise Refused(f"{url}: not a host that the stand-in stands for")
    return f"{base}/{host}{parts.path or '/'}" + (f"?{parts.query}" if parts.query else "")


def original(url: str, base: str) -> str:
    """The address that was rewritten, from one of the stand-in's."""
    return "https://" + url.removeprefix(base + "/") if url.startswith(base + "/") else url


class RedirectSession(requests.Session[requests.Response]):
    """curl_cffi's session with every request sent to the stand-in; no other host can be asked. For yfinance `base` is
    `StandIn.yahoo_url`, so that it keeps its cookie.

    The answer's `url` is the original one again, so that yfinance sees its consent page where it expects it.
    """

    def __init__(self, base: str, **options: Any) -> None:
        super().__init__(**({"impersonate": "chrome"} | options))
        self.base = base

    def request(self, method: Any, url: str, *args: Any, **options: Any) -> Any:
        options["headers"] = dict(options.get("headers") or {}) | {"X-Original-Host": urlsplit(url).hostname or ""}
        response = super().request(method, rewritten(url, self.base), *args, **options)
        response.url = original(response.url, self.base)
        return response
