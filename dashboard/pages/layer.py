"""The page of one layer of one lens: what it does, who is in it, its metrics over time, its coverage."""

from collections.abc import Sequence

from analytics.metrics.registry import METRICS
from dashboard import findings, formats
from dashboard.cards import history
from dashboard.cards.card import Column, Table
from dashboard.ledger import Layer, Ledger, Lens, Member
from dashboard.pages.page import STATUS, Page, layer_path, measured_as, why_unmeasured

FAMILIES: Sequence[tuple[str, str, str, tuple[str, ...]]] = (
    ("margins", "Margins: what is left of a dollar of sales?", "layer",
     ("operating_margin", "gross_margin", "net_margin", "fcf_margin")),
    ("growth", "Growth: how fast do sales grow, and at what margin?", "layer",
     ("revenue_growth_yoy", "incremental_operating_margin")),
    ("capex", "Capital spending: how much is built?", "consolidated", ("capex_to_revenue", "capex_to_ocf", "capex_to_da")),
    ("debt", "Debt: what is owed, and can it be served?", "consolidated",
     ("debt_to_ocf", "net_debt_to_ebitda", "interest_coverage_ebit", "debt_to_equity")),
    ("returns", "Returns and value: does it pay?", "consolidated", ("roic", "asset_turnover", "ev_to_sales")),
)  # fmt: skip


def page(ledger: Ledger, lens: Lens, layer: Layer) -> Page:
    """Return the page of a layer; one without figures shows its members and why they are dark."""
    try:
        quarter: str | None = ledger.headline(lens.lens)
    except ValueError:
        quarter = None
    cards = [
        card
        for identifier, question, basis, metrics in FAMILIES
        if (card := history.card(ledger, lens.lens, layer, identifier, question, basis, metrics)).views
    ]
    members = _members(ledger, lens.lens, layer, quarter)
    measured = sum(bool(m["measured"]) for m in members)
    siblings = ledger.layers(lens.lens)
    index = siblings.index(layer)
    return Page(
        layer_path(lens.lens, layer),
        "layer.html",
        f"{layer.name} ({lens.name}): Layer Ledger",
        layer.description,
        "layers",
        lens.lens,
        cards,
        {
            "layer": layer, "about": lens, "members": members, "measured": measured, "quarter": quarter,
            "headline": _headline(ledger, lens.lens, layer, quarter, len(members)),
            "figures": _figures(ledger, lens.lens, layer, quarter),
            "metrics": _metrics(ledger, lens.lens, layer),
            "flows": _flows(ledger, lens.lens, layer),
            "siblings": siblings,
            "before": siblings[index - 1] if index else None,
            "after": siblings[index + 1] if index + 1 < len(siblings) else None,
        },
    )  # fmt: skip


def _headline(ledger: Ledger, lens: str, layer: Layer, quarter: str | None, members: int) -> str:
    share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter or "")
    if share is None or share.n_measured == 0:
        return findings.first(f"{layer.name}: no public figures", findings.dark_layer([(layer.name, members, 0)]))
    margin = ledger.value(lens, layer.layer, "layer", "operating_margin", quarter or "")
    if share.amount_usd is None or margin is None:
        return f"{layer.name}: {share.n_measured} of {share.n_members} members have figures, too few for the layer"
    if share.amount_usd < 0:
        return f"{layer.name} {findings.verb(layer.name, 'lose')} {formats.cents(-margin)} on each dollar of sales"
    return f"{layer.name} {findings.verb(layer.name, 'keep')} {formats.cents(margin)} of each dollar of sales as operating profit"


def _figures(ledger: Ledger, lens: str, layer: Layer, quarter: str | None) -> list[tuple[str, str]]:
    if quarter is None:
        return []
    share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter or "")
    at = ledger.headline(lens, "consolidated")
    margin = ledger.reading(lens, layer.layer, "layer", "operating_margin", quarter)
    capex = ledger.value(lens, layer.layer, "consolidated", "capex_to_revenue", at)
    debt = ledger.value(lens, layer.layer, "consolidated", "debt_to_ocf", at)
    found = [
        (
            formats.dollars(share.amount_usd if share else None),
            f"operating income, twelve months to {formats.quarter(quarter)}",
        )
    ]
    if margin and margin.median is not None:
        text = f"operating margin; median member {formats.percent(margin.median)}"
        if margin.without_largest is not None and margin.largest:
            text += f", without {ledger.names.get(margin.largest, margin.largest)} {formats.percent(margin.without_largest)}"
        found.append((formats.percent(margin.value), text))
    found.append((formats.percent(capex), "of revenue goes to capex, consolidated basis"))
    found.append((formats.times(debt), "total debt to operating cash flow, consolidated basis"))
    return found


def _members(ledger: Ledger, lens: str, layer: Layer, quarter: str | None) -> list[dict[str, object]]:
    """One row a member, those with figures first, the largest revenue first."""

    def of(item: str) -> dict[str, float]:
        return {
            a.member_id: a.amount_usd
            for a in ledger.amounts(lens, "layer", quarter or "", item)
            if a.layer == layer.layer
        }

    revenue, profit = of("revenue"), of("operating_income")
    rows, seen = [], set()
    for member in ledger.members(lens, layer.layer):
        if member.member_id in seen and member.valid_to is not None:
            continue
        seen.add(member.member_id)
        rows.append(_member(ledger, member, revenue.get(member.member_id), profit.get(member.member_id)))
    return sorted(rows, key=lambda r: (not r["measured"], -float(str(r["revenue"] or 0)), str(r["name"])))


def _member(ledger: Ledger, member: Member, revenue: float | None, profit: float | None) -> dict[str, object]:
    company = ledger.companies.get(member.member_id, {})
    parent_id = company.get("parent_id")
    parent = ledger.names.get(str(parent_id)) if parent_id else None
    ticker = company.get("ticker") or ledger.companies.get(member.company_id, {}).get("ticker")
    dates = [
        f"from {formats.day(member.valid_from)}" if member.valid_from else "",
        f"to {formats.day(member.valid_to)}" if member.valid_to else "",
    ]
    dark = member.measure == "dark"
    note = why_unmeasured(member, parent) if dark else member.note
    if not dark and revenue is None and not note:
        note = "No figures for this quarter yet."
    return {
        "name": member.name, "ticker": ticker, "status": STATUS.get(member.status, member.status), "parent": parent,
        "how": measured_as(member), "measured": revenue is not None, "dates": " ".join(d for d in dates if d),
        "note": note or "", "ours": not member.named_by_source, "revenue": revenue, "profit": profit,
        "margin": profit / revenue if revenue and profit is not None and revenue > 0 else None,
    }  # fmt: skip


def _metrics(ledger: Ledger, lens: str, layer: Layer) -> list[tuple[str, Table, str]]:
    """For each basis every metric at the newest final quarter in which it is known."""
    found = []
    for basis, name in (("layer", "Layer basis"), ("consolidated", "Consolidated basis")):
        rows = []
        for metric in METRICS:
            readings = ledger.readings(lens, layer.layer, basis, metric.id)
            final = [r for r in readings if r.final]
            if not final:
                continue
            r = next((r for r in reversed(final) if r.value is not None), final[-1])
            write = lambda v, unit=metric.unit: formats.metric(v, unit, 1)  # noqa: E731 - one short use, three lines below
            rows.append([metric.title, write(r.value), write(r.median), write(r.p25), write(r.p75), write(r.without_largest),
                         f"{r.n_measured} of {r.n_members}", formats.quarter(r.quarter), r.reason if r.value is None else ""])  # fmt: skip
        if rows:
            columns = [Column(t) for t in ("Metric", "Layer", "Median", "First quartile", "Third quartile", "Without the largest",
                                           "Measured", "Twelve months to", "Why unknown")]  # fmt: skip
            found.append((name, Table(columns, rows), basis))
    return found


def _flows(ledger: Ledger, lens: str, layer: Layer) -> dict[str, list[tuple[Layer, str]]]:
    """Who buys from the layer, and from whom it buys, with what flows."""
    by_id = {other.layer: other for other in ledger.layers(lens)}
    frame = ledger.tables["core.edges"]
    rows = [r for r in frame.iter_rows(named=True) if r["lens"] == lens]
    return {
        "buys": [(by_id[r["to_layer"]], r["description"] or "") for r in rows if r["from_layer"] == layer.layer],
        "sells": [(by_id[r["from_layer"]], r["description"] or "") for r in rows if r["to_layer"] == layer.layer],
    }
