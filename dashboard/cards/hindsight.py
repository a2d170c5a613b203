"""As known on: what the newest margins and capex rates looked like on a past day, against what is known now."""

from datetime import date

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import hindsight as chart
from dashboard.ledger import Ledger

METRICS = {
    "operating_margin": ("Operating margin", "operating margin"),
    "capex_to_revenue": ("Capex ÷ revenue", "capex ÷ revenue"),
}


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens, the oldest day first; without a past day it has no view."""
    days = sorted({day for one, day, *_ in ledger.then if one == lens})
    views = [view for day in days for metric in METRICS if (view := _view(ledger, lens, metric, day))]
    controls = (
        control("metric", "Metric", {metric: names[0] for metric, names in METRICS.items()}, views),
        control("day", "As known on", {day.isoformat(): _short(day) for day in days}, views),
    )
    return Card(
        "then", "As known on: what did it look like at the time?", views, controls, size="whole spread", break_at=560
    )


def _short(day: date) -> str:
    return formats.day(day).split(formats.SPACE, 1)[1]


def _view(ledger: Ledger, lens: str, metric: str, day: date) -> View | None:
    name, measure = METRICS[metric]
    headline, on = ledger.headline(lens, "consolidated"), formats.day(day)
    rows = []
    for layer in ledger.layers(lens):
        known = ledger.then.get((lens, day, metric, layer.layer))
        if known is None:
            rows.append(chart.Then(layer.name, layer.colour, None, None, None, None))
            continue
        quarter, value = known
        now = ledger.value(lens, layer.layer, "consolidated", metric, quarter)
        finals = [
            r.value
            for r in ledger.readings(lens, layer.layer, "consolidated", metric)
            if r.final and r.value is not None and r.quarter <= headline
        ]
        rows.append(chart.Then(layer.name, layer.colour, quarter, value, now, finals[-1] if finals else None))
    told = [row for row in rows if row.then is not None]
    if not told:
        return None
    moves = [(row.name, row.quarter or "", row.then or 0.0, row.now) for row in told]
    title = findings.first(
        f"{name} by layer as known on {on}, and as known now", findings.largest_revision(moves, measure, on)
    )
    table: list[list[Value]] = [[row.name, formats.quarter(row.quarter), row.then, row.now, row.newest] for row in rows]
    heads = (f"Known on {on}", "Same quarter, known now", "Newest")
    return View(
        key=f"{metric}.{day.isoformat()}",
        title=title,
        subtitle=f"{name}, trailing twelve months, {BASIS_TEXT['consolidated']}. Ring: the newest final quarter of "
        f"each layer as it was known on {on}; dot: the same quarter as known now; tick: the newest quarter now.",
        alt=f"{title}. "
        + ", ".join(f"{r.name} then {formats.percent(r.then)}, now {formats.percent(r.now)}" for r in told)
        + ".",
        as_of=f"known on {on}, and on {formats.day(ledger.as_of)}",
        coverage=f"{len(told)} of {len(rows)} layers known then",
        table=Table([Column("Layer"), Column("Quarter"), *(Column(head, "fraction") for head in heads)], table),
        pictures={"wide": chart.picture(rows, on), "narrow": chart.picture(rows, on, narrow=True)},
        note="A figure moves when a company restates, or when one reports later what belongs to the quarter. "
        "Membership is today’s registry as of each quarter. Right: then → now, of the same quarter.",
    )
