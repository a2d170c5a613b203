"""The card of a layer's margin taken apart: own margins, the mix of members, who is newly or no longer measured."""

from collections.abc import Mapping
from typing import Any

from dashboard import findings, formats
from dashboard.cards import recut
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import bars
from dashboard.ledger import BASE_QUARTER, Layer, Ledger, shifted

EFFECTS = {
    "within": ("own margins", "positive"),
    "between": ("mix", "ink"),
    "entry": ("newly measured", "muted"),
    "exit": ("no longer measured", "ghost"),
}
MOST = 8  # members with a row of their own


def card(ledger: Ledger, lens: str, layer: Layer) -> Card:
    """Return the card of a layer; without a margin in both quarters it has no view."""
    newest = ledger.latest(lens, layer.layer, "layer", "operating_margin")
    quarter = newest.quarter if newest else None
    bases = {BASE_QUARTER: f"since {BASE_QUARTER[:4]}", shifted(quarter, -4): "in one year"} if quarter else {}
    views = [view for base in bases if (view := _view(ledger, lens, layer, base, quarter or ""))]
    controls = (control("since", "Since", bases, views),)
    return Card(
        "decomposition", "What moved the margin: better companies, or another mix?", views, controls, break_at=560
    )


def _view(ledger: Ledger, lens: str, layer: Layer, base: str, quarter: str) -> View | None:
    whole = ledger.decomposition.get((lens, layer.layer, base, quarter))
    if whole is None or whole["change"] is None:
        return None
    members = sorted(
        ledger.decomposition_members.get((lens, layer.layer, base, quarter), []), key=lambda row: -abs(_sum(row))
    )
    at, since = formats.quarter(quarter), formats.quarter(base)
    drawn = [
        _bar("All members", whole),
        *(_bar(ledger.names.get(m["member_id"], m["member_id"]), m) for m in members[:MOST]),
    ]
    if len(members) > MOST:
        rest = {name: sum(m[name] for m in members[MOST:]) for name in EFFECTS}
        drawn.append(_bar(f"{len(members) - MOST} others", rest))
    title = findings.first(
        f"{findings.possessive(layer.name)} operating margin, {since} to {at}",
        findings.margin_taken_apart(layer.name, whole, since),
    )
    table: list[list[Value]] = [
        ["All members", whole["base_margin"], whole["margin"], whole["change"], *(whole[name] for name in EFFECTS)]
    ]
    for m in members:
        name = ledger.names.get(m["member_id"], m["member_id"])
        table.append([name, m["base_margin"], m["margin"], _sum(m), *(m[effect] for effect in EFFECTS)])
    heads = ("Margin then", "Margin now", "Effect", *(text.capitalize() for text, _ in EFFECTS.values()))
    key = list(EFFECTS.values())
    return View(
        key=base,
        title=title,
        subtitle=f"Operating margin, twelve months to calendar {at} less {since}, percentage points, "
        f"{BASIS_TEXT['layer']}. Each row is a member’s part; the parts of all rows sum to the change.",
        alt=f"{title}. " + ", ".join(f"{bar.name} {bar.text}" for bar in drawn) + ".",
        as_of=f"twelve months to {at}",
        coverage=f"{whole['n_measured']} of {whole['n_members']} members; {whole['n_stayed']} in both quarters",
        table=Table([Column("Member"), *(Column(head, "fraction") for head in heads)], table),
        pictures={
            "wide": bars.picture(drawn, "fraction", key),
            "narrow": bars.picture(drawn, "fraction", key, narrow=True),
        },
        note="Own margins: a member’s margin moved. Mix: a member with a margin above or below the layer’s gained or "
        "lost weight in revenue. Weights are the mean of both quarters, so nothing is left over. Newly and no longer "
        "measured: a member with figures in one of both quarters alone, because it joined or left the layer, or has "
        f"not reported these months.{recut.told(ledger, lens, base, quarter, layer.layer)}",
    )  # fmt: skip


def _sum(row: Mapping[str, Any]) -> float:
    return float(sum(row[name] for name in EFFECTS))


def _bar(name: str, row: Mapping[str, Any]) -> bars.Bar:
    parts = [bars.Part(text, row[effect], fill) for effect, (text, fill) in EFFECTS.items()]
    change = _sum(row)
    return bars.Bar(name, parts, ("+" if change > 0 else "") + formats.percent(change, 1).replace("%", " pts"))
