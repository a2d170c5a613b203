"""SEC EDGAR's stand-in: companyfacts, submissions, tickers and the bulk file.

Belongs here: the shapes and manners of data.sec.gov and www.sec.gov. Does not belong here: what was filed (world.py).
"""

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, time, timedelta
from email.utils import format_datetime
from typing import Any

from tests.standins.companies import Company
from tests.standins.exchange import Answer, Endpoint, Request
from tests.standins.others import others
from tests.standins.world import Filing, World

CONTACT = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
UNDECLARED = b"""<!DOCTYPE html>
<html lang="en-US"><head><title>SEC.gov | Your Request Originates from an Undeclared Automated Tool</title></head>
<body><h1>Your Request Originates from an Undeclared Automated Tool</h1>
<p>To allow for equitable access to all users, SEC reserves the right to limit requests originating from undeclared
automated tools. Please declare your traffic by updating your user agent to include company specific information.</p>
</body></html>
"""
THRESHOLD = b"""<!DOCTYPE html>
<html lang="en-US"><head><title>SEC.gov | Request Rate Threshold Exceeded</title></head>
<body><h1>Request Rate Threshold Exceeded</h1></body></html>
"""
NO_SUCH_KEY = (
    b'<?xml version="1.0" encoding="UTF-8"?>\n'
    b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
)
# A document, and when it was last changed.
_Found = tuple[bytes, datetime | None]
BULK = "/Archives/edgar/daily-index/xbrl/companyfacts.zip"


class Sec:
    """Answers for SEC out of a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._documents: dict[tuple[Any, ...], bytes] = {}

    @property
    def endpoints(self) -> tuple[Endpoint, ...]:
        data, www = r"data\.sec\.gov", r"www\.sec\.gov"
        return (
            Endpoint(
                "sec.companyfacts", data, r"/api/xbrl/companyfacts/(?P<subject>CIK\d{10})\.json", self.companyfacts
            ),
            Endpoint("sec.submissions", data, r"/submissions/(?P<subject>CIK\d{10})\.json", self.submissions),
            Endpoint("sec.bulk", www, re.escape(BULK), self.bulk),
            Endpoint("sec.tickers", www, r"/files/company_tickers\.json", self.tickers),
        )

    def companyfacts(self, request: Request, subject: str) -> Answer:
        return self._polite(request, lambda: self._facts_of(subject))

    def submissions(self, request: Request, subject: str) -> Answer:
        return self._polite(request, lambda: self._submissions_of(subject))

    def tickers(self, request: Request, subject: str) -> Answer:
        filers = [c for c in self.world.companies.values() if c.cik]
        listed = {
            str(n): {"cik_str": int(c.cik or 0), "ticker": self.world.symbol(c.company_id), "title": c.name}
            for n, c in enumerate(filers)
        }
        return self._polite(request, lambda: (json.dumps(listed).encode(), None))

    def bulk(self, request: Request, subject: str) -> Answer:
        if not CONTACT.search(request.headers.get("user-agent", "")):
            return Answer(403, UNDECLARED, "text/html")
        filers = [company.company_id for company in self.world.companies.values() if company.cik]
        changed = _changed(filing for filer in filers for filing in self.world.filings(filer) if filing.report)
        answer = Answer(200, self.zipped(), "application/zip", rebuilt=self.zipped)
        return _conditional(request, answer, f'"bulk-{changed}"', changed)

    def zipped(self, reshape: Callable[[bytes], bytes] = lambda document: document) -> Iterator[bytes]:
        """The bulk file in pieces: one JSON document per filer with facts, as `companyfacts.zip` holds them."""
        pieces = _Pieces()
        with zipfile.ZipFile(pieces, "w", zipfile.ZIP_DEFLATED) as archive:
            for company in sorted(self.world.companies.values(), key=lambda c: c.cik or ""):
                found = self._facts_of(f"CIK{company.cik}") if company.cik else None
                if found is not None:
                    member = zipfile.ZipInfo(f"CIK{company.cik}.json", self.world.today.timetuple()[:6])
                    member.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(member, reshape(found[0]))
                    yield pieces.taken()
        yield pieces.taken()

    def _polite(self, request: Request, find: Callable[[], _Found | None]) -> Answer:
        if not CONTACT.search(request.headers.get("user-agent", "")):
            return Answer(403, UNDECLARED, "text/html")
        found = find()
        if found is None:
            return Answer(404, NO_SUCH_KEY, "application/xml")
        body, changed = found
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        return _conditional(request, Answer(200, body, "application/json"), tag, changed)

    def _facts_of(self, subject: str) -> _Found | None:
        company = self.world.by_cik(subject.removeprefix("CIK"))
        facts = self.world.facts(company.company_id) if company else []
        if company is None or not facts:
            return None
        key = (company.company_id, len(facts), facts[-1].filed, company.name)
        if key not in self._documents:
            self._documents[key] = json.dumps(companyfacts(self.world, company), separators=(",", ":")).encode()
        filings = self.world.filings(company.company_id)
        return self._documents[key], _changed(filing for filing in filings if filing.report)

    def _submissions_of(self, subject: str) -> _Found | None:
        company = self.world.by_cik(subject.removeprefix("CIK"))
        if company is None:
            return None
        body = json.dumps(submissions(self.world, company), separators=(",", ":")).encode()
        return body, _changed(self.world.filings(company.company_id))


def companyfacts(world: World, company: Company) -> dict[str, Any]:
    """The document of /api/xbrl/companyfacts: facts by taxonomy, concept and unit, ordered by end and filing date."""
    filings = {filing.accession: filing for filing in world.filings(company.company_id)}
    facts: dict[str, Any] = {}
    for fact in sorted(world.facts(company.company_id), key=lambda f: (f.end, f.filed)):
        taxonomy, _, name = fact.concept.partition(":")
        label = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
        described = facts.setdefault(taxonomy, {}).setdefault(name, {"label": label, "description": None, "units": {}})
        filing = filings[fact.accession]
        row: dict[str, Any] = {} if fact.start is None else {"start": fact.start.isoformat()}
        row |= {
            "end": fact.end.isoformat(),
            "val": int(fact.value) if float(fact.value).is_integer() else fact.value,
            "accn": fact.accession, "fy": filing.fiscal_year, "fp": filing.fiscal_period,
            "form": filing.form, "filed": fact.filed.isoformat(),
        }  # fmt: skip
        described["units"].setdefault(fact.unit, []).append(row)
    reports = [filing for filing in filings.values() if filing.report]
    for name, rows in others(company, reports, world.others):
        facts.setdefault("us-gaap", {})[name] = {"label": name, "description": None, "units": {"USD": rows}}
    return {"cik": int(company.cik or 0), "entityName": company.name.upper(), "facts": facts}


def submissions(world: World, company: Company) -> dict[str, Any]:
    """The document of /submissions: who files, and the arrays of the thousand newest filings, newest first."""
    filings = world.filings(company.company_id)[:1000]
    symbol = world.symbol(company.company_id)
    columns: dict[str, list[Any]] = {
        "accessionNumber": [f.accession for f in filings],
        "filingDate": [f.filed.isoformat() for f in filings],
        "reportDate": [f.report.isoformat() if f.report else "" for f in filings],
        "acceptanceDateTime": [f"{f.filed.isoformat()}T16:05:12.000Z" for f in filings],
        "act": ["34" for _ in filings],
        "form": [f.form for f in filings],
        "fileNumber": ["000-00000" for _ in filings],
        "filmNumber": ["" for _ in filings],
        "items": ["2.02,9.01" if f.form == "8-K" else "" for f in filings],
        "core_type": ["XBRL" if f.report else f.form for f in filings],
        "size": [1_000_000 for _ in filings],
        "isXBRL": [int(f.report is not None) for f in filings],
        "isInlineXBRL": [int(f.report is not None) for f in filings],
        "primaryDocument": [f"{symbol.lower()}-{f.filed:%Y%m%d}.htm" for f in filings],
        "primaryDocDescription": [f.form for f in filings],
    }
    return {
        "cik": company.cik, "entityType": "operating", "sic": "7372", "sicDescription": "",
        "name": company.name.upper(),
        "tickers": [symbol], "exchanges": ["Nasdaq"], "ein": "000000000", "category": "Large accelerated filer",
        "fiscalYearEnd": f"{company.year_end_month:02d}31", "stateOfIncorporation": "DE", "formerNames": [],
        "filings": {"recent": columns, "files": []},
    }  # fmt: skip


def _conditional(request: Request, answer: Answer, tag: str, changed: datetime | None) -> Answer:
    """Add ETag and Last-Modified; 304 without a body where the asker has it already."""
    answer.headers["ETag"] = tag
    if changed is not None:
        answer.headers["Last-Modified"] = format_datetime(changed, usegmt=True)
    known = request.headers.get("if-none-match")
    since = request.headers.get("if-modified-since")
    if known == tag or (known is None and since is not None and since == answer.headers.get("Last-Modified")):
        return Answer(304, b"", answer.content_type, answer.headers)
    return answer


def _changed(filings: Iterable[Filing]) -> datetime | None:
    """When the newest of the filings came out; a second later for each of the same day."""
    days = [filing.filed for filing in filings]
    if not days:
        return None
    return datetime.combine(max(days), time(22, 5), UTC) + timedelta(seconds=days.count(max(days)))


class _Pieces(io.RawIOBase):
    """Where ZipFile writes: keeps only what was not yet taken."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._held += data
        return len(data)

    def taken(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held
