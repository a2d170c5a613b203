"""SEC EDGAR: the list of a filer's filings, which tells whether there is anything new to fetch.

Belongs here: the shape of a `submissions` answer, and which filings carry figures. Does not belong here: the figures
(sec.py).
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from assets.sources.payload import NoDataError, Payload, PayloadError

URL = "https://data.sec.gov/submissions/CIK{cik}.json"

# Filings whose facts `companyfacts` holds for certain, and those that may bring some or announce results.
PERIODIC = frozenset({"10-K", "10-Q", "20-F", "40-F"})
RELEVANT = PERIODIC | {"6-K", "8-K"}
RESULTS = "2.02"  # Item of an 8-K: results of operations and financial condition.
OTHER_EVENTS = "8.01"  # Under this item of an 8-K years are recast; one that announces results holds no facts.
# `companyfacts` follows a filing within minutes, rarely days; after so many days a filing without facts has none.
PATIENCE = timedelta(days=14)


@dataclass(frozen=True)
class Filing:
    """One filing: `form` without the mark of an amendment, `report` the end of the period it is about."""

    accession: str
    form: str
    filed: date
    report: date | None
    xbrl: bool
    items: frozenset[str]

    @property
    def may_bring_facts(self) -> bool:
        """Whether `companyfacts` may hold more once this is filed; a filer's megabytes are asked only then."""
        return (
            self.form in PERIODIC
            or (self.form == "6-K" and self.xbrl)
            or (self.form == "8-K" and OTHER_EVENTS in self.items)
        )


def subject(cik: str) -> str:
    """What a filer's list is asked for by: 'submissions/CIK0001045810' for the CIK in ten digits."""
    return f"submissions/CIK{cik}"


def parse(payload: Payload) -> tuple[Filing, ...]:
    """The filings that may carry figures, newest first, as far back as the answer's first page goes.

    Raises:
        PayloadError: not JSON; another filer than asked for; columns missing, uneven or of another type.
        NoDataError: no filing at all.
    """
    document = _document(payload)
    recent = _member(_member(document, "filings", payload), "recent", payload)
    columns = {
        name: _column(recent, name, payload)
        for name in ("accessionNumber", "form", "filingDate", "reportDate", "isXBRL", "items")
    }
    if len({len(values) for values in columns.values()}) > 1:
        raise PayloadError(f"{payload.subject}: columns of filings.recent are of different lengths")
    filings = []
    for accession, form, filed, report, xbrl, items in zip(*columns.values(), strict=True):
        plain = str(form).removesuffix("/A")
        if plain not in RELEVANT:
            continue
        if not isinstance(xbrl, int):
            raise PayloadError(f"{payload.subject}: isXBRL is {xbrl!r} where 0 or 1 was promised")
        if not isinstance(accession, str) or not isinstance(items, str):
            raise PayloadError(f"{payload.subject}: accession {accession!r} with items {items!r}")
        filings.append(
            Filing(
                accession,
                plain,
                _day(filed, payload),
                _day(report, payload) if report else None,
                bool(xbrl),
                frozenset(items.split(",")) if items else frozenset(),
            )
        )
    if not columns["form"]:
        raise NoDataError(f"{payload.subject}: no filing at all")
    return tuple(sorted(filings, key=lambda f: (f.filed, f.accession), reverse=True))


def new(now: tuple[Filing, ...], then: tuple[Filing, ...]) -> set[str]:
    """Accessions of filings that may bring facts and were not there then."""
    return {f.accession for f in now if f.may_bring_facts} - {f.accession for f in then}


def awaited(filings: tuple[Filing, ...], today: date) -> set[str]:
    """Accessions of young quarterly and yearly filings, whose facts are there or will be soon."""
    return {f.accession for f in filings if f.form in PERIODIC and f.xbrl and f.filed >= today - PATIENCE}


def newest_report(filings: tuple[Filing, ...]) -> date | None:
    """End of the newest period that a quarterly or yearly filing is about."""
    return max((f.report for f in filings if f.form in PERIODIC and f.report), default=None)


def files_quarters(filings: tuple[Filing, ...]) -> bool:
    """Whether it files quarterly figures (10-Q); filers of 20-F and 40-F file years."""
    return any(f.form == "10-Q" for f in filings)


def results_ahead_of_figures(filings: tuple[Filing, ...]) -> date | None:
    """Day on which results were announced (8-K, item 2.02) after the newest periodic filing; None if they were not."""
    periodic = max((f.filed for f in filings if f.form in PERIODIC), default=date.min)
    return max((f.filed for f in filings if RESULTS in f.items and f.filed > periodic), default=None)


def _document(payload: Payload) -> dict[str, Any]:
    if not payload.content.strip():
        raise NoDataError(f"{payload.subject}: not JSON: an empty answer")
    try:
        document = json.loads(payload.content)
    except ValueError as error:
        raise PayloadError(f"{payload.subject}: not JSON: {error}") from error
    if not isinstance(document, dict):
        raise PayloadError(f"{payload.subject}: a {type(document).__name__} where an object was promised")
    try:
        found = subject(f"{int(document['cik']):010d}")
    except (KeyError, TypeError, ValueError) as error:
        raise PayloadError(f"{payload.subject}: no cik that is a number") from error
    if found != payload.subject:
        raise PayloadError(f"{payload.subject}: wrong company, the answer is about {found}")
    return document


def _member(mapping: dict[str, Any], name: str, payload: Payload) -> dict[str, Any]:
    found = mapping.get(name)
    if not isinstance(found, dict):
        raise PayloadError(f"{payload.subject}: `{name}` is {type(found).__name__} where an object was promised")
    return found


def _column(recent: dict[str, Any], name: str, payload: Payload) -> list[Any]:
    found = recent.get(name)
    if not isinstance(found, list):
        raise PayloadError(f"{payload.subject}: `{name}` is {type(found).__name__} where a list was promised")
    return found


def _day(value: object, payload: Payload) -> date:
    try:
        return date.fromisoformat(value)  # type: ignore[arg-type]
    except (TypeError, ValueError) as error:
        raise PayloadError(f"{payload.subject}: {value!r} is not a date") from error
