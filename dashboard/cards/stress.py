"""The stress card: four readings of strain for each layer."""

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, View
from dashboard.cards.profit_pools import BASIS_TEXT, unknown_text
from dashboard.charts import stress as chart
from dashboard.ledger import Ledger

GAUGES = {
    "operating_margin": chart.Gauge("Operating\nmargin", "Oper.\nmargin", "fraction", 0.35, -0.05),
    "capex_to_revenue": chart.Gauge("Capex ÷\nrevenue", "Capex\n÷ reve-\nnue", "fraction", 0.10, 1.0),
    "capex_to_ocf": chart.Gauge("Capex ÷ op.\ncash flow", "Capex\n÷ op.\ncash\nflow", "fraction", 0.50, 2.5),
    "debt_to_ocf": chart.Gauge("Debt ÷ op.\ncash flow", "Debt\n÷ op.\ncash\nflow", "times", 1.5, 8.0),
}
THRESHOLDS = (
    "Shading starts at: margin below 35%, capex above 10% of revenue and 50% of operating cash flow, debt above 1.5×. "
    "Hatched: fewer than half the members have the figure, or the ratio means nothing; never calm."
)


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    quarter, gauges = ledger.headline(lens, "consolidated"), list(GAUGES.values())
    layers, late = [], []
    for layer in ledger.layers(lens):
        found = [ledger.reading(lens, layer.layer, "consolidated", metric, quarter) for metric in GAUGES]
        values = [reading.value if reading else None for reading in found]
        late += [
            f"{layer.name} ({gauge.title.replace(chr(10), ' ')})"
            for gauge, r in zip(gauges, found, strict=True)
            if r and r.value is not None and not r.final
        ]
        layers.append(chart.Readings(layer.name, layer.colour, values, [unknown_text(reading) for reading in found]))
    at = list(GAUGES).index("capex_to_ocf")
    against = {layer.name: value for layer in layers if (value := layer.values[at]) is not None}
    title = findings.first(
        f"Four readings of strain by layer, {formats.quarter(quarter)}",
        findings.only_layer_above(against, "its operating cash flow"),
    )
    heads = [gauge.title.replace("\n", " ").replace("op.", "operating") for gauge in gauges]
    spoken = [
        f"{layer.name} " + ", ".join(formats.metric(v, g.unit) for v, g in zip(layer.values, gauges, strict=True))
        for layer in layers
    ]
    measured = sum(any(value is not None for value in layer.values) for layer in layers)
    view = View(
        key="all",
        title=title,
        subtitle=f"Trailing twelve months to calendar {formats.quarter(quarter)}, {BASIS_TEXT['consolidated']}; "
        "redder is more strained, shading is fixed per column.",
        alt=f"{title}. Columns: {', '.join(heads)}. {'; '.join(spoken)}.",
        as_of=f"twelve months to {formats.quarter(quarter)}",
        coverage=f"{measured} of {len(layers)} layers",
        table=Table(
            [Column("Layer"), *(Column(head, g.unit) for head, g in zip(heads, gauges, strict=True))],
            [[layer.name, *layer.values] for layer in layers],
        ),
        pictures={"wide": chart.picture(gauges, layers), "narrow": chart.picture(gauges, layers, narrow=True)},
        note=f"{THRESHOLDS} {findings.provisional(late)}".strip(),
    )
    return Card("stress", "Stress: where does it strain?", [view], size="half", break_at=460)
