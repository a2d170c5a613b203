"""The profit-pool card: who earns what, by layer and company."""

from collections.abc import Sequence, Set

from analytics.aggregate import MIN_COVERAGE
from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.charts import profit_pools as chart
from dashboard.ledger import Layer, Ledger, Reading, Share, shifted

LATEST = 4  # quarters by which a member's figures may be late and still be drawn

ITEMS = {
    "operating_income": ("Operating income", "operating income", "operating_margin"),
    "net_income": ("Net income", "net income", "net_margin"),
    "free_cash_flow": ("Free cash flow", "free cash flow", "fcf_margin"),
}
BASES = {"layer": "Layer", "consolidated": "Consolidated"}
BASIS_TEXT = {
    "layer": "layer basis (whole companies and reported segments)",
    "consolidated": "consolidated basis (listed companies whole, each once)",
}


# Whose members: value in the key -> text of the button. Of the source's own there is the layer basis alone.
MEMBERS = {"peers": "With our peers", "source": "Source’s only"}


def pools(
    ledger: Ledger, lens: str, basis: str, quarter: str, item: str, among: Set[tuple[str, str]] | None = None
) -> list[chart.Pool]:
    """Return the layers of a lens as pools of profit, twelve months to a calendar quarter.

    A member without a figure for that quarter but with one up to a year older is there too, marked as late; it is in
    no sum.

    Args:
        ledger: what is published.
        lens: id of the lens.
        basis: layer or consolidated.
        quarter: calendar quarter.
        item: one of ITEMS.
        among: (layer, member) of those that count alone, on the layer basis; the layer's figures are then sums of their
            dollars, unknown below half of them as in the marts.
    """
    blocks: dict[str, list[chart.Block]] = {}
    seen: set[tuple[str, str]] = set()
    for back in range(LATEST + 1):
        at = shifted(quarter, -back)
        revenue = {(a.layer, a.member_id): a.amount_usd for a in ledger.amounts(lens, basis, at, "revenue")}
        held = {(m.layer, m.member_id) for m in ledger.members_at(lens, quarter)} if back else set()
        for a in ledger.amounts(lens, basis, at, item):
            key = (a.layer, a.member_id)
            if key in seen or revenue.get(key, 0) <= 0 or (back and key not in held):
                continue
            if among is not None and key not in among:
                continue
            seen.add(key)
            name = ledger.names.get(a.member_id, a.member_id)
            blocks.setdefault(a.layer, []).append(chart.Block(name, revenue[key], a.amount_usd, at if back else None))
    found = []
    for layer in ledger.layers(lens):
        share = ledger.share(lens, layer.layer, basis, item, quarter)
        margin = ledger.value(lens, layer.layer, basis, ITEMS[item][2], quarter)
        members = blocks.get(layer.layer, [])
        if among is not None:
            late = share is not None and share.status != "final"
            found.append(_among(layer, members, sum(one == layer.layer for one, _ in among), late))
            continue
        known = share is not None and share.amount_usd is not None and margin is not None
        found.append(
            chart.Pool(
                layer.name,
                layer.colour,
                members,
                share.amount_usd if share and known and members else None,
                margin if known else None,
                unknown_text(share),
                share is not None and known and share.status != "final",
            )
        )
    return found


def _among(layer: Layer, members: Sequence[chart.Block], count: int, provisional: bool) -> chart.Pool:
    """A layer of some members alone: Σ profit, and Σ profit over Σ revenue, of those that have both."""
    counted = [b for b in members if not b.late]
    known = bool(counted) and len(counted) >= MIN_COVERAGE * count
    profit, revenue = sum(b.profit for b in counted), sum(b.revenue for b in counted)
    unknown = f"{len(counted)} of {count} measured" if counted else "no public figures" if count else "names no member"
    return chart.Pool(
        layer.name,
        layer.colour,
        members,
        profit if known else None,
        profit / revenue if known else None,
        unknown,
        known and provisional,
    )


def named(ledger: Ledger, lens: str, quarter: str) -> set[tuple[str, str]]:
    """Return (layer, member) of whom a lens's source names, of those that are members at the end of a quarter."""
    return {(m.layer, m.member_id) for m in ledger.members_at(lens, quarter) if m.named_by_source}


def unknown_text(found: Reading | Share | None) -> str:
    """Say why a layer has no value: nobody reports, too few do, or the ratio means nothing."""
    if found is None or not found.n_measured:
        return "no public figures"
    if isinstance(found, Reading) and found.reason and found.reason.startswith("not meaningful"):
        return "not meaningful"
    return f"{found.n_measured} of {found.n_members} measured"


def as_findings(found: list[chart.Pool]) -> list[findings.LayerPool]:
    """Return known pools as the findings take them."""
    return [
        findings.LayerPool(
            p.name,
            p.profit,
            [findings.Stake(b.name, b.profit) for b in p.blocks if not b.late],
            [findings.Stake(b.name, b.profit) for b in p.blocks if b.late],
        )
        for p in found
        if p.profit is not None
    ]


def members_line(ledger: Ledger, lens: str, basis: str, quarter: str, pool: str) -> str:
    """Return 'n of m members measured', counted over the layers of a lens."""
    shares = [
        s
        for layer in ledger.layers(lens)
        for s in ledger.shares(lens, layer.layer, basis, pool)
        if s.quarter == quarter
    ]
    return f"{sum(s.n_measured for s in shares)} of {sum(s.n_members for s in shares)} members measured"


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    settings = [(item, basis, "peers") for item in ITEMS for basis in BASES]
    if not all(m.named_by_source for m in ledger.members(lens)):
        settings.insert(1, ("operating_income", "layer", "source"))
    views = [view for setting in settings if (view := _view(ledger, lens, *setting))]
    controls = (
        control("item", "Profit", {item: names[0] for item, names in ITEMS.items()}, views),
        control("basis", "Basis", BASES, views),
        control("members", "Members", MEMBERS, views),
    )
    return Card("profit-pools", "Profit pools: who earns what?", views, controls, break_at=1060)


def _view(ledger: Ledger, lens: str, item: str, basis: str, members: str) -> View | None:
    quarter, (name, measure, _) = ledger.headline(lens, basis), ITEMS[item]
    among = named(ledger, lens, quarter) if members == "source" else None
    found = pools(ledger, lens, basis, quarter, item, among)
    known, at = as_findings(found), formats.quarter(quarter)
    if not known:
        return None
    star = findings.one_member_beats_a_layer(known) if item == "operating_income" else None
    title = findings.first(
        f"{name} by layer and company, twelve months to {at}", star, findings.largest_pool(known, measure)
    )
    if among is not None:
        title += " (source’s own members)"
    rows: list[list[Value]] = []
    for pool in found:
        if pool.profit is None:
            rows.append([pool.name, pool.unknown, None, None, None, at])
        else:
            rows += [
                [pool.name, b.name, b.revenue, b.profit, b.margin, formats.quarter(b.late or quarter)]
                for b in pool.blocks
            ]
    columns = [Column("Layer"), Column("Company"), Column("Revenue", "USD"), Column(name, "USD")]
    told = "" if among is None else ", of members that the lens’s source names, without the peers that we add"
    return View(
        key=f"{item}.{basis}.{members}",
        title=title,
        subtitle=f"{name} by layer and company in US dollars, twelve months to calendar {at}, {BASIS_TEXT[basis]}"
        f"{told}. A block is a company: its sides are revenue and margin, so its area is profit. Line: the layer’s "
        "margin.",
        alt=f"{title}. {_spoken(found)}",
        as_of=f"twelve months to {at}",
        coverage=members_line(ledger, lens, basis, quarter, item)
        if among is None
        else f"{sum(not b.late for p in found for b in p.blocks)} of {len(among)} members that the source names",
        table=Table([*columns, Column("Margin", "fraction"), Column("Twelve months to")], rows),
        pictures={"wide": chart.picture(found, measure), "narrow": chart.picture(found, measure, narrow=True)},
        note=_note(found, holds_with_late=title == star),
    )


def _spoken(found: Sequence[chart.Pool]) -> str:
    known = [
        f"{p.name} {formats.dollars(p.profit)}, margin {formats.percent(p.margin)}"
        for p in found
        if p.profit is not None
    ]
    dark = [p.name for p in found if p.profit is None]
    return "; ".join(known) + (f". Unknown: {', '.join(dark)}." if dark else ".")


def _note(found: Sequence[chart.Pool], *, holds_with_late: bool) -> str:
    parts = []
    if any(p.profit is None for p in found):
        parts.append(
            "Hatched: fewer than half the members have figures; the layer is unknown, not zero, its size means nothing."
        )
    cut = chart.clipped(found)
    if cut:
        named = ", ".join(f"{b.name} {formats.percent(b.margin)}" for b in cut[:3])
        more = f" and {len(cut) - 3} more" if len(cut) > 3 else ""
        ends = f"{formats.percent(chart.LOWEST)} and {formats.percent(chart.HIGHEST)}"
        parts.append(f"Blocks are cut at {ends}; their margins are {named}{more}.")
    old = [b for p in found if p.profit is not None for b in p.blocks if b.late]
    if old:
        named = ", ".join(f"{b.name} ({formats.quarter(b.late)})" for b in old)
        also = "; the title holds with them too" if holds_with_late else ""
        parts.append(f"† Pale and not counted, because their newest figures are older: {named}{also}.")
    provisional = [p.name for p in found if p.provisional]
    if provisional:
        parts.append(f"Provisional, drawn pale, because not enough has reported: {', '.join(provisional)}.")
    return " ".join(parts)
