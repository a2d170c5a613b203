"""The card of the increment: of each new dollar of profit since a base quarter, who got how much."""

from collections.abc import Mapping
from typing import Any

from dashboard import findings, formats
from dashboard.cards import recut
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASES, BASIS_TEXT, ITEMS
from dashboard.charts import bars
from dashboard.ledger import BASE_QUARTER, Ledger

# Whole companies first: on the layer basis a segment that stopped being reported takes its gain out of the sum.
SHOWN = (("operating_income", "consolidated"), ("operating_income", "layer"), ("net_income", "consolidated"))
SINCE = ("2019Q4", "2021Q4", "2022Q4", "2023Q4", "2024Q4")


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens; the view since ChatGPT's quarter opens."""
    order = sorted(SINCE, key=lambda base: base != BASE_QUARTER)
    keys = [(item, basis, base) for base in order for item, basis in SHOWN]
    views = [view for item, basis, base in keys if (view := _view(ledger, lens, item, basis, base))]
    controls = (
        control("since", "Since", {base: f"since {base[:4]}" for base in SINCE}, views),
        control("item", "Profit", {item: ITEMS[item][0] for item, _ in SHOWN}, views),
        control("basis", "Basis", {basis: BASES[basis] for basis in ("consolidated", "layer")}, views),
    )
    return Card("increment", "The new dollars: who got the increment?", views, controls, break_at=620)


def _view(ledger: Ledger, lens: str, item: str, basis: str, base: str) -> View | None:
    quarter, measure = ledger.headline(lens, basis), ITEMS[item][1]
    found = ledger.increments.get((lens, basis, item, base, quarter), {})
    known = {layer: row for layer, row in found.items() if row["increment_usd"] is not None}
    if len(known) < 2 or base >= quarter:
        return None
    at, since = formats.quarter(quarter), formats.quarter(base)
    rows, table = [], list[list[Value]]()
    for layer in ledger.layers(lens):
        row = found.get(layer.layer)
        gained = row["increment_usd"] if row else None
        if row is None or gained is None:
            rows.append(bars.Bar(layer.name, [], "", _why(row)))
        else:
            part = bars.Part(f"{since} to {at}", gained, layer.colour)
            rows.append(bars.Bar(layer.name, [part], ("+" if gained > 0 else "") + formats.dollars(gained),
                                 provisional=row["status"] != "final"))  # fmt: skip
        table.append(
            [layer.name, *((row or {}).get(name) for name in
             ("base_amount_usd", "amount_usd", "increment_usd", "share_of_net", "entry_usd", "exit_usd"))]
        )  # fmt: skip
    title = findings.first(
        f"Change of {measure} by layer, {since} to {at}", _finding(ledger, lens, item, basis, base, quarter, known)
    )
    columns = (("Base", "USD"), ("Now", "USD"), ("Increment", "USD"), ("Share of the increment", "fraction"),
               ("Newly measured", "USD"), ("No longer measured", "USD"))  # fmt: skip
    return View(
        key=f"{base}.{item}.{basis}",
        title=title,
        subtitle=f"Change of {measure}, twelve months to calendar {at} against twelve months to {since}, US dollars, "
        f"{BASIS_TEXT[basis]}, of members measured in both.",
        alt=f"{title}. " + ", ".join(f"{bar.name} {bar.text or bar.unknown}" for bar in rows) + ".",
        as_of=f"twelve months to {at}",
        coverage=f"{sum(r['n_measured'] for r in found.values())} of {sum(r['n_members'] for r in found.values())} "
        "members measured in both",
        table=Table([Column("Layer"), *(Column(name, unit) for name, unit in columns)], table),
        pictures={"wide": bars.picture(rows, "USD"), "narrow": bars.picture(rows, "USD", narrow=True)},
        note="What entered the record since then is not new and not in it; the table holds it apart. A layer that was "
        f"unknown at the start has no increment.{recut.told(ledger, lens, base, quarter) * (basis == 'layer')}",
    )


def _why(row: Mapping[str, Any] | None) -> str:
    """In few words; the table of marts.increments has the whole reason."""
    if row is None or not row["n_measured"]:
        return "unknown then" if row and row["amount_usd"] is not None else "no public figures"
    return f"{row['n_measured']} of {row['n_members']} measured in both"


def _finding(
    ledger: Ledger,
    lens: str,
    item: str,
    basis: str,
    base: str,
    quarter: str,
    known: Mapping[str, Mapping[str, Any]],
) -> str | None:
    names = {layer.layer: layer.name for layer in ledger.layers(lens)}
    total = sum(row["increment_usd"] for row in known.values())
    top = max(known, key=lambda layer: known[layer]["increment_usd"])
    before = {a.member_id: a.amount_usd for a in ledger.amounts(lens, basis, base, item) if a.layer == top}
    gains = [
        findings.Stake(ledger.names.get(a.member_id, a.member_id), a.amount_usd - before[a.member_id])
        for a in ledger.amounts(lens, basis, quarter, item)
        if a.layer == top and a.member_id in before
    ]
    return findings.largest_increment(
        names[top], known[top]["increment_usd"], total, gains, f"measured {ITEMS[item][1]}", formats.quarter(base)
    )
