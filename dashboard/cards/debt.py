"""The debt card: what each company owes against its cash flow or EBITDA."""

from statistics import median

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Control, Table, View
from dashboard.charts import debt as chart
from dashboard.ledger import Ledger, shifted

METRICS = {
    "debt_to_ocf": ("÷ cash flow", "Total debt ÷ operating cash flow", "against its cash flow"),
    "debt_to_ebitda": ("÷ EBITDA", "Total debt ÷ EBITDA", "against its EBITDA"),
    "net_debt_to_ebitda": ("net ÷ EBITDA", "Net debt ÷ EBITDA", "net, against its EBITDA"),
}
OLDEST = 1  # a company's figure may be this many quarters older than the headline


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    views = [view for metric in METRICS if (view := _view(ledger, lens, metric))]
    options = [(m, METRICS[m][0]) for m in METRICS if any(v.key == m for v in views)]
    return Card(
        "debt", "Debt: who owes?", views, (Control("metric", "Debt against", options),), size="half", break_at=480
    )


def loads(ledger: Ledger, lens: str, metric: str, quarter: str) -> dict[str, list[chart.Load]]:
    """Return the newest value of each listed company in its primary layer, at most a quarter older than the one given."""
    found: dict[str, list[chart.Load]] = {}
    for member in ledger.members_at(lens, quarter):
        if member.primary:
            values = ledger.company_values.get((member.company_id, metric), [])
            if values and values[-1][0] >= shifted(quarter, -OLDEST):
                load = chart.Load(ledger.names.get(member.company_id, member.name), values[-1][1], values[-1][0])
                if load not in found.setdefault(member.layer, []):
                    found[member.layer].append(load)
    return found


def _view(ledger: Ledger, lens: str, metric: str) -> View | None:
    quarter = ledger.headline(lens, "consolidated")
    found = loads(ledger, lens, metric, quarter)
    layers = [(layer.name, layer.colour, found.get(layer.layer, [])) for layer in ledger.layers(lens)]
    everyone = [load for _, _, group in layers for load in group]
    if not everyone:
        return None
    _, measure, against = METRICS[metric]
    stakes = {layer: max((findings.Stake(x.name, x.value) for x in group), key=lambda s: s.value)
              for layer, group in found.items()}  # fmt: skip
    amazon = next((findings.Stake(x.name, x.value) for x in everyone if x.name == "Amazon"), None)
    title = findings.first(
        f"{measure} by company and layer",
        findings.debt_twins(stakes.get("hyperscalers"), stakes.get("neoclouds"), amazon) if metric == "debt_to_ocf" else None,
        findings.heaviest_debt([findings.Stake(x.name, x.value) for x in everyone], median(x.value for x in everyone), against),
    )  # fmt: skip
    listed = {m.company_id for m in ledger.members_at(lens, quarter) if m.primary}
    silent = len(listed) - len(everyone)
    rows = [[name, x.name, x.value, formats.quarter(x.quarter)] for name, _, group in layers
            for x in sorted(group, key=lambda x: -x.value)]  # fmt: skip
    beyond = sum(x.value > chart.reach(layers) for x in everyone)
    note = (
        f"Not meaningful or not known for {silent} companies: a cash flow or EBITDA at or below zero, or no debt figure. "
        if silent
        else ""
    )
    if beyond:
        note += f"{beyond} beyond the axis stand at its edge."
    pictures = {"wide": chart.picture(layers, measure, 400), "narrow": chart.picture(layers, measure, 190)}
    return View(
        metric,
        title,
        f"{measure}, trailing twelve months at the newest calendar quarter known; dot: company, tick: the layer’s median, band: range.",
        f"{title}. Highest by layer: " + ", ".join(f"{name} {max(group, key=lambda x: x.value).name} "
        f"{formats.times(max(x.value for x in group))}" for name, _, group in layers if group) + ".",
        f"newest quarter of each company, {formats.quarter(min(x.quarter for x in everyone))} to {formats.quarter(max(x.quarter for x in everyone))}",
        f"{len(everyone)} of {len(listed)} listed companies",
        Table([Column("Layer"), Column("Company"), Column(measure, "times"), Column("Calendar quarter")], rows),
        pictures,
        note=note,
    )  # fmt: skip
