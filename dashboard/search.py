"""The index that the search of every page reads: names and where they lead, no figures, so that it changes rarely.

Belongs here: what can be found. Does not belong here: how a reader's words are matched (static/search.js).
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from analytics.metrics.registry import METRICS
from dashboard import formats
from dashboard.ledger import Ledger
from dashboard.pages.glossary import GLOSSARY
from dashboard.pages.page import SECTIONS, STATUS, Page, company_path, layer_path, lens_path


class Entry(NamedTuple):
    """One thing to find: its name, what it is, the path of its page, and other words that lead to it."""

    name: str
    kind: str
    path: str
    words: str = ""


def entries(ledger: Ledger, pages: Sequence[Page] = ()) -> list[Entry]:
    """Return pages, layers, lenses, companies and other members, claims, metrics and terms, each once."""
    default = ledger.lenses[0].lens
    own = {page.section: page for page in reversed(pages) if page.section in SECTIONS and page.lens == default}
    found = [Entry(name, "page", own[key].path, own[key].description) for key, name in SECTIONS.items() if key in own]
    found += [Entry(lens.name, "lens", lens_path(lens.lens, default), lens.description) for lens in ledger.lenses]
    reporting, seen = set(ledger.reporting), set[str]()
    for lens in ledger.lenses:
        for layer in ledger.layers(lens.lens):
            found.append(Entry(layer.name, f"layer, {lens.name} lens", layer_path(lens.lens, layer), layer.description))
            for member in ledger.members(lens.lens, layer.layer):
                if member.member_id not in seen and member.member_id not in reporting:
                    seen.add(member.member_id)
                    status = STATUS.get(member.status, member.status)
                    path = f"{layer_path(lens.lens, layer)}#members"
                    found.append(Entry(member.name, f"{status}, {layer.name}", path))
    for company in ledger.reporting:
        about = ledger.companies[company]
        found.append(Entry(str(about["name"]), "company", company_path(company), str(about["ticker"] or "")))
    if "claims" in own:
        found += [Entry(formats.tidy(c["statement"]), "claim", f"claims.html#{c['anchor']}") for c in ledger.claims]
    found += [Entry(m.title, "metric", f"methods.html#{m.id}", f"{m.id} {m.short_title}") for m in METRICS]
    found += [Entry(term, "term", "methods.html#glossary", meaning) for term, meaning in GLOSSARY]
    return found


def script(ledger: Ledger, pages: Sequence[Page] = ()) -> str:
    """Return the index as a classic script, which loads from file:// too, unlike a request for data."""
    rows = json.dumps(entries(ledger, pages), ensure_ascii=False, separators=(",", ":"))
    return f"window.layerLedgerIndex={rows};\n"
