"""The page of the stack map of a lens: the picture, and beside it what is known of the layer that a reader chooses."""

from collections.abc import Mapping
from typing import Any

from dashboard import formats
from dashboard.cards import stack_map
from dashboard.cards.stack_map import PRIVATE, by_member
from dashboard.ledger import Layer, Ledger, Lens, Member, Reading
from dashboard.pages.layer import flows_of
from dashboard.pages.page import Page, company_path, layer_path, why_unmeasured


def path(lens: str) -> str:
    """Return the path of the map of a lens."""
    return f"stack/{lens}.html"


def page(ledger: Ledger, lens: Lens) -> Page:
    """Return the map of a lens; without a script it is the same as a plain list of layers."""
    quarter, layers = ledger.newest(lens.lens), ledger.layers(lens.lens)
    held = ledger.members_at(lens.lens, quarter) if quarter else ledger.members(lens.lens)
    card = stack_map.card(ledger, lens.lens)
    measured = {(a.layer, a.member_id) for a in ledger.amounts(lens.lens, "layer", quarter or "", "operating_income")}
    known = sum((m.layer, m.member_id) in measured for m in held)
    return Page(
        path=path(lens.lens),
        template="stack.html",
        title=f"{lens.name}, the stack map: Layer Ledger",
        description=f"{lens.name}: its {len(layers)} layers, who buys from whom, and what each earns, spends and owes.",
        section="stack",
        lens=lens.lens,
        cards=[card],
        context={
            "about": lens,
            "headline": f"{lens.name}: {formats.word(len(layers))} layers, from demand down to what it rests on",
            "known": known,
            "held": len(held),
            "quarter": quarter,
            "legends": stack_map.legends() if quarter else [],
            "has_deals": 'class="deal"' in (card.views[0].drawing or ""),
            "layers": [
                _about(ledger, lens.lens, one, quarter, [m for m in held if m.layer == one.layer]) for one in layers
            ],
            "opens": _opens(ledger, lens.lens, quarter),
            "others": [(one, path(one.lens)) for one in ledger.lenses],
        },
    )  # fmt: skip


def _opens(ledger: Ledger, lens: str, quarter: str | None) -> str:
    """The layer whose details are open first: the one with the largest profit."""
    shares = {
        layer.layer: share.amount_usd
        for layer in ledger.layers(lens)
        if (share := ledger.share(lens, layer.layer, "layer", "operating_income", quarter or ""))
        and share.amount_usd is not None
    }
    return max(shares, key=lambda one: shares[one]) if shares else ledger.layers(lens)[0].layer


def _about(ledger: Ledger, lens: str, layer: Layer, quarter: str | None, held: list[Member]) -> dict[str, object]:
    at = ledger.headline(lens, "consolidated") if quarter else ""
    share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter or "")
    margin, capex, debt = (
        ledger.reading(lens, layer.layer, basis, metric, when or "")
        for basis, metric, when in (("layer", "operating_margin", quarter), ("consolidated", "capex_to_revenue", at),
                                    ("consolidated", "debt_to_ocf", at))
    )  # fmt: skip
    figures = [
        ("Operating income", formats.dollars(share.amount_usd if share else None), quarter, margin),
        ("Operating margin", formats.percent(margin.value if margin else None), quarter, margin),
        ("Capex ÷ revenue, consolidated", formats.percent(capex.value if capex else None), at, capex),
        ("Debt ÷ cash flow, consolidated", formats.times(debt.value if debt else None), at, debt),
    ]
    dollars = by_member(ledger, lens, "layer", quarter)
    members = [_member(ledger, m, dollars.get((layer.layer, m.member_id), {})) for m in held]
    return {
        "layer": layer,
        "href": layer_path(lens, layer),
        "figures": [
            (f"{name}, {formats.months(when)}{_late(r)}" if when else name, text) for name, text, when, r in figures
        ],
        "flows": flows_of(ledger, lens, layer),
        "members": sorted(members, key=lambda m: (m["profit"] is None, -(m["profit"] or 0.0), m["name"])),
        "measured": sum(m["profit"] is not None for m in members),
        "claims": ledger.claims_about(lens, layer.layer),
        "deals": _deals(ledger, {m.company_id for m in held} | {m.member_id for m in held}),
    }


def _late(reading: Reading | None) -> str:
    return ", provisional" if reading and reading.value is not None and not reading.final else ""


def _member(ledger: Ledger, member: Member, amounts: Mapping[str, float]) -> dict[str, Any]:
    parent_id = ledger.companies.get(member.member_id, {}).get("parent_id")
    profit = amounts.get("operating_income")
    # Of what is private the status says why; its note says since when it is a member.
    told = member._replace(note=None) if member.status in PRIVATE else member
    why = why_unmeasured(told, ledger.names.get(str(parent_id)) if parent_id else None)
    return {
        "name": member.name,
        "profit": profit,
        "margin": profit / amounts["revenue"] if profit is not None and amounts.get("revenue", 0) > 0 else None,
        "href": company_path(member.company_id) if member.company_id in ledger.reporting else None,
        "why": why if member.measure == "dark" else "",
        "unknown": "no figure for these months"
        if member.measure != "dark"
        else "no public figures"
        if member.status in PRIVATE
        else "not measured",
        "ours": not member.named_by_source,
    }


def _deals(ledger: Ledger, held: set[str]) -> list[dict[str, Any]]:
    """Steps of deals that a member of the layer gives or receives, the newest first."""
    found = [row for row in ledger.deals if row["from_id"] in held or row["to_id"] in held]
    return [
        {**row, "giver": ledger.names.get(row["from_id"]), "taker": ledger.names.get(row["to_id"])}
        for row in sorted(found, key=lambda row: row["date"], reverse=True)
    ]
