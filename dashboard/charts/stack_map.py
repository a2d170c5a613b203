"""The stack as a map: a box a layer, in rows from demand down, a bubble a member, a line for each flow of demand.

It is an inline SVG rather than an Altair chart, because its boxes are links that the keyboard reaches one by one.
Belongs here: where boxes, bubbles and lines stand, and their markup. Does not belong here: what a layer is worth
(cards/stack_map.py), what a choice shows (static/stack.js).
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from dashboard.charts.picture import text_width

PAD, GAP, BETWEEN, HEAD = 10, 14, 34, 46  # pixels: inside a box, between boxes, between rows, above the bubbles
WIDE, NARROW = 740, 356  # pixels of the whole drawing
NAME = (13, 12)  # sizes of a layer's name: the usual one, and where the box is too narrow for it
DARK, LEAST, LARGEST = 6.0, 2.5, 46.0  # radii: an unknown member, the smallest and the largest known one
ZONE = 104  # pixels in height that the bubbles of a layer may take
IN_A_ROW = {WIDE: 4, NARROW: 2}
SIDE = {WIDE: 28, NARROW: 16}  # pixels left and right, where lines pass


class Bubble(NamedTuple):
    """One member: its dollars and its class on each colour scale, 0 the lowest; None where unknown."""

    member_id: str
    name: str
    amount: float | None
    tip: str
    classes: Mapping[str, int | None]


class Node(NamedTuple):
    """One layer: its texts (the second line by colour scale), members, classes by colour scale, and address."""

    layer: str
    name: str
    colour: str
    amount: str
    told: Mapping[str, str]
    label: str
    bubbles: Sequence[Bubble]
    classes: Mapping[str, int | None]
    href: str


class Flow(NamedTuple):
    """One flow of demand: the layer that buys, the layer that sells, and what is sold."""

    buyer: str
    seller: str
    what: str


class Deal(NamedTuple):
    """One disclosed deal: who gives, who receives (member ids), and what it says."""

    giver: str
    taker: str
    tip: str


class Circle(NamedTuple):
    """A bubble with its place."""

    x: float
    y: float
    r: float


class Place(NamedTuple):
    """A layer's box, and its bubbles."""

    left: float
    top: float
    width: float
    height: float
    circles: Sequence[Circle]


def ranks(layers: Sequence[str], flows: Sequence[Flow]) -> list[list[str]]:
    """Return the layers in rows: each stands below every layer that buys from it, by the longest way down.

    Raises:
        ValueError: the flows run in a circle.
    """
    depth = dict.fromkeys(layers, 0)
    for _ in layers:
        moved = False
        for flow in flows:
            if depth[flow.seller] <= depth[flow.buyer]:
                depth[flow.seller], moved = depth[flow.buyer] + 1, True
        if not moved:
            return [[one for one in layers if depth[one] == at] for at in range(max(depth.values(), default=-1) + 1)]
    raise ValueError(f"the flows between {', '.join(layers)} run in a circle")


def packed(radii: Sequence[float], width: float) -> tuple[list[Circle], float]:
    """Return circles side by side in rows, none wider than `width`, and the height of the rows; centred, from 0, 0."""
    lines: list[list[float]] = []
    used = width
    for r in radii:
        if not lines or used + 2 * r > width:
            lines.append([])
            used = 0.0
        lines[-1].append(r)
        used += 2 * r + 3
    found, top = [], 0.0
    for line in lines:
        high = max(line)
        x = (width - sum(2 * r for r in line) - 3 * (len(line) - 1)) / 2
        for r in line:
            found.append(Circle(x + r, top + high, r))
            x += 2 * r + 3
        top += 2 * high + 4
    return found, max(top - 4, 0.0)


def placed(nodes: Sequence[Node], flows: Sequence[Flow], total: int) -> dict[str, Place]:
    """Return the place of each layer in a drawing `total` pixels wide.

    One scale serves all bubbles, so that areas compare between layers: the largest with which every box holds its own.
    """
    by_layer, rows = {node.layer: node for node in nodes}, []
    for row in ranks([node.layer for node in nodes], flows):
        size = -(-len(row) // -(-len(row) // IN_A_ROW[total]))  # 4 in two rows of 2, 3 in 2 and 1
        rows += [row[at : at + size] for at in range(0, len(row), size)]
    widths = {layer: (total - 2 * SIDE[total] - GAP * (len(row) - 1)) / len(row) for row in rows for layer in row}

    def radii(node: Node, scale: float) -> list[float]:
        return [
            DARK if b.amount is None else max(LEAST, scale * math.sqrt(abs(b.amount)))
            for b in sorted(node.bubbles, key=_order)
        ]

    def fits(scale: float) -> bool:
        inner = {layer: width - 2 * PAD for layer, width in widths.items()}
        sizes = {node.layer: radii(node, scale) for node in nodes}
        return all(
            2 * max(sizes[layer], default=0) <= inner[layer] and packed(sizes[layer], inner[layer])[1] <= ZONE
            for layer in widths
        )

    top = max((abs(b.amount) for node in nodes for b in node.bubbles if b.amount), default=1.0)
    scale = LARGEST / math.sqrt(top)
    while not fits(scale) and scale * math.sqrt(top) > LEAST:
        scale *= 0.95
    found, y = {}, 2.0
    for row in rows:
        drawn = {layer: packed(radii(by_layer[layer], scale), widths[layer] - 2 * PAD) for layer in row}
        zone = max(22.0, *(height for _, height in drawn.values()))
        for index, layer in enumerate(row):
            left = SIDE[total] + index * (widths[layer] + GAP)
            circles, height = drawn[layer]
            down = y + HEAD + (zone - height) / 2
            shifted = [Circle(c.x + left + PAD, c.y + down, c.r) for c in circles]
            found[layer] = Place(left, y, widths[layer], HEAD + zone + PAD, shifted)
        y += HEAD + zone + PAD + BETWEEN
    return found


def drawing(nodes: Sequence[Node], flows: Sequence[Flow], deals: Sequence[Deal]) -> Markup:
    """Return the map as two SVG elements, one for a wide and one for a narrow page; a style sheet shows one."""
    return Markup("").join(
        _svg(nodes, flows, deals, total, which) for total, which in ((WIDE, "wide-map"), (NARROW, "narrow-map"))
    )


def _svg(nodes: Sequence[Node], flows: Sequence[Flow], deals: Sequence[Deal], total: int, which: str) -> Markup:
    places = placed(nodes, flows, total)
    height = max((p.top + p.height for p in places.values()), default=0) + 4
    parts = [_lines(flows, places, total), *(_node(node, places[node.layer]) for node in nodes)]
    parts.append(_deals(deals, nodes, places))
    return Markup(
        '<svg class="map {}" viewBox="0 0 {} {:.0f}" role="group" aria-label="Layers of the stack">{}</svg>'
    ).format(which, total, height, Markup("").join(parts))  # fmt: skip


def _order(bubble: Bubble) -> tuple[bool, float]:
    return bubble.amount is None, -abs(bubble.amount or 0)


def _node(node: Node, at: Place) -> Markup:
    known = any(b.amount is not None for b in node.bubbles)
    told = Markup("").join(
        Markup('<tspan class="k k-{}"> · {}</tspan>').format(scale, text) for scale, text in node.told.items()
    )
    bubbles = Markup("").join(
        _bubble(bubble, circle)
        for bubble, circle in zip(sorted(node.bubbles, key=_order), at.circles, strict=True)
    )  # fmt: skip
    room = at.width - 2 * PAD + 4
    size = next((size for size in NAME if text_width(node.name, size, bold=True) <= room), NAME[-1])
    return Markup(
        '<a class="node c-{}{}" href="{}" data-layer="{}" aria-label="{}"{}>'
        '<rect class="box" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="6"/>'
        '<rect class="tint" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}" rx="6"/>'
        '<rect class="stripe" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="4" rx="2"/>'
        '<text class="name{}" x="{:.1f}" y="{:.1f}">{}</text><text class="told" x="{:.1f}" y="{:.1f}">{}{}</text>{}</a>'
    ).format(
        node.colour, "" if known else " dark", node.href, node.layer, node.label, _classes(node.classes),
        at.left, at.top, at.width, at.height, at.left, at.top, at.width, at.height, at.left, at.top, at.width,
        " small" * (size < NAME[0]), at.left + PAD, at.top + 22, _short(node.name, room, size),
        at.left + PAD, at.top + 38, node.amount, told, bubbles,
    )  # fmt: skip


def _short(name: str, width: float, size: float) -> str:
    """The name, cut with an ellipsis where the box is too narrow for it; the label of the box holds it whole."""
    if text_width(name, size, bold=True) <= width:
        return name
    fits = (end for end in range(len(name) - 1, 1, -1) if text_width(name[:end] + "…", size, bold=True) <= width)
    return name[: next(fits, 1)].rstrip() + "…"


def _bubble(bubble: Bubble, at: Circle) -> Markup:
    kind = "unknown-member" if bubble.amount is None else "loss" if bubble.amount < 0 else "member"
    text = Markup("")
    if kind == "member" and text_width(bubble.name, 11, bold=True) <= 2 * at.r - 6:
        text = Markup('<text class="in" x="{:.1f}" y="{:.1f}">{}</text>').format(at.x, at.y + 4, bubble.name)
    return Markup(
        '<circle class="{}" cx="{:.1f}" cy="{:.1f}" r="{:.1f}" data-member="{}"{}><title>{}</title></circle>{}'
    ).format(kind, at.x, at.y, at.r, bubble.member_id, _classes(bubble.classes), bubble.tip, text)


def _classes(classes: Mapping[str, int | None]) -> Markup:
    return Markup("").join(
        Markup(' data-{}="{}"').format(scale, "none" if at is None else at) for scale, at in classes.items()
    )


def _title(text: str) -> Markup:
    return Markup("<title>{}</title>").format(text) if text else Markup("")


def _lines(flows: Sequence[Flow], places: Mapping[str, Place], total: int) -> Markup:
    """Lines from the foot of who buys to the head of who sells, arrow at the seller; past other rows at the side."""
    out = {layer: [f for f in flows if f.buyer == layer] for layer in places}
    into = {layer: [f for f in flows if f.seller == layer] for layer in places}

    def x(layer: str, flow: Flow, beside: Sequence[Flow], other: str) -> float:
        order = sorted(beside, key=lambda f: places[getattr(f, other)].left)
        at = places[layer]
        return at.left + at.width * (order.index(flow) + 1) / (len(order) + 1)

    found, side = [], 0
    for flow in flows:
        above, below = places[flow.buyer], places[flow.seller]
        foot, head = above.top + above.height, below.top
        if any(foot < p.top and p.top + p.height < head for p in places.values()) and above.width > total / 2:
            # Past a whole row: out at the side, so that no box hides it.
            right, left = above.left + above.width, below.left + below.width
            out_by = min(right, total) + (8 + 6 * (side % 3)) * (1 if total == WIDE else 0.6)
            side += 1
            start, end = above.top + above.height * 0.7, below.top + below.height * 0.3
            path = f"M{right:.1f} {start:.1f}H{out_by - 6:.1f}Q{out_by:.1f} {start:.1f} {out_by:.1f} {start + 6:.1f}"
            path += f"V{end - 6:.1f}Q{out_by:.1f} {end:.1f} {out_by - 6:.1f} {end:.1f}H{left + 1:.1f}"
            tip = f"M{left + 7:.1f} {end - 4:.1f}L{left + 1:.1f} {end:.1f}L{left + 7:.1f} {end + 4:.1f}Z"
        else:
            x1, x2 = x(flow.buyer, flow, out[flow.buyer], "seller"), x(flow.seller, flow, into[flow.seller], "buyer")
            middle = (foot + head) / 2
            path = f"M{x1:.1f} {foot:.1f}C{x1:.1f} {middle:.1f} {x2:.1f} {middle:.1f} {x2:.1f} {head - 2:.1f}"
            tip = f"M{x2 - 4:.1f} {head - 7:.1f}L{x2:.1f} {head - 1:.1f}L{x2 + 4:.1f} {head - 7:.1f}Z"
        found.append(
            Markup(
                '<g class="flow" data-from="{}" data-to="{}"><path class="line" d="{}"/>'
                '<path class="arrow" d="{}"/>{}</g>'
            ).format(flow.buyer, flow.seller, path, tip, _title(flow.what))
        )  # fmt: skip
    return Markup("").join(found)


def _deals(deals: Sequence[Deal], nodes: Sequence[Node], places: Mapping[str, Place]) -> Markup:
    """Dashed arcs between the bubbles of who gives and who receives; shown when the reader asks for deals."""
    where: dict[str, tuple[Circle, str]] = {}
    for node in nodes:
        for bubble, circle in zip(sorted(node.bubbles, key=_order), places[node.layer].circles, strict=True):
            where.setdefault(bubble.member_id, (circle, node.layer))
    found = []
    for deal in deals:
        if deal.giver not in where or deal.taker not in where or deal.giver == deal.taker:
            continue
        (one, giver), (other, taker) = where[deal.giver], where[deal.taker]
        bend = 0.22 * math.hypot(other.x - one.x, other.y - one.y) + 12
        length = math.hypot(other.x - one.x, other.y - one.y) or 1.0
        cx = (one.x + other.x) / 2 - (other.y - one.y) / length * bend
        cy = (one.y + other.y) / 2 + (other.x - one.x) / length * bend
        found.append(
            Markup(
                '<g class="deal" data-from="{4}" data-to="{5}"><path class="halo" d="{0}"/><path class="line" d="{0}"/>'
                '<circle class="end" cx="{1:.1f}" cy="{2:.1f}" r="3.5"/>{3}</g>'
            ).format(
                f"M{one.x:.1f} {one.y:.1f}Q{cx:.1f} {cy:.1f} {other.x:.1f} {other.y:.1f}",
                other.x,
                other.y,
                _title(deal.tip),
                giver,
                taker,
            )
        )  # fmt: skip
    return Markup('<g class="deals">{}</g>').format(Markup("").join(found)) if found else Markup("")
