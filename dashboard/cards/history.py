"""The cards of a layer's own page: a family of metrics over time, on one basis."""

from collections.abc import Sequence
from datetime import date

from analytics.metrics.registry import METRICS
from dashboard import formats
from dashboard.cards.card import WINDOWS, Card, Column, Table, Value, View, control
from dashboard.cards.covered import LEFT_OUT, covered
from dashboard.cards.margins import WINDOW_TEXT
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import history as chart
from dashboard.charts.events import LAUNCH, Event
from dashboard.ledger import BY_QUARTER, Layer, Ledger, shifted

REGISTRY = {metric.id: metric for metric in METRICS}
# Values beyond these are cut in the drawing, never in the table.
CAPS = {"fraction": (-1.0, 3.0), "times": (-10.0, 40.0), "years": (-10.0, 40.0), "USD": (-1e15, 1e15)}
BACK = 12  # quarters that a title looks back


def card(
    ledger: Ledger, lens: str, layer: Layer, identifier: str, question: str, basis: str, metrics: Sequence[str]
) -> Card:
    """Return a card that shows the given metrics of a layer, one at a time; a metric never known is left out.

    Those of a quarter alone can be chosen where a quarter means something (ledger.BY_QUARTER).

    Raises:
        KeyError: a metric that the registry does not hold.
    """
    settings = [(metric, w) for metric in metrics for w in WINDOWS if w == "ttm" or metric in BY_QUARTER]
    views = [view for metric, window in settings if (view := _view(ledger, lens, layer, basis, metric, window))]
    controls = (
        control("metric", "Metric", {metric: REGISTRY[metric].short_title for metric in metrics}, views),
        control("window", "Window", WINDOWS, views),
    )
    return Card(identifier, question, views, controls, break_at=560)


def _listings(ledger: Ledger, lens: str, layer: Layer) -> list[Event]:
    """First trading days of the layer's members, and last ones, since the launch: the dates that the registry holds.

    A member that lists on the day on which the shares of another fall for a spin-off leaves it.
    """
    members = {m.company_id: m for m in ledger.members(lens, layer.layer) if m.measure == "whole"}
    left = {
        day: one.name
        for one in members.values()
        for day, _, split in ledger.splits.get(one.company_id, [])
        if not split
    }
    found = []
    for member in members.values():
        company = ledger.companies[member.company_id]
        for column, word in (("listed_from", "lists"), ("listed_to", "delisted")):
            day = company[column]
            if isinstance(day, date) and day > LAUNCH.day:
                leaves = column == "listed_from" and day in left
                found.append(Event(day, f"{member.name} {f'leaves {left[day]}' if leaves else word}"))
    return sorted(found)


def _view(ledger: Ledger, lens: str, layer: Layer, basis: str, metric: str, window: str) -> View | None:
    about, readings = REGISTRY[metric], ledger.readings(lens, layer.layer, basis, metric, window)
    known = covered(readings)
    finals = {r.quarter: r for r in known if r.final}
    if not finals:
        return None
    last, unit = finals[max(finals)], about.unit
    largest = ledger.names.get(last.largest or "", "the largest")
    before = finals.get(shifted(last.quarter, -BACK))
    name = about.title + ", one quarter" * (window == "quarter")
    title = f"{name}: {formats.metric(last.value, unit)} in {formats.quarter(last.quarter)}"
    if before:
        title += f", {formats.metric(before.value, unit)} three years before"
    low, high = CAPS[unit]
    every = [v for r in known for v in (r.value, r.median, r.p25, r.p75, r.without_largest) if v is not None]
    cut = (
        " Values beyond the axis are cut; the table holds them." if not low <= min(every) <= max(every) <= high else ""
    )
    left_out = {r.quarter for r in readings if r.value is not None} - {r.quarter for r in known}
    first = "One quarter is known so far, so there is no line yet. " if len(known) == 1 else ""
    numbers = ("Layer", "Median", "First quartile", "Third quartile", "Without the largest")
    rows: list[list[Value]] = [
        [
            formats.quarter(r.quarter),
            *(r.value, r.median, r.p25, r.p75, r.without_largest),
            ledger.names.get(r.largest or ""),
            *(r.n_measured, r.n_members, r.status),
        ]
        for r in reversed(readings)
        if r.n_measured
    ]
    events = [LAUNCH, *_listings(ledger, lens, layer)]
    shown = chart.Shown(unit, layer.colour, largest, low, high)
    formula = f"{about.formula[:1].upper()}{about.formula[1:]}"
    return View(
        key=f"{metric}.{window}",
        title=title,
        subtitle=f"{formula}, {WINDOW_TEXT[window]}, {BASIS_TEXT[basis]}. Band: middle half of the members.",
        alt=f"{layer.name}: {title}. Median of members {formats.metric(last.median, unit)}; without {largest} "
        f"{formats.metric(last.without_largest, unit)}. From {formats.quarter(min(finals))}.",
        as_of=f"{'twelve months to' if window == 'ttm' else 'calendar'} {formats.quarter(last.quarter)}",
        coverage=f"{last.n_measured} of {last.n_members} members measured",
        table=Table(
            [
                Column("Twelve months to" if window == "ttm" else "Quarter"),
                *(Column(name, unit) for name in numbers),
                Column("Largest"),
                Column("Measured", "count"),
                Column("Members", "count"),
                Column("Status"),
            ],
            rows,
        ),
        pictures=chart.pictures(known, shown, events, left_out),
        note=f"{first}{LEFT_OUT * bool(left_out)}{formats.tidy(about.caveat)} "
        f"Dotted: without {largest}, the largest member. A pale dashed end is provisional.{cut}",
    )
