"""The margins card: one panel a layer."""

from collections.abc import Sequence
from itertools import product
from typing import NamedTuple

from dashboard import findings, formats
from dashboard.cards.card import STATISTICS, WINDOWS, Card, Panel, View, control, series_table
from dashboard.cards.profit_pools import BASES, BASIS_TEXT, unknown_text
from dashboard.charts import panels as chart
from dashboard.ledger import BASE_QUARTER, Ledger, Reading

METRICS = {
    "operating_margin": ("Operating", "operating margin"),
    "gross_margin": ("Gross", "gross margin"),
    "net_margin": ("Net", "net margin"),
    "fcf_margin": ("Free cash flow", "free cash flow margin"),
}


WINDOW_TEXT = {
    "ttm": "trailing twelve months at each calendar quarter",
    "quarter": "each fiscal quarter alone, at the calendar quarter it mostly covers",
}
STATISTIC_TEXT = {"aggregate": "members’ profits over members’ sales", "median": "median of the members’ own margins"}


class Setting(NamedTuple):
    """One setting of the card's controls."""

    metric: str
    basis: str
    window: str
    statistic: str

    @property
    def measure(self) -> str:
        """What is measured, inside a sentence: 'median quarterly operating margin'."""
        words = ["median"] * (self.statistic == "median") + ["quarterly"] * (self.window == "quarter")
        return " ".join([*words, METRICS[self.metric][1]])


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    bases = ("consolidated", "layer")
    # Quarters and medians on the first basis only: on the other they would double the page for few readers.
    settings = [
        setting
        for setting in map(Setting._make, product(METRICS, bases, WINDOWS, STATISTICS))
        if setting.basis == bases[0] or (setting.window, setting.statistic) == ("ttm", "aggregate")
    ]
    views = [view for setting in settings if (view := _view(ledger, lens, setting))]
    controls = (
        control("metric", "Margin", {metric: names[0] for metric, names in METRICS.items()}, views),
        control("basis", "Basis", {basis: BASES[basis] for basis in bases}, views),
        control("window", "Window", WINDOWS, views),
        control("statistic", "Statistic", STATISTICS, views),
    )
    return Card("margins", "Margins by layer: what is left of a dollar of sales?", views, controls)


def _points(readings: Sequence[Reading], statistic: str) -> list[chart.Point]:
    """What is drawn of a layer. Its median only where its aggregate is known: else too few members speak for it."""
    known = ((r, r.median if statistic == "median" else r.value) for r in readings if r.value is not None)
    return [chart.Point(r.quarter, value, r.final) for r, value in known if value is not None]


def _view(ledger: Ledger, lens: str, setting: Setting) -> View | None:
    metric, basis, window, statistic = setting
    short, measure = METRICS[metric][0], setting.measure
    layers = [
        (layer.name, layer.colour, _points(ledger.readings(lens, layer.layer, basis, metric, window), statistic))
        for layer in ledger.layers(lens)
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
        f"{measure[:1].upper()}{measure[1:]} by layer, {min(values)[:4]} to "
        f"{max(p.quarter for p in newest.values())[:4]}",
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
        at = ledger.reading(lens, layer.layer, basis, metric, ledger.headline(lens, basis), window)
        value = formats.percent(shown.value) if shown else formats.UNKNOWN
        panels.append(Panel(layer.name, layer.colour, value, pictures.get(layer.name), unknown_text(at)))
    ends = sorted(p.quarter for p in newest.values())
    dark = [panel.name for panel in panels if panel.picture is None]
    beyond = [name for name, _, points in layers if any(not low <= p.value <= high for p in points)]
    now = ", ".join(f"{name} {formats.percent(p.value)}" for name, p in newest.items())
    return View(
        key=".".join(setting),
        title=title,
        subtitle=f"{short} margin, {STATISTIC_TEXT[statistic]}, {WINDOW_TEXT[window]}, {BASIS_TEXT[basis]}. "
        f"Same scale in every panel, {formats.percent(low)} to {formats.percent(high)}, dotted at 0 and 50%; grey: the "
        "other layers.",
        alt=f"{title}. {short} margin now: {now}." + (f" Unknown: {', '.join(dark)}." if dark else ""),
        as_of=f"newest final quarter of each layer, {formats.quarter(ends[0])} to {formats.quarter(ends[-1])}",
        coverage=f"{len(newest)} of {len(layers)} layers",
        table=series_table(
            "Twelve months to" if window == "ttm" else "Quarter", [(name, "fraction") for name, _, _ in layers], values
        ),
        panels=panels,
        note="A dot stands at the newest quarter that is final for the layer; a pale dashed end is provisional."
        + (f" Cut at the panel’s edge: {', '.join(beyond)}; the table holds the figures." if beyond else ""),
    )
