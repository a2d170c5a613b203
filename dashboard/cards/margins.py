"""The margins card: one panel a layer."""

from collections.abc import Mapping, Sequence
from itertools import product
from typing import NamedTuple

from dashboard import findings, formats
from dashboard.cards import hindsight
from dashboard.cards.card import STATISTICS, WINDOWS, Card, Panel, View, control, series_table
from dashboard.cards.covered import covered
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
    known: str

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
        Setting(*setting, known)
        for setting in product(METRICS, bases, WINDOWS, STATISTICS)
        if setting[1] == bases[0] or setting[2:] == ("ttm", "aggregate")
        for known in hindsight.settings(ledger, lens, *setting)
    ]
    views = [view for setting in settings if (view := _view(ledger, lens, setting))]
    controls = (
        control("metric", "Margin", {metric: names[0] for metric, names in METRICS.items()}, views),
        control("basis", "Basis", {basis: BASES[basis] for basis in bases}, views),
        control("window", "Window", WINDOWS, views),
        control("statistic", "Statistic", STATISTICS, views),
        hindsight.chooser(ledger, views),
    )
    return Card("margins", "Margins by layer: what is left of a dollar of sales?", views, controls)


def _points(readings: Sequence[Reading], statistic: str) -> list[chart.Point]:
    """What is drawn of a layer. Its median only where its aggregate is known: else too few members speak for it."""
    known = ((r, r.median if statistic == "median" else r.value) for r in covered(readings))
    return [chart.Point(r.quarter, value, r.final) for r, value in known if value is not None]


def _view(ledger: Ledger, lens: str, setting: Setting) -> View | None:
    metric, basis, window, statistic, known = setting
    short, measure, day = METRICS[metric][0], setting.measure, hindsight.day_of(known)
    found = {
        layer.name: ledger.readings(lens, layer.layer, basis, metric, window, day) for layer in ledger.layers(lens)
    }
    layers = [(one.name, one.colour, _points(found[one.name], statistic)) for one in ledger.layers(lens)]
    values: dict[str, dict[str, float]] = {}
    for name, _, points in layers:
        for p in points:
            values.setdefault(p.quarter, {})[name] = p.value
    # What layers are compared at: the newest quarter that is final in all; on a past day each layer's own newest.
    common = max(p.quarter for _, _, points in layers for p in points) if day else ledger.headline(lens, basis)
    newest = {
        name: final[-1]
        for name, _, points in layers
        if (final := [p for p in points if p.final and p.quarter <= common])
    }
    if not newest:
        return None
    every = [value for quarter in values.values() for value in quarter.values()]
    low, high = (-0.2 if min(every) < -0.05 else -0.05), (0.8 if metric == "gross_margin" else 0.65)
    dots = {name: p.quarter for name, p in newest.items()}
    later = _now(ledger, lens, setting, min(values)) if day else None
    pictures = chart.pictures(layers, measure, low, high, dots, later)
    panels, ends = [], sorted(dots.values())
    for layer in ledger.layers(lens):
        shown = newest.get(layer.name)
        at = ledger.reading(lens, layer.layer, basis, metric, ledger.headline(lens, basis), window)
        value = formats.percent(shown.value) if shown else formats.UNKNOWN
        value += f", {formats.quarter(shown.quarter)}" if shown and shown.quarter != ends[-1] else ""
        unknown = "not known then" if day else unknown_text(at)
        panels.append(Panel(layer.name, layer.colour, value, pictures.get(layer.name), unknown))
    dark = [panel.name for panel in panels if panel.picture is None]
    beyond = [name for name, _, points in layers if any(not low <= p.value <= high for p in points)]
    told = ", ".join(f"{name} {formats.percent(p.value)}" for name, p in newest.items())
    title = _title(setting, values, {name: p.value for name, p in newest.items()}, ends[-1])
    on = formats.day(day)
    return View(
        key=".".join(setting),
        title=title,
        subtitle=f"{short} margin{f' as known on {on}' * bool(day)}, {STATISTIC_TEXT[statistic]}, "
        f"{WINDOW_TEXT[window]}, {BASIS_TEXT[basis]}. Same scale in every panel, {formats.percent(low)} to "
        f"{formats.percent(high)}, dotted at 0 and 50%; grey: the other layers{'; dots: as known now' * bool(day)}.",
        alt=f"{title}. {short} margin {f'as known on {on}' if day else f'in {formats.quarter(ends[-1])}'}: {told}."
        + (f" Unknown: {', '.join(dark)}." if dark else ""),
        as_of=(f"known on {on}; " if day else "")
        + (formats.months(ends[-1]) if window == "ttm" else f"calendar {formats.quarter(ends[-1])}")
        + ", or earlier where said" * (ends[0] != ends[-1]),
        coverage=f"{len(newest)} of {len(layers)} layers",
        table=series_table(
            "Twelve months to" if window == "ttm" else "Quarter", [(name, "fraction") for name, _, _ in layers], values
        ),
        panels=panels,
        note=_note(ledger, lens, setting)
        + (
            "A dot stands at the newest quarter that was final for the layer; "
            if day
            else f"The dot and its figure stand at {formats.quarter(ends[-1])}, the newest quarter that is final in "
            "every layer, or earlier where said; lines run on where more is final; "
        )
        + "a pale dashed end is provisional. "
        "Other quarters that are not final are left out."
        + (f" Cut at the panel’s edge: {', '.join(beyond)}; the table holds the figures." if beyond else ""),
    )


def _now(ledger: Ledger, lens: str, setting: Setting, first: str) -> dict[str, list[chart.Point]]:
    """What is known now of the quarters from `first` on, by layer."""
    found = {}
    for layer in ledger.layers(lens):
        points = _points(ledger.readings(lens, layer.layer, setting.basis, setting.metric), setting.statistic)
        found[layer.name] = [p for p in points if p.quarter >= first]
    return found


def _title(setting: Setting, values: Mapping[str, Mapping[str, float]], newest: Mapping[str, float], last: str) -> str:
    measure, since, day = setting.measure, formats.quarter(BASE_QUARTER), hindsight.day_of(setting.known)
    found = findings.margin_moves(values.get(BASE_QUARTER, {}), newest, measure, since)
    neutral = f"{measure[:1].upper()}{measure[1:]} by layer, {min(values)[:4]} to {last[:4]}"
    if day is None:
        return findings.first(neutral, found)
    on = formats.day(day)
    return findings.first(f"{neutral}, as known on {on}", findings.known_on(on, found))


def _note(ledger: Ledger, lens: str, setting: Setting) -> str:
    """What has been told otherwise since the chosen day."""
    day = hindsight.day_of(setting.known)
    told = hindsight.since(ledger, lens, setting.metric, setting.measure, day) if day else ""
    return (
        f"{told}. A figure moves when a company restates or reports late; membership is today’s registry. "
        if told
        else ""
    )
