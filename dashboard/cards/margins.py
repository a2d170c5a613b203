"""The margins card: one panel a layer."""

from dashboard import findings, formats
from dashboard.cards.card import Card, Control, Panel, View, series_table
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
    views = [
        view
        for metric in METRICS
        for basis in ("consolidated", "layer")
        if (view := _view(ledger, lens, metric, basis))
    ]
    present = {view.key for view in views}
    return Card(
        "margins",
        "Margins by layer: what is left of a dollar of sales?",
        views,
        (
            Control("metric", "Margin", [(m, METRICS[m][0]) for m in METRICS if any(k.startswith(f"{m}.") for k in present)]),
            Control("basis", "Basis", [(b, BASES[b]) for b in ("consolidated", "layer") if any(k.endswith(f".{b}") for k in present)]),
        ),
    )  # fmt: skip


def _view(ledger: Ledger, lens: str, metric: str, basis: str) -> View | None:
    short, measure = METRICS[metric]
    quarter = ledger.headline(lens, basis)
    layers, panels, values = [], [], {}
    for layer in ledger.layers(lens):
        readings = ledger.readings(lens, layer.layer, basis, metric)
        points = [chart.Point(r.quarter, r.value, r.final) for r in readings if r.value is not None]
        layers.append((layer.name, layer.colour, points))
        for p in points:
            values.setdefault(p.quarter, {})[layer.name] = p.value
    if not values:
        return None
    floor = min(0.0, *(p.value for _, _, points in layers for p in points))
    low, high = (-0.2 if floor < -0.05 else -0.05), 0.8 if metric == "gross_margin" else 0.65
    pictures = chart.pictures(layers, measure, low, high)
    measured = 0
    for layer, (name, colour, points) in zip(ledger.layers(lens), layers, strict=True):
        finals = [p for p in points if p.final]
        shown = formats.percent(finals[-1].value) if finals else "–"
        measured += bool(points)
        at = ledger.reading(lens, layer.layer, basis, metric, quarter)
        panels.append(Panel(name, colour, shown, pictures.get(name), unknown_text(at)))
    newest = {name: finals[-1] for name, _, points in layers if (finals := [p for p in points if p.final])}
    now, then = {n: p.value for n, p in newest.items()}, values.get(BASE_QUARTER, {})
    ends = sorted({p.quarter for p in newest.values()}) or [quarter]
    title = findings.first(
        f"{short} margin by layer, {min(values)[:4]} to {quarter[:4]}",
        findings.margin_moves(then, now, measure, formats.quarter(BASE_QUARTER)),
    )
    beyond = sorted({n for n, _, points in layers for p in points if not low <= p.value <= high})
    note = f"Cut at the panel’s edge: {', '.join(beyond)}; the table holds the figures. " if beyond else ""
    dark = [p.name for p in panels if p.picture is None]
    return View(
        f"{metric}.{basis}",
        title,
        f"{short} margin, trailing twelve months at each calendar quarter, {BASIS_TEXT[basis]}. "
        f"Same scale in every panel, {formats.percent(low)} to {formats.percent(high)}, dotted at 0 and 50%; grey: the other layers.",
        f"{title}. {short} margin now: "
        + ", ".join(f"{n} {formats.percent(v)}" for n, v in now.items())
        + (f". Unknown: {', '.join(dark)}." if dark else "."),
        f"newest final quarter of each layer, {formats.quarter(ends[0])} to {formats.quarter(ends[-1])}; a dashed pale end is provisional",
        f"{measured} of {len(layers)} layers",
        series_table("Twelve months to", [(n, "fraction") for n, _, _ in layers],
                     {q: dict(v) for q, v in values.items()}),
        panels=panels,
        note=note + "A dot stands at the newest quarter that is final for the layer.",
    )  # fmt: skip
