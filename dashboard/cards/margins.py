"""The margins card: one panel a layer."""

from dashboard import findings, formats
from dashboard.cards.card import Card, Panel, View, control, series_table
from dashboard.cards.profit_pools import BASES, BASIS_TEXT, unknown_text
from dashboard.charts import panels as chart
from dashboard.ledger import BASE_QUARTER, Ledger

METRICS = {
    "operating_margin": ("Operating", "operating margin"),
    "gross_margin": ("Gross", "gross margin"),
    "net_margin": ("Net", "net margin"),
    "fcf_margin": ("Free cash flow", "free cash flow margin"),
}


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    keys = [(metric, basis) for metric in METRICS for basis in ("consolidated", "layer")]
    views = [view for metric, basis in keys if (view := _view(ledger, lens, metric, basis))]
    controls = (
        control("metric", "Margin", {metric: names[0] for metric, names in METRICS.items()}, views),
        control("basis", "Basis", {basis: BASES[basis] for basis in ("consolidated", "layer")}, views),
    )
    return Card("margins", "Margins by layer: what is left of a dollar of sales?", views, controls)


def _view(ledger: Ledger, lens: str, metric: str, basis: str) -> View | None:
    short, measure = METRICS[metric]
    layers = [
        (layer.name, layer.colour, [chart.Point(r.quarter, r.value, r.final) for r in readings if r.value is not None])
        for layer in ledger.layers(lens)
        if (readings := ledger.readings(lens, layer.layer, basis, metric)) is not None
    ]
    values: dict[str, dict[str, float]] = {}
    for name, _, points in layers:
        for p in points:
            values.setdefault(p.quarter, {})[name] = p.value
    newest = {name: final[-1] for name, _, points in layers if (final := [p for p in points if p.final])}
    if not newest:
        return None
    every = [value for quarter in values.values() for value in quarter.values()]
    low, high = (-0.2 if min(every) < -0.05 else -0.05), (0.8 if metric == "gross_margin" else 0.65)
    title = findings.first(
        f"{short} margin by layer, {min(values)[:4]} to {max(p.quarter for p in newest.values())[:4]}",
        findings.margin_moves(
            values.get(BASE_QUARTER, {}),
            {n: p.value for n, p in newest.items()},
            measure,
            formats.quarter(BASE_QUARTER),
        ),
    )
    pictures, panels = chart.pictures(layers, measure, low, high), []
    for layer in ledger.layers(lens):
        shown = newest.get(layer.name)
        at = ledger.reading(lens, layer.layer, basis, metric, ledger.headline(lens, basis))
        value = formats.percent(shown.value) if shown else formats.UNKNOWN
        panels.append(Panel(layer.name, layer.colour, value, pictures.get(layer.name), unknown_text(at)))
    ends = sorted(p.quarter for p in newest.values())
    dark = [panel.name for panel in panels if panel.picture is None]
    beyond = [name for name, _, points in layers if any(not low <= p.value <= high for p in points)]
    now = ", ".join(f"{name} {formats.percent(p.value)}" for name, p in newest.items())
    return View(
        key=f"{metric}.{basis}",
        title=title,
        subtitle=f"{short} margin, trailing twelve months at each calendar quarter, {BASIS_TEXT[basis]}. "
        f"Same scale in every panel, {formats.percent(low)} to {formats.percent(high)}, dotted at 0 and 50%; grey: the "
        "other layers.",
        alt=f"{title}. {short} margin now: {now}." + (f" Unknown: {', '.join(dark)}." if dark else ""),
        as_of=f"newest final quarter of each layer, {formats.quarter(ends[0])} to {formats.quarter(ends[-1])}",
        coverage=f"{len(newest)} of {len(layers)} layers",
        table=series_table("Twelve months to", [(name, "fraction") for name, _, _ in layers], values),
        panels=panels,
        note="A dot stands at the newest quarter that is final for the layer; a pale dashed end is provisional."
        + (f" Cut at the panel’s edge: {', '.join(beyond)}; the table holds the figures." if beyond else ""),
    )
