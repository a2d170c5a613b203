"""The cards of a layer's own page: a family of metrics over time, on one basis."""

from collections.abc import Sequence

from analytics.metrics.registry import METRICS
from dashboard import formats
from dashboard.cards.card import Card, Column, Control, Table, View
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import history as chart
from dashboard.ledger import Layer, Ledger

REGISTRY = {metric.id: metric for metric in METRICS}
# Values beyond these are cut in the drawing, never in the table.
CAPS = {"fraction": (-1.0, 3.0), "times": (-10.0, 20.0), "USD": (-1e15, 1e15)}


def card(
    ledger: Ledger, lens: str, layer: Layer, identifier: str, question: str, basis: str, metrics: Sequence[str]
) -> Card:
    """Return a card that shows the given metrics of a layer, one at a time; a metric never known is left out.

    Raises:
        KeyError: a metric that the registry does not hold.
    """
    views = [view for metric in metrics if (view := _view(ledger, lens, layer, basis, metric))]
    options = [(v.key, REGISTRY[v.key].short_title) for v in views]
    return Card(identifier, question, views, (Control("metric", "Metric", options),) if options else (), break_at=0)


def _view(ledger: Ledger, lens: str, layer: Layer, basis: str, metric: str) -> View | None:
    about, readings = REGISTRY[metric], ledger.readings(lens, layer.layer, basis, metric)
    finals = [r for r in readings if r.final and r.value is not None]
    if not finals:
        return None
    last, first = finals[-1], finals[0]
    unit = about.unit
    largest = ledger.names.get(last.largest or "", "the largest")
    title = f"{about.title}: {formats.metric(last.value, unit)} in {formats.quarter(last.quarter)}"
    year = next((r for r in finals if r.quarter == f"{int(last.quarter[:4]) - 3}{last.quarter[4:]}"), None)
    if year and year.value is not None:
        title += f", {formats.metric(year.value, unit)} three years before"
    low, high = CAPS[unit]
    every = [v for r in readings for v in (r.value, r.median, r.p25, r.p75, r.without_largest) if v is not None]
    cut = any(not low <= v <= high for v in every)
    note = about.caveat + (" Values beyond the axis are cut; the table holds them." if cut else "")
    rows = [
        [formats.quarter(r.quarter), r.value, r.median, r.p25, r.p75, r.without_largest, ledger.names.get(r.largest or ""),
         r.n_measured, r.n_members, r.status]
        for r in reversed(readings)
    ]  # fmt: skip
    return View(
        metric,
        title,
        f"{about.formula[:1].upper()}{about.formula[1:]}, trailing twelve months at each calendar quarter, {BASIS_TEXT[basis]}. "
        "Band: middle half of the members.",
        f"{layer.name}: {title}. Median of members {formats.metric(last.median, unit)}; "
        f"without {largest} {formats.metric(last.without_largest, unit)}. From {formats.quarter(first.quarter)}.",
        f"twelve months to {formats.quarter(last.quarter)}; a dashed pale end is provisional",
        f"{last.n_measured} of {last.n_members} members measured",
        Table(
            [Column("Twelve months to"), Column("Layer", unit), Column("Median", unit), Column("First quartile", unit),
             Column("Third quartile", unit), Column("Without the largest", unit), Column("Largest"),
             Column("Measured", "count"), Column("Members", "count"), Column("Status")],
            rows,
        ),
        {"wide": chart.picture(readings, unit, layer.colour, largest, CAPS[unit])},
        note=note,
    )  # fmt: skip
