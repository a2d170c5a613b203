"""What changed: new figures, restatements and flipped claims, as events that the home page and the feed tell.

Belongs here: what counts as an event, its words, and the Atom feed. Does not belong here: what a verdict rests on.
An event's day is the day on which it became known, never the clock's, so the same tables give the same feed.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import NamedTuple
from xml.etree import ElementTree

import polars as pl

from analytics.items import BY_ID
from dashboard import findings, formats
from dashboard.ledger import SOURCE_NAMES, Ledger
from dashboard.pages.page import company_path

DAYS = 120  # how far back the feed tells
LATE = 140  # days after its end by which a period is news; what becomes known later fills a gap
LONGEST = 100  # entries of the feed
ATOM = "http://www.w3.org/2005/Atom"


class Event(NamedTuple):
    """One change: the day it became known, its kind, whom it is about, what it says, where it leads, and its id."""

    day: date
    kind: str
    subject: str
    text: str
    path: str
    identifier: str


def events(ledger: Ledger) -> list[Event]:
    """Return the events of the last DAYS days before the as-of date, the newest first."""
    found = [*_figures(ledger), *_restatements(ledger), *_claims(ledger)]
    return sorted(found, key=lambda e: (-e.day.toordinal(), e.kind, e.subject, e.identifier))


def _recent(ledger: Ledger, name: str) -> pl.DataFrame:
    first = ledger.as_of - timedelta(days=DAYS)
    return ledger.tables[name].filter(pl.col("known_at").is_between(first, ledger.as_of))


def _figures(ledger: Ledger) -> list[Event]:
    """One event a company and day of new figures of a quarter that had just ended."""
    frame = _recent(ledger, "core.company_quarters").filter(
        (pl.col("known_at") - pl.col("period_end")).dt.total_days() <= LATE
    )
    newest = frame.filter(pl.col("period_end") == pl.col("period_end").max().over("company_id", "known_at"))
    rows = (
        newest.group_by("company_id", "known_at", "period_end")
        .agg(pl.col("item").n_unique(), pl.col("source").sort().first())
        .sort("company_id", "known_at")
    )
    paged = set(ledger.reporting)
    return [
        Event(
            known,
            "figures",
            ledger.names[company],
            f"{items} {'figure' if items == 1 else 'figures'} of the period to {formats.day(end)}, "
            f"from {SOURCE_NAMES.get(source, source)}",
            company_path(company) if company in paged else "coverage.html",
            f"figures:{company}:{known}:{end}",
        )
        for company, known, end, items, source in rows.iter_rows()
    ]


def _restatements(ledger: Ledger) -> list[Event]:
    """One event a company and day on which a filing changed what an older one had said."""
    frame = _recent(ledger, "marts.restatements")
    rows = frame.group_by("company_id", "known_at").agg(pl.len(), pl.col("item").unique().sort()).sort("company_id")
    return [
        Event(
            known,
            "restatement",
            ledger.names[company],
            f"{count} earlier {'figure' if count == 1 else 'figures'} restated: "
            + findings.listed([BY_ID[item].title.lower() for item in items]),
            f"{company_path(company)}#restatements",
            f"restatement:{company}:{known}",
        )
        for company, known, count, items in rows.iter_rows()
    ]


def _claims(ledger: Ledger) -> list[Event]:
    """One event a claim whose verdict changed in the newest quarter in which it can be tested."""
    return [
        Event(
            ledger.as_of,
            "claim",
            formats.tidy(claim["statement"]),
            f"now {claim['verdict'].replace('_', ' ')}, since {formats.quarter(claim['since'])}",
            f"claims.html#{claim['anchor']}",
            f"claim:{claim['anchor']}:{claim['since']}",
        )
        for claim in ledger.claims
        if claim["n_flips"] and claim["since"] is not None and claim["since"] == claim["calendar_quarter"]
    ]


def feed(found: Sequence[Event], as_of: date) -> str:
    """Return the events as an Atom feed (RFC 4287); its links are relative to where it stands."""
    ElementTree.register_namespace("", ATOM)
    root = ElementTree.Element(f"{{{ATOM}}}feed")

    def add(parent: ElementTree.Element, name: str, text: str = "", **attributes: str) -> ElementTree.Element:
        node = ElementTree.SubElement(parent, f"{{{ATOM}}}{name}", attributes)
        node.text = "".join(c for c in text if c >= " ") or None
        return node

    newest = max((event.day for event in found), default=as_of)
    add(root, "id", "urn:layerledger:changes")
    add(root, "title", "Layer Ledger: what changed")
    add(root, "subtitle", "New figures, restatements and flipped claims of the AI stack")
    add(root, "updated", f"{newest}T00:00:00Z")
    add(root, "link", rel="self", href="feed.xml")
    add(root, "link", rel="alternate", type="text/html", href="index.html")
    add(add(root, "author"), "name", "Layer Ledger")
    for event in found[:LONGEST]:
        entry = add(root, "entry")
        add(entry, "id", f"urn:layerledger:{event.identifier}")
        add(entry, "title", f"{event.subject}: {event.text}")
        add(entry, "updated", f"{event.day}T00:00:00Z")
        add(entry, "category", term=event.kind)
        add(entry, "link", rel="alternate", type="text/html", href=event.path)
        add(entry, "summary", event.text)
    ElementTree.indent(root, "")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"
