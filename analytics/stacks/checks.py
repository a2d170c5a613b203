"""The rules between entries of the registry: what would make a figure wrong or count it twice.

Belongs here: pure functions from entries to faults. Rules that one entry breaks by itself are in entries.py.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from itertools import combinations

from analytics.stacks.entries import PALETTE, Company, Lens, Member
from analytics.stacks.faults import Fault
from analytics.stacks.memberships import Membership, entries, resolve
from analytics.stacks.spans import overlap, overlapping


def check_companies(file: str, companies: Sequence[Company]) -> Iterator[Fault]:
    """Faults of companies.toml: double ids, tickers and CIKs, missing facts of listed companies, dates, parents."""
    yield from _check_unique(file, companies)
    ids = {c.id for c in companies}
    for company in companies:
        for problem, mend in _company_problems(company, ids):
            yield Fault(file, f"company {company.id!r}", problem, mend)


def _check_unique(file: str, companies: Sequence[Company]) -> Iterator[Fault]:
    tickers = [(t, c.id) for c in companies for t in c.tickers]
    for what, pairs, mend in (
        ("id", [(c.id, c.id) for c in companies], "give each company one entry"),
        ("ticker", tickers, "leave it with the company it belongs to"),
        ("CIK", [(c.cik, c.id) for c in companies if c.cik], "look up the right one"),
    ):
        owners: dict[str, list[str]] = defaultdict(list)
        for value, owner in pairs:
            owners[value].append(owner)
        for value, holders in owners.items():
            if len(holders) > 1:
                others = f" (also {', '.join(map(repr, holders[:-1]))})" if what != "id" else ""
                problem = f"{what} {value!r} is used {len(holders)} times{others}"
                yield Fault(file, f"company {holders[-1]!r}", problem, mend)


def _company_problems(company: Company, ids: Set[str]) -> Iterator[tuple[str, str]]:
    """Problem and mend of one company, the ids of all given."""
    if company.files_accounts:
        for field in ("ticker", "currency", "fiscal_year_end_month", "shares_per_receipt"):
            if getattr(company, field) is None:
                yield f"{field} is missing, and its status is {company.status}", f"add {field}"
    elif company.ticker or company.listed_from or company.listed_to:
        yield (
            f"it has a ticker or a listing, and its status is {company.status}",
            "set status to listed or delisted, or remove them",
        )
    if company.status == "delisted" and company.listed_to is None:
        yield "it is delisted, and listed_to is missing", "add the last trading day"
    if company.status == "listed" and company.listed_to is not None:
        yield (
            f"it is listed, and listed_to is {company.listed_to}",
            "set status to delisted, or remove listed_to",
        )
    if company.listed_from and company.listed_to and company.listed_to < company.listed_from:
        yield (
            f"listed_to {company.listed_to} lies before listed_from {company.listed_from}",
            "correct one of the two dates",
        )
    formerly = company.former_currency or company.former_fiscal_year_end_month
    if formerly and company.former_until is None:
        yield "it says how it reported before, and former_until is missing", "add the last day of the last such period"
    if company.former_until is not None and not formerly:
        yield (
            f"former_until is {company.former_until}, and nothing says what was other before",
            "add former_currency or former_fiscal_year_end_month, or remove former_until",
        )
    if (company.receipts_changed_on is None) != (company.former_shares_per_receipt is None):
        yield (
            "of receipts_changed_on and former_shares_per_receipt one is missing",
            "give the first day of the present ratio, and the ratio before",
        )
    if company.status == "part_of" and company.parent is None:
        yield "it is part of another company, and parent is missing", "add parent"
    if company.parent is not None and (company.parent not in ids or company.parent == company.id):
        yield (
            f"parent {company.parent!r} is no other company",
            f"add a company {company.parent!r}, or correct parent",
        )


def check_lens(file: str, lens: Lens, companies: Mapping[str, Company]) -> Iterator[Fault]:
    """Faults of one lens: layers, edges, claims, then each member, then members taken together."""
    layers = [layer.id for layer in lens.layers]
    for layer_id, count in Counter(layers).items():
        if count > 1:
            yield Fault(file, f"layer {layer_id!r}", f"it stands {count} times", "give each layer one entry")
    for layer in lens.layers:
        if layer.colour not in PALETTE:
            yield Fault(
                file,
                f"layer {layer.id!r}",
                f"colour {layer.colour!r} is not in the palette",
                f"use one of {', '.join(PALETTE)}",
            )
    yield from _check_layer_names(file, lens, set(layers))
    for layer_id, member, named in entries(lens):
        yield from _check_member(file, layer_id, member, named, companies)
    yield from _check_together(file, lens, companies)


def check_lenses(files: Mapping[str, Lens]) -> Iterator[Fault]:
    """Faults between lenses: the same id or the same position twice."""
    for field in ("id", "position"):
        seen: dict[object, str] = {}
        for file, lens in files.items():
            value = getattr(lens, field)
            if value in seen:
                yield Fault(
                    file,
                    f"lens {lens.id!r}",
                    f"{field} {value!r} is also that of {seen[value]}",
                    f"give each lens its own {field}",
                )
            seen[value] = file


def _check_layer_names(file: str, lens: Lens, layers: set[str]) -> Iterator[Fault]:
    there = f"use one of {', '.join(layer.id for layer in lens.layers)}"
    seen: set[tuple[str, str]] = set()
    for edge in lens.edges:
        entry = f"edge {edge.from_layer!r} to {edge.to_layer!r}"
        for end in (edge.from_layer, edge.to_layer):
            if end not in layers:
                yield Fault(file, entry, f"there is no layer {end!r}", there)
        if (edge.from_layer, edge.to_layer) in seen:
            yield Fault(file, entry, "it stands twice", "remove one")
        seen.add((edge.from_layer, edge.to_layer))
    for claim_id, count in Counter(claim.id for claim in lens.claims).items():
        if count > 1:
            yield Fault(file, f"claim {claim_id!r}", f"it stands {count} times", "give each claim its own id")
    for claim in lens.claims:
        for layer in (*claim.layers, *claim.versus):
            if layer not in layers:
                yield Fault(file, f"claim {claim.id!r}", f"there is no layer {layer!r}", there)


def _check_member(
    file: str, layer: str, member: Member, named: bool, companies: Mapping[str, Company]
) -> Iterator[Fault]:
    entry = f"layer {layer!r}, member {member.id!r}"
    for company in {member.id, member.company or member.id}:
        if company not in companies:
            yield Fault(file, entry, f"there is no company {company!r}", "add it to companies.toml, or correct the id")
    if member.measure == "segment" and member.segment is None:
        yield Fault(file, entry, "measure is segment, and segment is missing", "name the reported segment")
    if member.measure != "segment" and member.segment is not None:
        yield Fault(
            file,
            entry,
            f"it names segment {member.segment!r}, and measure is not segment",
            'add measure = "segment", or remove segment',
        )
    if not named and member.reason is None:
        yield Fault(file, entry, "it is a peer of ours without a reason", "add reason")
    if (found := resolve(layer, member, named, companies)) is None:
        return
    if found.measure != "dark" and not found.company.files_accounts:
        yield Fault(
            file,
            entry,
            f"measure is {found.measure}, and {found.company.id!r} is {found.company.status} and publishes no accounts",
            'set measure = "dark"',
        )
    if found.primary and not found.company.files_accounts:
        yield Fault(
            file,
            entry,
            f"it is primary, and {found.company.id!r} is {found.company.status}",
            "remove primary",
        )
    start, end = found.span
    if start and end and end < start:
        yield Fault(
            file,
            entry,
            f"membership ends on {end}, before it starts on {start} (listing dates counted)",
            "correct valid_from, valid_to or the company's listing",
        )


def _check_together(file: str, lens: Lens, companies: Mapping[str, Company]) -> Iterator[Fault]:
    found = [m for m in (resolve(*e, companies) for e in entries(lens)) if m is not None]
    by_member: dict[tuple[str, str], list[Membership]] = defaultdict(list)
    by_company: dict[str, list[Membership]] = defaultdict(list)
    for membership in found:
        by_member[membership.layer, membership.member.id].append(membership)
        by_company[membership.company.id].append(membership)
    for (layer, member), rows in by_member.items():
        if clash := overlapping([m.span for m in rows]):
            a, b = (rows[i].span for i in clash)
            yield Fault(
                file,
                f"layer {layer!r}, member {member!r}",
                f"memberships overlap: {a}, and {b}",
                "end one before the other begins",
            )
    for company, rows in by_company.items():
        yield from _check_counted_once(file, company, rows)
        if companies[company].files_accounts:
            yield from _check_primary(file, company, rows)


def _check_counted_once(file: str, company: str, rows: Sequence[Membership]) -> Iterator[Fault]:
    """A company's figures may stand in one place at a time: whole, or each reported segment once."""
    measured = [m for m in rows if m.measure != "dark"]
    for a, b in combinations(measured, 2):
        if a.member.id == b.member.id and a.layer == b.layer:
            continue
        if not overlap(a.span, b.span) or (a.segment != b.segment and "whole" not in (a.measure, b.measure)):
            continue
        yield Fault(
            file,
            f"layer {b.layer!r}, member {b.member.id!r}",
            f"{company!r} is counted twice at once: {_how(a)}, and {_how(b)}",
            'keep one, and set measure = "dark" on the other',
        )


def _how(m: Membership) -> str:
    return f"{m.measure if m.measure == 'whole' else f'segment {m.segment!r}'} in {m.layer!r}"


def _check_primary(file: str, company: str, rows: Sequence[Membership]) -> Iterator[Fault]:
    primary = [m for m in rows if m.primary]
    layers = sorted({m.layer for m in primary})
    if len(layers) > 1:
        yield Fault(
            file,
            f"member {company!r}",
            f"it has {len(layers)} primary layers: {', '.join(layers)}",
            "leave primary = true in one of them",
        )
    elif not primary:
        yield Fault(
            file,
            f"member {company!r}",
            f"it has no primary layer, and is a member of {', '.join(sorted({m.layer for m in rows}))}",
            "set primary = true on one of them",
        )
    elif clash := overlapping([m.span for m in primary]):
        a, b = (primary[i] for i in clash)
        yield Fault(
            file,
            f"layer {layers[0]!r}, member {b.member.id!r}",
            f"{company!r} is primary twice at once, here and as {a.member.id!r}",
            "leave primary = true on one of them",
        )
