"""The capital-spending card: capex against revenue, cash flow and depreciation, then and now."""

from datetime import date

from dashboard import findings, formats
from dashboard.cards import hindsight
from dashboard.cards.card import STATISTICS, WINDOWS, Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASIS_TEXT, unknown_text
from dashboard.charts import capex as chart
from dashboard.ledger import BASE_QUARTER, Ledger, Reading

# Metric -> (text of the button, measure, measure inside a sentence).
METRICS = {
    "capex_to_revenue": ("÷ revenue", "Capex ÷ revenue", "capex ÷ revenue"),
    "capex_to_ocf": ("÷ cash flow", "Capex ÷ operating cash flow", "capex ÷ operating cash flow"),
    "capex_to_da": ("÷ depreciation", "Capex ÷ depreciation and amortisation", "capex ÷ depreciation"),
}


WINDOW_TEXT = {"ttm": "trailing twelve months", "quarter": "one fiscal quarter"}


def spending(ledger: Ledger, lens: str, quarter: str, window: str = "ttm") -> dict[str, float]:
    """Return capex by layer in US dollars, consolidated basis, to the end of a quarter; the unknown are absent."""
    found: dict[str, float] = {}
    for amount in ledger.amounts(lens, "consolidated", quarter, "capex", window):
        found[amount.layer] = found.get(amount.layer, 0.0) + amount.amount_usd
    return found


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    settings = [(metric, window, statistic) for metric in METRICS for window in WINDOWS for statistic in STATISTICS]
    views = []
    for metric, window, statistic in settings:
        for known in hindsight.settings(ledger, lens, metric, "consolidated", window, statistic):
            day = hindsight.day_of(known)
            view = _past(ledger, lens, metric, day) if day else _view(ledger, lens, metric, window, statistic)
            views += [view] if view else []
    controls = (
        control("metric", "Capex against", {metric: names[0] for metric, names in METRICS.items()}, views),
        control("window", "Window", WINDOWS, views),
        control("statistic", "Statistic", STATISTICS, views),
        hindsight.chooser(ledger, views),
    )
    return Card("capex", "Capital spending: who spends?", views, controls, size="narrow", break_at=400)


def _known(reading: Reading | None, statistic: str) -> float | None:
    """The value of a layer or its median, which is shown only where enough members are known for the value."""
    if reading is None or reading.value is None:
        return None
    return reading.median if statistic == "median" else reading.value


def _view(ledger: Ledger, lens: str, metric: str, window: str, statistic: str) -> View | None:
    quarter = ledger.headline(lens, "consolidated")
    measure = f"{'Median of ' * (statistic == 'median')}{METRICS[metric][1]}"
    dollars, rates, readings = spending(ledger, lens, quarter, window), [], []
    for layer in ledger.layers(lens):
        then, now = (
            ledger.reading(lens, layer.layer, "consolidated", metric, at, window) for at in (BASE_QUARTER, quarter)
        )
        rates.append(
            chart.Rate(
                layer.name,
                layer.colour,
                _known(then, statistic),
                _known(now, statistic),
                dollars.get(layer.layer),
                now is None or now.final,
                unknown_text(now),
            )
        )
        readings += [now] if now else []
    if all(rate.now is None for rate in rates):
        return None
    title = _title(metric, window, statistic, rates, quarter)
    then_at, now_at = formats.quarter(BASE_QUARTER), formats.quarter(quarter)
    rows: list[list[Value]] = [[rate.name, rate.then, rate.now, rate.dollars] for rate in rates]
    columns = [Column("Layer"), Column(f"{measure}, {then_at}", "fraction"), Column(f"{measure}, {now_at}", "fraction")]
    return View(
        key=f"{metric}.{window}.{statistic}.{hindsight.NOW}",
        title=title,
        subtitle=f"{measure}, {then_at} (ring) to {now_at} (dot), {WINDOW_TEXT[window]}, {BASIS_TEXT['consolidated']}; "
        "right: capex now, US dollars.",
        alt=f"{title}. {measure} in {now_at}: "
        + ", ".join(f"{rate.name} {formats.percent(rate.now)}" for rate in rates)
        + ".",
        as_of=f"{'twelve months to' if window == 'ttm' else 'calendar'} {now_at}",
        coverage=f"{sum(r.n_measured for r in readings)} of {sum(r.n_members for r in readings)} listed members",
        table=Table([*columns, Column("Capex", "USD")], rows),
        pictures={
            "wide": chart.picture(rates, BASE_QUARTER, quarter, measure),
            "narrow": chart.picture(rates, BASE_QUARTER, quarter, measure, narrow=True),
        },
        note="Members of the time: a layer’s change may come from a company that listed since.",
    )


def _past(ledger: Ledger, lens: str, metric: str, day: date) -> View | None:
    """The same picture as a past day knew it; at the right, the newer quarter as it is known now."""
    measure, on, rates, readings = METRICS[metric][1], formats.day(day), [], []
    table: list[list[Value]] = []
    for layer in ledger.layers(lens):
        known = {r.quarter: r for r in ledger.readings(lens, layer.layer, "consolidated", metric, known_on=day)}
        finals = [r for r in known.values() if r.final and r.value is not None]
        if not finals:
            rates.append(chart.Rate(layer.name, layer.colour, None, None, None, unknown="not known then"))
            table.append([layer.name, None, None, None, None])
            continue
        newest, base = finals[-1], known.get(BASE_QUARTER)
        then = base.value if base and base.quarter < newest.quarter else None
        now = ledger.value(lens, layer.layer, "consolidated", metric, newest.quarter)
        dollars = spending(ledger, lens, newest.quarter).get(layer.layer)
        rates.append(
            chart.Rate(
                layer.name, layer.colour, then, newest.value, dollars, quarter=newest.quarter,
                beside=f"→ {formats.percent(now)}",
            )
        )  # fmt: skip
        readings.append(newest)
        table.append([layer.name, then, formats.quarter(newest.quarter), newest.value, now])
    if not readings:
        return None
    since, ends = formats.quarter(BASE_QUARTER), sorted(r.quarter for r in readings)
    span = formats.quarter(ends[0]) + f" to {formats.quarter(ends[-1])}" * (ends[0] != ends[-1])
    # Which layer speaks first follows from dollars as known now; what it says is as known then.
    order = sorted((r for r in rates if r.dollars is not None), key=lambda r: -(r.dollars or 0))
    told = (findings.capex_rate(r.name, r.then, r.now, since, past=True) for r in order)
    title = findings.first(
        f"{measure} by layer, as known on {on}", *(findings.known_on(on, finding) for finding in told)
    )
    moved = hindsight.since(ledger, lens, metric, METRICS[metric][2], day, newest=True)
    return View(
        key=f"{metric}.ttm.aggregate.{day.isoformat()}",
        title=title,
        subtitle=f"{measure} as known on {on}, {since} (ring) to each layer’s newest final quarter (dot), "
        f"{WINDOW_TEXT['ttm']}, {BASIS_TEXT['consolidated']}; right (→): the dot’s quarter as known now.",
        alt=f"{title}. {measure} as known on {on}: "
        + ", ".join(f"{rate.name} {formats.percent(rate.now)}" for rate in rates)
        + ".",
        as_of=f"known on {on}; twelve months to {span}",
        coverage=f"{sum(r.n_measured for r in readings)} of {sum(r.n_members for r in readings)} listed members",
        table=Table(
            [
                Column("Layer"),
                Column(f"{measure}, {since}, known on {on}", "fraction"),
                Column("Newest final quarter"),
                Column(f"{measure}, known on {on}", "fraction"),
                Column("Same quarter, known now", "fraction"),
            ],
            table,
        ),
        pictures={
            "wide": chart.picture(rates, BASE_QUARTER, ends[-1], measure),
            "narrow": chart.picture(rates, BASE_QUARTER, ends[-1], measure, narrow=True),
        },
        note=(f"{moved}. " if moved else "")
        + "A figure moves when a company restates or reports late; membership is today’s registry.",
    )


def _title(metric: str, window: str, statistic: str, rates: list[chart.Rate], quarter: str) -> str:
    """A finding for what a layer spends in a year; a quarter or a median is named, not told."""
    since = formats.quarter(BASE_QUARTER)
    which = f"{'median ' * (statistic == 'median')}{'one quarter ' * (window == 'quarter')}".strip()
    neutral = f"{METRICS[metric][1]} by layer{', ' * bool(which)}{which}, {since} and {formats.quarter(quarter)}"
    if which:
        return neutral
    if metric == "capex_to_revenue":
        # The layer that spends most dollars speaks first.
        order = sorted((r for r in rates if r.dollars is not None), key=lambda r: -(r.dollars or 0))
        return findings.first(neutral, *(findings.capex_rate(r.name, r.then, r.now, since) for r in order))
    if metric == "capex_to_ocf":
        values = {r.name: r.now for r in rates if r.now is not None}
        return findings.first(neutral, findings.only_layer_above(values, "its operating cash flow"))
    return neutral
