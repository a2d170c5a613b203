"""The debt card: what each company owes against its cash flow or EBITDA."""

from statistics import median

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Control, Table, Value, View
from dashboard.charts import debt as chart
from dashboard.ledger import Ledger, shifted

METRICS = {
    "debt_to_ocf": ("÷ cash flow", "Total debt ÷ operating cash flow", "against its cash flow"),
    "debt_to_ebitda": ("÷ EBITDA", "Total debt ÷ EBITDA", "against its EBITDA"),
    "net_debt_to_ebitda": ("net ÷ EBITDA", "Net debt ÷ EBITDA", "net, against its EBITDA"),
}
FRESH, OLDEST = 1, 4  # quarters by which a company's figure may be older than the headline: counted, and drawn at all
GIANTS = 6


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    views = [view for metric in METRICS if (view := _view(ledger, lens, metric))]
    control = Control("metric", "Debt against", [(m, METRICS[m][0]) for m in METRICS if any(v.key == m for v in views)])
    return Card("debt", "Debt: who owes?", views, (control,), size="half", break_at=480)


def loads(ledger: Ledger, lens: str, metric: str, quarter: str) -> dict[str, list[chart.Load]]:
    """Return by layer the value of each listed company there at `quarter`, or its newest of the year before."""
    found: dict[str, list[chart.Load]] = {}
    for company, layer in {m.company_id: m.layer for m in ledger.members_at(lens, quarter) if m.primary}.items():
        values = [one for one in ledger.company_values.get((company, metric), []) if one[0] <= quarter]
        if values and values[-1][0] >= shifted(quarter, -OLDEST):
            at, value = values[-1][0], values[-1][1]
            load = chart.Load(ledger.names[company], value, at, late=at < shifted(quarter, -FRESH))
            found.setdefault(layer, []).append(load)
    return found


def giants(ledger: Ledger, lens: str, quarter: str) -> list[str]:
    """Return the names of the companies that spend most on capex, the largest first."""
    spent = sorted(ledger.amounts(lens, "consolidated", quarter, "capex"), key=lambda a: -a.amount_usd)
    return [ledger.names[a.company_id] for a in spent[:GIANTS]]


def _view(ledger: Ledger, lens: str, metric: str) -> View | None:
    quarter = ledger.headline(lens, "consolidated")
    found = loads(ledger, lens, metric, quarter)
    layers = [(layer.name, layer.colour, found.get(layer.layer, [])) for layer in ledger.layers(lens)]
    everyone = [load for _, _, group in layers for load in group]
    fresh = [findings.Stake(load.name, load.value) for load in everyone if not load.late]
    if not fresh:
        return None
    _, measure, against = METRICS[metric]
    largest = set(giants(ledger, lens, quarter))
    title = findings.first(
        f"{measure} by company and layer",
        findings.heaviest_giant([stake for stake in fresh if stake.name in largest], against),
        findings.heaviest_debt(fresh, median(stake.value for stake in fresh), against),
    )
    listed = {m.company_id for m in ledger.members_at(lens, quarter) if m.primary}
    oldest = min(load.quarter for load in everyone)
    rows: list[list[Value]] = [
        [name, load.name, load.value, formats.quarter(load.quarter)]
        for name, _, group in layers
        for load in sorted(group, key=lambda load: -load.value)
    ]
    highest = [(name, max(group, key=lambda load: load.value)) for name, _, group in layers if group]
    return View(
        key=metric,
        title=title,
        subtitle=f"{measure}, {formats.months(quarter)}, or the newest known before; dot: company, "
        "tick: the layer’s median, band: range.",
        alt=f"{title}. Highest by layer: "
        + ", ".join(f"{name} {load.name} {formats.times(load.value)}" for name, load in highest)
        + ".",
        as_of=formats.months(quarter) + (f", the oldest of {formats.quarter(oldest)}" if oldest < quarter else ""),
        coverage=f"{len(everyone)} of {len(listed)} listed companies",
        table=Table([Column("Layer"), Column("Company"), Column(measure, "times"), Column("Calendar quarter")], rows),
        pictures={"wide": chart.picture(layers, measure, 400), "narrow": chart.picture(layers, measure, 190)},
        note=_note(layers, everyone, len(listed)),
    )


def _note(layers: list[tuple[str, str, list[chart.Load]]], everyone: list[chart.Load], listed: int) -> str:
    parts, (start, end) = [], chart.reach(layers)
    if listed > len(everyone):
        parts.append(
            f"Without a value: {listed - len(everyone)} companies, with a cash flow or EBITDA at or below zero, or no "
            "debt figure."
        )
    late = [f"{load.name} ({formats.quarter(load.quarter)})" for load in everyone if load.late]
    if late:
        parts.append(f"Pale, older figures: {', '.join(late)}.")
    beyond = sum(not start <= load.value <= end for load in everyone)
    if beyond:
        parts.append(f"{beyond} beyond the axis stand at its edge.")
    return " ".join(parts)
