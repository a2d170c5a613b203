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


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    quarter = ledger.headline(lens, "consolidated")
    layers = [
        chart.Readings(
            layer.name,
            layer.colour,
            [ledger.value(lens, layer.layer, "consolidated", metric, quarter) for metric in GAUGES],
            [unknown_text(ledger.reading(lens, layer.layer, "consolidated", metric, quarter)) for metric in GAUGES],
        )
        for layer in ledger.layers(lens)
    ]
    at = list(GAUGES).index("capex_to_ocf")
    title = findings.first(
        f"Four readings of strain by layer, {formats.quarter(quarter)}",
        findings.only_layer_above(
            {r.name: v for r in layers if (v := r.values[at]) is not None}, "its operating cash flow"
        ),
    )
    measured = sum(any(v is not None for v in r.values) for r in layers)
    heads = [" ".join(g.title.split("\n")).replace("op.", "operating") for g in GAUGES.values()]
    view = View(
        "all",
        title,
        f"Trailing twelve months to calendar {formats.quarter(quarter)}, {BASIS_TEXT['consolidated']}; redder is more strained, "
        "shading is fixed per column.",
        f"{title}. " + "; ".join(
            f"{r.name} " + ", ".join(formats.metric(v, g.unit) for v, g in zip(r.values, GAUGES.values(), strict=True))
            for r in layers
        ) + f". Columns: {', '.join(heads)}.",
        f"twelve months to {formats.quarter(quarter)}",
        f"{measured} of {len(layers)} layers",
        Table(
            [Column("Layer"), *(Column(h, g.unit) for h, g in zip(heads, GAUGES.values(), strict=True))],
            [[r.name, *r.values] for r in layers],
        ),
        {"wide": chart.picture(list(GAUGES.values()), layers), "narrow": chart.picture(list(GAUGES.values()), layers, narrow=True)},
        note="Shading starts at: margin below 35%, capex above 10% of revenue and 50% of operating cash flow, debt above 1.5×. "
        "Hatched: no figure, never calm.",
    )  # fmt: skip
    return Card("stress", "Stress: where does it strain?", [view], size="half", break_at=460)
