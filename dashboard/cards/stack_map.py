"""The card of the stack map: each lens as boxes and flows, sized and coloured by what the reader picks."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASIS_TEXT, unknown_text
from dashboard.charts import stack_map as chart
from dashboard.ledger import Layer, Ledger, Member
from dashboard.pages.page import layer_path


class Size(NamedTuple):
    """What the bubbles' areas show: title, basis, the metric whose coverage decides, the verb of the finding."""

    title: str
    basis: str
    decides: str
    finding: str


class Scale(NamedTuple):
    """What colours show: title, unit, metric, the items of its fraction, and the upper ends of all classes but one."""

    title: str
    unit: str
    metric: str
    above: str
    below: str
    ends: Sequence[float]


SIZES: Mapping[str, Size] = {
    "operating_income": Size("Operating income", "layer", "operating_margin", "earn the most"),
    "revenue": Size("Revenue", "layer", "operating_margin", "sell the most"),
    "capex": Size("Capex", "consolidated", "capex_to_revenue", "spend the most on capex"),
    "total_debt": Size("Debt", "consolidated", "total_debt", "owe the most"),
}
SCALES: Mapping[str, Scale] = {
    "margin": Scale("Margin", "fraction", "operating_margin", "operating_income", "revenue", (0, 0.15, 0.3, 0.45)),
    "capex": Scale("Capex ÷ revenue", "fraction", "capex_to_revenue", "capex", "revenue", (0.05, 0.1, 0.25, 0.5)),
    "debt": Scale("Debt ÷ cash flow", "times", "debt_to_ocf", "total_debt", "operating_cash_flow", (1, 2, 4, 8)),
}  # fmt: skip
PRIVATE = ("private", "open_source", "part_of")  # status of those who publish no statements of their own


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens; without figures it shows its members and flows alone."""
    if ledger.newest(lens) is None:
        return Card("map", "The stack: who sells to whom?", [_view(ledger, lens, "operating_income")], size="map-card")
    views = [_view(ledger, lens, size) for size in SIZES]
    controls = (control("size", "Size of the bubbles", {key: size.title for key, size in SIZES.items()}, views),)
    return Card("map", "The stack: who sells to whom, and who is large?", views, controls, size="map-card")


def legends() -> list[tuple[str, str, list[tuple[int, str]]]]:
    """Return for each colour scale its id, title and (class, what it holds), the lowest first."""
    found = []
    for key, scale in SCALES.items():
        ends = [formats.metric(end, scale.unit) for end in scale.ends]
        texts = [
            f"below {ends[0]}",
            *(f"{a} to {b}" for a, b in pairwise(ends)),
            f"{ends[-1]} and more",
        ]
        found.append((key, scale.title, list(enumerate(texts))))
    return found  # fmt: skip


def rate(scale: Scale, amounts: Mapping[str, float]) -> float | None:
    """Return a member's ratio on a scale, from its dollars by item; None where it is unknown or means nothing."""
    above, below = amounts.get(scale.above), amounts.get(scale.below)
    return above / below if above is not None and below is not None and below > 0 else None


def classed(scale: Scale, value: float | None) -> int | None:
    """Return the class of a value, 0 the lowest; None where unknown."""
    return None if value is None else sum(value >= end for end in scale.ends)


def members(ledger: Ledger, lens: str, layer: str, basis: str, quarter: str | None) -> list[Member]:
    """Return who is drawn in a layer: all members, or the listed at home here and those of whom nothing is listed."""
    held = ledger.members_at(lens, quarter) if quarter else ledger.members(lens)
    found = {m.member_id: m for m in held if m.layer == layer}
    if basis == "layer":
        return list(found.values())
    home = {m.company_id: m for m in found.values() if m.primary}
    return [*home.values(), *(m for m in found.values() if m.status in PRIVATE and m.company_id not in home)]


def by_member(ledger: Ledger, lens: str, basis: str, quarter: str | None) -> dict[tuple[str, str], dict[str, float]]:
    """Return dollars by item of each (layer, member), twelve months to a quarter."""
    items = {*SIZES, *(scale.above for scale in SCALES.values()), *(scale.below for scale in SCALES.values())}
    found: dict[tuple[str, str], dict[str, float]] = {}
    for item in sorted(items):
        for a in ledger.amounts(lens, basis, quarter or "", item):
            found.setdefault((a.layer, a.member_id), {})[item] = a.amount_usd
    return found


def _view(ledger: Ledger, lens: str, key: str) -> View:
    size = SIZES[key]
    quarter = ledger.headline(lens, size.basis) if ledger.newest(lens) else None
    dollars = by_member(ledger, lens, size.basis, quarter)
    nodes, rows, parts, late, counted = [], [], [], list[str](), [0, 0]
    for layer in ledger.layers(lens):
        held = members(ledger, lens, layer.layer, size.basis, quarter)
        # On the consolidated basis the company speaks for its product or segment.
        ids = [m.company_id if size.basis == "consolidated" and m.primary else m.member_id for m in held]
        own = [(m, dollars.get((layer.layer, one), {})) for m, one in zip(held, ids, strict=True)]
        known = [(m, amounts[key]) for m, amounts in own if key in amounts]
        counted = [counted[0] + len(known), counted[1] + len(own)]
        reading = ledger.reading(lens, layer.layer, size.basis, size.decides, quarter or "")
        whole = reading is not None and reading.value is not None and bool(known)
        total = sum(amount for _, amount in known)
        late += [layer.name] if whole and reading is not None and not reading.final else []
        nodes.append(
            _node(ledger, lens, layer, size, key, quarter, own, total if whole else None, unknown_text(reading))
        )
        if whole:
            stakes = [findings.Stake(_name(ledger, m, size.basis), amount) for m, amount in known]
            parts.append(findings.LayerPool(layer.name, total, stakes))
        for m, amounts in sorted(own, key=lambda one: (key not in one[1], -abs(one[1].get(key, 0.0)))):
            rates = [rate(scale, amounts) for scale in SCALES.values()]
            rows.append([layer.name, _name(ledger, m, size.basis), amounts.get(key), *rates])
    neutral = f"{size.title} by layer and member" if quarter else f"{len(nodes)} layers, and who buys from whom"
    title = findings.first(neutral, findings.largest_of_the_stack(parts, size.finding, share=key != "revenue"))
    when = f"twelve months to calendar {formats.quarter(quarter)}" if quarter else "no figures"
    told = ", ".join(f"{node.name} {node.amount}" for node in nodes)
    flows, names = _flows(ledger, lens), {layer.layer: layer.name for layer in ledger.layers(lens)}
    return View(
        key=key,
        title=title,
        subtitle=f"{size.title} in US dollars, {when}, {BASIS_TEXT[size.basis]}. A bubble is a member, its area the "
        "dollars; an arrow runs from who buys to who sells.",
        alt=f"{title}. {told}. Orders run from " + "; ".join(f"{names[f.buyer]} to {names[f.seller]}" for f in flows),
        as_of=when,
        coverage=f"{counted[0]} of {counted[1]} members measured",
        table=Table(
            [
                Column("Layer"),
                Column("Member"),
                Column(size.title, "USD"),
                *(Column(scale.title, scale.unit) for scale in SCALES.values()),
            ],
            [list[Value](row) for row in rows],
        ),
        drawing=chart.drawing(nodes, flows, _deals(ledger, lens, quarter)),
        note="Hatched: a member that reports no such figure; unknown, not zero, its size means nothing. Ring: a loss. "
        + findings.provisional(late),
    )


def _name(ledger: Ledger, member: Member, basis: str) -> str:
    return (
        ledger.names.get(member.company_id, member.name) if basis == "consolidated" and member.primary else member.name
    )


def _node(
    ledger: Ledger,
    lens: str,
    layer: Layer,
    size: Size,
    key: str,
    quarter: str | None,
    own: Sequence[tuple[Member, Mapping[str, float]]],
    total: float | None,
    unknown: str,
) -> chart.Node:
    values = {
        name: ledger.value(lens, layer.layer, size.basis, scale.metric, quarter or "") for name, scale in SCALES.items()
    }
    told = {name: formats.metric(values[name], SCALES[name].unit) for name in SCALES}
    bubbles = []
    for m, amounts in own:
        name, amount = _name(ledger, m, size.basis), amounts.get(key)
        if amount is None:
            tip = f"{name}: {'no public figures' if m.measure == 'dark' or m.status in PRIVATE else 'no figure'}"
        else:
            tip = f"{name}: {size.title.lower()} {formats.dollars(amount)}"
            margin = rate(SCALES["margin"], amounts)
            tip += f", margin {formats.percent(margin)}" if margin is not None and key == "operating_income" else ""
        classes = {at: classed(scale, rate(scale, amounts)) for at, scale in SCALES.items()}
        bubbles.append(chart.Bubble(m.member_id, name, amount, tip, classes))
    written = formats.dollars(total) if total is not None else unknown
    measured = sum(b.amount is not None for b in bubbles)
    label = f"{layer.name}: {size.title.lower()} {written if total is not None else 'unknown, ' + unknown}"
    return chart.Node(
        layer.layer, layer.name, layer.colour, written,
        {name: text for name, text in told.items() if values[name] is not None},
        f"{label}; {measured} of {len(bubbles)} members measured", bubbles,
        {at: classed(scale, values[at]) for at, scale in SCALES.items()},
        "../" + layer_path(lens, layer),
    )  # fmt: skip


def _flows(ledger: Ledger, lens: str) -> list[chart.Flow]:
    rows = ledger.tables["core.edges"].iter_rows(named=True)
    return [chart.Flow(r["from_layer"], r["to_layer"], r["description"] or "") for r in rows if r["lens"] == lens]


def _deals(ledger: Ledger, lens: str, quarter: str | None) -> list[chart.Deal]:
    """Disclosed deals between members of the lens, each once, by its newest step."""
    held = ledger.members_at(lens, quarter) if quarter else ledger.members(lens)
    place = {m.company_id: m.member_id for m in held} | {m.member_id: m.member_id for m in held}
    newest = {row["deal"]: row for row in sorted(ledger.deals, key=lambda row: row["date"])}
    return [
        chart.Deal(
            place[row["from_id"]], place[row["to_id"]], f"{formats.day(row['date'])}: {formats.tidy(row['stated'])}"
        )
        for row in newest.values()
        if row["from_id"] in place and row["to_id"] in place
    ]
