"""The page of one layer of one lens: what it does, who is in it, its metrics over time, its coverage."""

from collections.abc import Sequence

from analytics.metrics.registry import METRICS
from dashboard import findings, formats
from dashboard.cards import concentration, decomposition, history
from dashboard.cards.card import Column, Table, Value
from dashboard.ledger import Layer, Ledger, Lens, Member, shifted
from dashboard.pages.page import STATUS, Page, company_path, layer_path, measured_as, why_unmeasured

# (card, question, basis, metrics)
FAMILIES: Sequence[tuple[str, str, str, tuple[str, ...]]] = (
    (
        "margins",
        "Margins: what is left of a dollar of sales?",
        "layer",
        ("operating_margin", "gross_margin", "net_margin", "fcf_margin"),
    ),
    (
        "growth",
        "Growth: how fast do sales grow, and at what margin?",
        "layer",
        ("revenue_growth_yoy", "incremental_operating_margin"),
    ),
    (
        "capex",
        "Capital spending: how much is built?",
        "consolidated",
        ("capex_to_revenue", "capex_to_ocf", "capex_to_da"),
    ),
    (
        "debt",
        "Debt: what is owed, and can it be served?",
        "consolidated",
        ("debt_to_ocf", "net_debt_to_ebitda", "interest_coverage_ebit", "debt_to_equity"),
    ),
    ("returns", "Returns and value: does it pay?", "consolidated", ("roic", "asset_turnover", "ev_to_sales")),
)
BASES = {"layer": "Layer basis", "consolidated": "Consolidated basis"}


def page(ledger: Ledger, lens: Lens, layer: Layer) -> Page:
    """Return the page of a layer; one without figures shows its members and why they are dark."""
    quarter = own_quarter(ledger, lens.lens, layer.layer)
    cards = [
        card
        for identifier, question, basis, metrics in FAMILIES
        if (card := history.card(ledger, lens.lens, layer, identifier, question, basis, metrics)).views
    ]
    taken_apart = decomposition.card(ledger, lens.lens, layer)
    if taken_apart.views:
        cards.insert(1, taken_apart)  # after the margins
    if (shared_out := concentration.history(ledger, lens.lens, layer)).views:
        cards.append(shared_out)
    # Who is a member, and what is known of whom, is told of now even where the layer was last known long ago.
    then = ledger.newest(lens.lens) if _long_ago(ledger, lens.lens, quarter) else quarter
    members = _members(ledger, lens.lens, layer, then)
    held = [member for member in members if member["held"]]
    siblings = ledger.layers(lens.lens)
    index = siblings.index(layer)
    return Page(
        path=layer_path(lens.lens, layer),
        template="layer.html",
        title=f"{layer.name} ({lens.name}): Layer Ledger",
        description=layer.description,
        section="layers",
        lens=lens.lens,
        cards=cards,
        context={
            "layer": layer,
            "about": lens,
            "members": members,
            "held": len(held),
            "selling": sum(member["revenue"] is not None for member in held),
            "earning": sum(member["profit"] is not None for member in held),
            "quarter": then,
            "headline": _headline(ledger, lens.lens, layer, quarter, len(held)),
            "figures": _figures(ledger, lens.lens, layer, quarter) if quarter else [],
            "metrics": _metrics(ledger, lens.lens, layer),
            "flows": flows_of(ledger, lens.lens, layer),
            "siblings": siblings,
            "before": siblings[index - 1] if index else None,
            "after": siblings[index + 1] if index + 1 < len(siblings) else None,
        },
    )


def own_quarter(ledger: Ledger, lens: str, layer: str) -> str | None:
    """Return the newest final quarter of a layer's operating margin; where it has none, that of its lens."""
    margin = ledger.latest(lens, layer, "layer", "operating_margin")
    return margin.quarter if margin else ledger.newest(lens)


def _long_ago(ledger: Ledger, lens: str, quarter: str | None) -> bool:
    """Whether a quarter is more than a year older than the one that the layers of a lens share."""
    shared = ledger.newest(lens)
    return quarter is not None and shared is not None and quarter < shifted(shared, -4)


def _headline(ledger: Ledger, lens: str, layer: Layer, quarter: str | None, members: int) -> str:
    share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter or "")
    if share is None or share.n_measured == 0:
        return findings.first(f"{layer.name}: no public figures", findings.dark_layer([(layer.name, members, 0)]))
    margin = ledger.value(lens, layer.layer, "layer", "operating_margin", quarter or "")
    if share.amount_usd is None or margin is None:
        return f"{layer.name}: {share.n_measured} of {share.n_members} members have figures, too few for the layer"
    when, past = formats.months(quarter), _long_ago(ledger, lens, quarter)
    if share.amount_usd < 0:
        loses = "lost" if past else findings.verb(layer.name, "lose")
        return f"{layer.name} {loses} {formats.cents(-margin)} on each dollar of sales, {when}"
    keeps = "kept" if past else findings.verb(layer.name, "keep")
    return f"{layer.name} {keeps} {formats.cents(margin)} of each dollar of sales as operating profit, {when}"


def _figures(ledger: Ledger, lens: str, layer: Layer, quarter: str) -> list[tuple[str, str]]:
    """Four key figures: (figure, what it is), each of the newest final quarter in which it is known."""
    share = ledger.share(lens, layer.layer, "layer", "operating_income", quarter)
    margin = ledger.reading(lens, layer.layer, "layer", "operating_margin", quarter)
    capex, debt = (ledger.latest(lens, layer.layer, "consolidated", m) for m in ("capex_to_revenue", "debt_to_ocf"))
    text = _dated("operating margin", quarter)
    if margin and margin.value is not None:
        text += f"; median member {formats.percent(margin.median)}"
        if margin.without_largest is not None and margin.largest:
            text += f", without {ledger.names[margin.largest]} {formats.percent(margin.without_largest)}"
    if _long_ago(ledger, lens, quarter):
        text += _newer(ledger, lens, layer, quarter)
    profit = formats.dollars(share.amount_usd if share else None)
    measured = f", {share.n_measured} of {share.n_members} members" if share else ""
    return [
        (profit, _dated("operating income", quarter) + measured),
        (formats.percent(margin.value if margin else None), text),
        (formats.percent(capex.value if capex else None),
         _dated("of revenue goes to capex, consolidated basis", capex.quarter if capex else None)),
        (formats.times(debt.value if debt else None),
         _dated("total debt to operating cash flow, consolidated basis", debt.quarter if debt else None)),
    ]  # fmt: skip


def _newer(ledger: Ledger, lens: str, layer: Layer, quarter: str) -> str:
    """The newest margin of a layer beyond its newest final quarter, said to be provisional; '' where there is none."""
    readings = ledger.readings(lens, layer.layer, "layer", "operating_margin")
    newer = [r for r in readings if r.value is not None and r.quarter > quarter]
    if not newer:
        return ""
    return f"; provisional since, {formats.percent(newer[-1].value)} in {formats.quarter(newer[-1].quarter)}"


def _dated(text: str, quarter: str | None) -> str:
    return f"{text}, {formats.months(quarter)}" if quarter else f"{text}, known in no quarter"


def _members(ledger: Ledger, lens: str, layer: Layer, quarter: str | None) -> list[dict[str, object]]:
    """One row a member, those with figures first, the largest revenue first; past spans are left out."""

    def of(item: str) -> dict[str, float]:
        amounts = ledger.amounts(lens, "layer", quarter or "", item)
        return {a.member_id: a.amount_usd for a in amounts if a.layer == layer.layer}

    revenue, profit = of("revenue"), of("operating_income")
    # The newest span of each member speaks; the table is sorted by its start.
    newest = {member.member_id: member for member in ledger.members(lens, layer.layer)}
    order = sorted(newest.values(), key=lambda m: (m.member_id not in revenue, -revenue.get(m.member_id, 0.0), m.name))
    then = ledger.members_at(lens, quarter) if quarter else [m for m in order if m.valid_to is None]
    held = {m.member_id for m in then if m.layer == layer.layer}
    return [
        {"held": m.member_id in held, **_member(ledger, m, revenue.get(m.member_id), profit.get(m.member_id))}
        for m in order
    ]


def _member(ledger: Ledger, member: Member, revenue: float | None, profit: float | None) -> dict[str, object]:
    company = ledger.companies.get(member.member_id, {})
    parent_id = company.get("parent_id")
    parent = ledger.names.get(str(parent_id)) if parent_id else None
    since = f"from {formats.day(member.valid_from)}" if member.valid_from else ""
    until = f"to {formats.day(member.valid_to)}" if member.valid_to else ""
    note = why_unmeasured(member, parent) if member.measure == "dark" else member.note or ""
    if revenue is None and not note:
        note = "No figures for these twelve months."
    return {
        "name": member.name,
        "path": company_path(member.company_id) if member.company_id in ledger.reporting else None,
        "ticker": company.get("ticker") or ledger.companies.get(member.company_id, {}).get("ticker"),
        "status": STATUS.get(member.status, member.status),
        "parent": parent,
        "how": measured_as(member),
        "measured": revenue is not None,
        "dates": f"{since} {until}".strip(),
        "note": note,
        "ours": not member.named_by_source,
        "revenue": revenue,
        "profit": profit,
        "margin": profit / revenue if revenue and profit is not None and revenue > 0 else None,
    }


def _metrics(ledger: Ledger, lens: str, layer: Layer) -> list[tuple[str, Table, str]]:
    """For each basis every metric at the newest final quarter in which it is known, and why the others are not."""
    names = ("Metric", "Layer", "Median", "First quartile", "Third quartile", "Without the largest", "Measured", "To")
    found = []
    for basis, name in BASES.items():
        rows: list[list[Value]] = []
        unknown: dict[str, list[str]] = {}
        for metric in METRICS:
            final = [r for r in ledger.readings(lens, layer.layer, basis, metric.id) if r.final]
            if r := ledger.latest(lens, layer.layer, basis, metric.id):
                numbers = (r.value, r.median, r.p25, r.p75, r.without_largest)
                written = [formats.metric(value, metric.unit, 1) for value in numbers]
                rows.append([metric.title, *written, f"{r.n_measured} of {r.n_members}", formats.quarter(r.quarter)])
            elif final:
                unknown.setdefault(final[-1].reason or "not known", []).append(metric.title)
        if rows:
            why = " ".join(f"Not known ({reason}): {', '.join(titles)}." for reason, titles in unknown.items())
            found.append((name, Table([Column(title) for title in names], rows), why))
    return found


def flows_of(ledger: Ledger, lens: str, layer: Layer) -> dict[str, list[tuple[Layer, str]]]:
    """Who buys from the layer, and from whom it buys, with what flows."""
    by_id = {other.layer: other for other in ledger.layers(lens)}
    rows = [row for row in ledger.tables["core.edges"].iter_rows(named=True) if row["lens"] == lens]
    return {
        "buys": [(by_id[r["to_layer"]], r["description"] or "") for r in rows if r["from_layer"] == layer.layer],
        "sells": [(by_id[r["from_layer"]], r["description"] or "") for r in rows if r["to_layer"] == layer.layer],
    }
