"""What a page is, and what every page shares."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.cards.card import Card
from dashboard.ledger import Layer, Member


@dataclass(frozen=True)
class Page:
    """One page: its path in the site, template, title and description, its cards, and what else the template shows."""

    path: str
    template: str
    title: str
    description: str
    section: str
    lens: str
    cards: Sequence[Card] = ()
    context: Mapping[str, object] = field(default_factory=dict)

    @property
    def root(self) -> str:
        """The relative path from the page to the site's folder: '' or '../' as often as needed."""
        return "../" * self.path.count("/")


def layer_path(lens: str, layer: Layer | str) -> str:
    """Return the path of a layer's page."""
    return f"layers/{lens}/{layer if isinstance(layer, str) else layer.layer}.html"


def company_path(company_id: str) -> str:
    """Return the path of a company's page."""
    return f"companies/{company_id}.html"


def lens_path(lens: str, default: str) -> str:
    """Return the path of a lens's page; the default lens is the home page."""
    return "index.html" if lens == default else f"lenses/{lens}.html"


# Sections that every page leads to, in their order.
SECTIONS = {
    "overview": "Overview",
    "stack": "Stack",
    "question": "Will it pay?",
    "capex": "Capex",
    "debt": "Debt",
    "claims": "Claims",
    "lenses": "Lenses",
    "coverage": "Data health",
    "methods": "Method",
    "data": "Data",
}


def navigation(pages: Sequence[Page], default_lens: str) -> Callable[[str], list[tuple[str, str, str]]]:
    """Return a function of a page's lens that gives (section, name, path) of each section; of its lens where it can."""
    paths = {(page.section, page.lens): page.path for page in pages}

    def of(lens: str) -> list[tuple[str, str, str]]:
        found = [(section, paths.get((section, lens), paths.get((section, default_lens)))) for section in SECTIONS]
        return [(section, SECTIONS[section], path) for section, path in found if path]

    return of


STATUS = {
    "listed": "listed",
    "private": "private",
    "part_of": "part of a company",
    "open_source": "open source",
    "delisted": "no longer listed",
}


def measured_as(member: Member) -> str:
    """Say how a member is measured."""
    if member.measure == "whole":
        return "whole company"
    if member.measure == "segment":
        return f"segment “{member.segment}”"
    return "not measured"


def why_unmeasured(member: Member, parent: str | None) -> str:
    """Say why a dark member has no figures; its own note speaks first."""
    if member.note:
        return member.note
    if member.status == "private":
        return "A private company, which publishes no statements."
    if member.status == "open_source":
        return "An open-source project: no statements exist for it."
    if member.status == "part_of":
        return f"Part of {parent or 'a company'}, which reports nothing for it alone."
    return "Listed, but nothing is reported for this business alone."
