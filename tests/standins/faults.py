"""What can go wrong: each kind of fault as a change of an answer.

Belongs here: the kinds, and the endpoints at which each can be met. Does not belong here: who is struck and how often
(dial.py), sockets (server.py carries out 'drip', 'cut' and 'reset').

Faults that happen before HTTP is spoken (a name that does not resolve, TLS that cannot be trusted) strike a single
request by sending the client elsewhere with a 307; a client that follows redirects meets the failure itself. For a
client that follows none, or for all requests, give it one of `StandIn.broken_addresses` instead of the address.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import urlencode

from tests.standins import recorded
from tests.standins.exchange import Answer, Request
from tests.standins.sec import THRESHOLD, UNDECLARED

HTML = b"<!DOCTYPE html><html><head><title>Yahoo</title></head><body><h1>Will be right back...</h1></body></html>"
Strike = Callable[["Case"], Answer]


@dataclass(frozen=True)
class Case:
    """What a fault strikes: the request, its endpoint, and the answer that would have been given."""

    request: Request
    endpoint: str
    answer: Answer
    broken: Callable[[], Mapping[str, str]]

    @property
    def is_sec(self) -> bool:
        return self.endpoint.startswith("sec.")

    def document(self) -> Any:
        """The answer as JSON, None where it is none."""
        if not isinstance(self.answer.body, bytes) or self.answer.status != 200:
            return None
        try:
            return json.loads(self.answer.body)
        except ValueError:
            return None

    def reshaped(self, change: Callable[[Any], Any]) -> Answer:
        """The answer with its JSON changed, in a file of documents each; the same answer where it is no JSON."""
        if self.answer.rebuilt is not None:
            body = self.answer.rebuilt(lambda held: json.dumps(change(json.loads(held))).encode())
            return Answer(200, body, self.answer.content_type)
        document = self.document()
        return self.answer if document is None else Answer.of(change(document))


def _crumb_file(name: str) -> bytes:
    return (recorded.FOLDER / "crumb" / name).read_bytes()


def _too_many(case: Case) -> Answer:
    if case.is_sec:
        return Answer(429, THRESHOLD, "text/html")
    name = "429_too_many_requests.txt" if case.endpoint == "yahoo.crumb" else "429_edge_too_many_requests.txt"
    return Answer(429, _crumb_file(name), "text/html")


def _too_many_later(case: Case) -> Answer:
    answer = _too_many(case)
    answer.headers["Retry-After"] = "7"
    return answer


def _forbidden(case: Case) -> Answer:
    if case.is_sec:
        return Answer(403, UNDECLARED, "text/html")
    return Answer(403, _crumb_file("401_feature.json"))


def _not_found(case: Case) -> Answer:
    if case.is_sec:
        return Answer(404, b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "application/xml")
    place = {"yahoo.chart": "chart", "yahoo.quote": "quoteResponse", "yahoo.quote_summary": "quoteSummary"}
    name = place.get(case.endpoint, "finance")
    text = "No data found, symbol may be delisted" if name == "chart" else "Not Found"
    return Answer.of({name: {"result": None, "error": {"code": "Not Found", "description": text}}}, 404)


def _truncated(case: Case) -> Answer:
    body = case.answer.body
    whole = body if isinstance(body, bytes) else next(iter(body))
    return Answer(case.answer.status, whole[: len(whole) // 2], case.answer.content_type)


def _consent(case: Case) -> Answer:
    """Yahoo's way in Europe: nothing is answered until its terms are accepted, once per cookie jar."""
    if "EuConsent" in case.request.cookies or case.is_sec:
        return case.answer
    request = case.request
    done = f"{request.base}/{request.host}{request.path}?{urlencode(request.query)}"
    return Answer(
        302, b"", "text/html", {"Location": f"{request.base}/guce.yahoo.com/consent?{urlencode({'done': done})}"}
    )


def _delivered(how: str) -> Strike:
    def strike(case: Case) -> Answer:
        case.answer.delivery = how
        return case.answer

    return strike


def _elsewhere(name: str) -> Strike:
    def strike(case: Case) -> Answer:
        return Answer(307, b"", "text/html", {"Location": case.broken()[name]})

    return strike


def _texts(value: Any) -> Any:
    """Every number as text."""
    if isinstance(value, dict):
        return {key: _texts(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_texts(held) for held in value]
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


RENAMED = {
    "reportedValue": "reported", "asOfDate": "date", "close": "closePrice", "regularMarketPrice": "price",
    "marketCap": "capitalisation", "val": "value", "accn": "accession", "accessionNumber": "accessions",
    "filingDate": "filed", "facts": "statements", "cik_str": "cik_number",
}  # fmt: skip


def _renamed(value: Any) -> Any:
    if isinstance(value, dict):
        return {RENAMED.get(key, key): _renamed(held) for key, held in value.items()}
    return [_renamed(held) for held in value] if isinstance(value, list) else value


def _emptied(document: Any) -> Any:
    """No result: an empty list where results stand, no facts, no filings."""
    if "facts" in document:
        return document | {"facts": {}}
    if "filings" in document:
        return document | {"filings": {"recent": {name: [] for name in document["filings"]["recent"]}, "files": []}}
    return {place: held | {"result": []} if isinstance(held, dict) and "result" in held else held
            for place, held in document.items()}  # fmt: skip


def _without_figures(document: Any) -> Any:
    """As Yahoo answers for a symbol without statements or bars: result entries that hold only `meta`."""
    for place in ("timeseries", "chart"):
        if place in document:
            entries = [{"meta": entry["meta"]} for entry in document[place]["result"]]
            if place == "chart":
                entries = [entry | {"indicators": {"quote": [{}]}} for entry in entries]
            return {place: {"result": entries, "error": None}}
    return document


def _other(currency: str) -> str:
    return "JPY" if currency != "JPY" else "USD"


def _other_currency(value: Any) -> Any:
    if isinstance(value, dict):
        changed: dict[str, Any] = {}
        for key, held in value.items():
            if key in ("currencyCode", "currency", "financialCurrency") and isinstance(held, str):
                changed[key] = _other(held)
            elif key == "units" and isinstance(held, dict):
                changed[key] = {u if u == "shares" else _other(u): rows for u, rows in held.items()}
            else:
                changed[key] = _other_currency(held)
        return changed
    return [_other_currency(held) for held in value] if isinstance(value, list) else value


def _repeated(value: Any) -> Any:
    """Every entry of a list of figures twice, in place; columns of arrays stay as long as each other."""
    if isinstance(value, dict):
        return {
            key: [entry for entry in held for _ in (0, 1)] if _is_series(key, held) else _repeated(held)
            for key, held in value.items()
        }
    return [_repeated(held) for held in value] if isinstance(value, list) else value


def _is_series(key: str, held: Any) -> bool:
    if not isinstance(held, list) or not held or key in ("type", "symbol", "validRanges", "tickers", "exchanges"):
        return False
    return not isinstance(held[0], dict) or "asOfDate" in held[0] or "accn" in held[0] or "symbol" in held[0]


def _with_holes(value: Any) -> Any:
    """Every other figure null, as Yahoo's arrays hold nulls."""
    if isinstance(value, dict):
        return {
            key: [None if n % 2 else entry for n, entry in enumerate(held)]
            if key != "timestamp" and _is_series(key, held) else _with_holes(held)
            for key, held in value.items()
        }  # fmt: skip
    return [_with_holes(held) for held in value] if isinstance(value, list) else value


def _stale(document: Any) -> Any:
    """The newest figure of each type is the one before again, under its own date: a slip that Yahoo makes."""
    for entry in document["timeseries"]["result"]:
        rows = entry.get(entry["meta"]["type"][0], [])
        if len(rows) > 1 and rows[-2] and rows[-1]:
            rows[-1] = rows[-1] | {"reportedValue": rows[-2]["reportedValue"]}
    return document


def _says_limited(case: Case) -> Answer:
    if case.is_sec:
        return Answer(200, THRESHOLD, "text/html")
    return Answer(200, _crumb_file("429_edge_too_many_requests.txt"), "text/html")


def _of_json(change: Callable[[Any], Any]) -> Strike:
    return lambda case: case.reshaped(change)


@dataclass(frozen=True)
class Kind:
    """One kind of fault: what it makes of an answer, and the endpoints (globs) at which it can be met."""

    strike: Strike
    endpoints: tuple[str, ...] = ("*",)

    def applies(self, endpoint: str) -> bool:
        return any(fnmatchcase(endpoint, glob) for glob in self.endpoints)


DATA = ("yahoo.timeseries", "yahoo.chart", "yahoo.quote", "yahoo.quote_summary")
DOCUMENTS = (*DATA, "sec.companyfacts", "sec.submissions", "sec.bulk")
WITH_A_BODY = (*DATA, "yahoo.crumb", "sec.*")

KINDS: dict[str, Kind] = {
    "too_many": Kind(_too_many),
    "too_many_retry_after": Kind(_too_many_later),
    "invalid_crumb": Kind(lambda case: Answer(401, _crumb_file("401_invalid_crumb.json")), ("yahoo.*",)),
    "forbidden": Kind(_forbidden),
    "not_found": Kind(_not_found),
    "server_error": Kind(lambda case: Answer(500, b"Internal Server Error", "text/plain")),
    "unavailable": Kind(lambda case: Answer(503, HTML, "text/html")),
    "html": Kind(lambda case: Answer(200, HTML, "text/html")),
    "consent": Kind(_consent, (*DATA, "yahoo.crumb")),
    "truncated": Kind(_truncated, WITH_A_BODY),
    "wrong_types": Kind(_of_json(_texts), DOCUMENTS),
    "renamed_keys": Kind(_of_json(_renamed), DOCUMENTS),
    "empty_body": Kind(lambda case: Answer(200, b"", case.answer.content_type)),
    "empty_result": Kind(_of_json(_emptied), DOCUMENTS),
    "no_figures": Kind(_of_json(_without_figures), ("yahoo.timeseries", "yahoo.chart")),
    "null_figures": Kind(_of_json(_with_holes), DOCUMENTS),
    "wrong_currency": Kind(_of_json(_other_currency), (*DATA[:3], "sec.companyfacts", "sec.bulk")),
    "repeated": Kind(_of_json(_repeated), DOCUMENTS),
    "stale_quarter": Kind(_of_json(_stale), ("yahoo.timeseries",)),
    "limited_200": Kind(_says_limited),
    "slow_drip": Kind(_delivered("drip"), WITH_A_BODY),
    "cut": Kind(_delivered("cut"), WITH_A_BODY),
    "reset": Kind(_delivered("reset")),
    "dns": Kind(_elsewhere("dns")),
    "tls": Kind(_elsewhere("tls")),
    "tls_plain": Kind(_elsewhere("tls_plain")),
}
