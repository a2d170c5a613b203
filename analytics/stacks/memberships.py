"""From what a lens file says of a member to one full membership, with every default filled in.

Belongs here: the defaults. Does not belong here: whether the result makes sense (checks.py).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from analytics.stacks.entries import Company, Lens, Measure, Member
from analytics.stacks.spans import Span, earlier, later


@dataclass(frozen=True)
class Membership:
    """One member of a layer over one span; `company` is who is measured."""

    layer: str
    member: Company
    company: Company
    name: str
    measure: Measure
    segment: str | None
    primary: bool
    named_by_source: bool
    span: Span
    note: str | None


def entries(lens: Lens) -> Iterator[tuple[str, Member, bool]]:
    """Every member of the lens with its layer and whether the source names it, in the order of the file."""
    for layer in lens.layers:
        for member in layer.members:
            yield layer.id, member, True
        for member in layer.peers:
            yield layer.id, member, False


def resolve(layer: str, member: Member, named_by_source: bool, companies: Mapping[str, Company]) -> Membership | None:
    """Fill in the defaults of one member; None where it refers to a company that is not there.

    A member that is part of another company is measured by that company, everything else by itself. Whoever publishes
    accounts is `whole` unless the entry says otherwise, everything else is `dark`. Membership starts at the member's
    own listing, and at the listing of the company measured where its figures are used; it ends likewise.
    """
    if (named := companies.get(member.id)) is None:
        return None
    default = named.parent if named.status == "part_of" else named.id
    if (company := companies.get(member.company or default or "")) is None:
        return None
    measure: Measure = member.measure or ("whole" if company is named and named.files_accounts else "dark")
    primary = member.primary if member.primary is not None else measure == "whole"
    # A private member counts from the beginning; figures of a company begin with its listing and end with it.
    measured = [company] if measure != "dark" or primary else []
    listed = [c for c in (named, *measured) if c.status == "listed" or (c.files_accounts and measure != "dark")]
    span = Span(
        later(member.valid_from, *(c.listed_from for c in listed)),
        earlier(member.valid_to, *(c.listed_to for c in listed)),
    )
    return Membership(
        layer=layer,
        member=named,
        company=company,
        name=member.name or named.name,
        measure=measure,
        segment=member.segment,
        primary=primary,
        named_by_source=named_by_source,
        span=span,
        note=". ".join(t.rstrip(".") for t in (member.reason, member.note) if t) + "."
        if member.reason or member.note
        else None,
    )
