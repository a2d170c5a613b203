"""The capital-spending card: capex against revenue, cash flow and depreciation, then and now."""

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASIS_TEXT, unknown_text
from dashboard.charts import capex as chart
from dashboard.ledger import BASE_QUARTER, Ledger

METRICS = {
    "capex_to_revenue": ("÷ revenue", "Capex ÷ revenue"),
    "capex_to_ocf": ("÷ cash flow", "Capex ÷ operating cash flow"),
    "capex_to_da": ("÷ depreciation", "Capex ÷ depreciation and amortisation"),
}


def spending(ledger: Ledger, lens: str, quarter: str) -> dict[str, float]:
    """Return capex by layer in US dollars, consolidated basis, twelve months to a quarter; the unknown are absent."""
    found: dict[str, float] = {}
    for amount in ledger.amounts(lens, "consolidated", quarter, "capex"):
        found[amount.layer] = found.get(amount.layer, 0.0) + amount.amount_usd
    return found


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    views = [view for metric in METRICS if (view := _view(ledger, lens, metric))]
    controls = (control("metric", "Capex against", {metric: names[0] for metric, names in METRICS.items()}, views),)
    return Card("capex", "Capital spending: who spends?", views, controls, size="narrow", break_at=400)


def _view(ledger: Ledger, lens: str, metric: str) -> View | None:
    quarter, measure = ledger.headline(lens, "consolidated"), METRICS[metric][1]
    dollars, rates, readings = spending(ledger, lens, quarter), [], []
    for layer in ledger.layers(lens):
        now = ledger.reading(lens, layer.layer, "consolidated", metric, quarter)
        rates.append(
            chart.Rate(
                layer.name,
                layer.colour,
                ledger.value(lens, layer.layer, "consolidated", metric, BASE_QUARTER),
                now.value if now else None,
                dollars.get(layer.layer),
                now is None or now.final,
                unknown_text(now),
            )
        )
        readings += [now] if now else []
    if all(rate.now is None for rate in rates):
        return None
    title = _title(metric, rates, quarter)
    then, now_at = formats.quarter(BASE_QUARTER), formats.quarter(quarter)
    rows: list[list[Value]] = [[rate.name, rate.then, rate.now, rate.dollars] for rate in rates]
    columns = [Column("Layer"), Column(f"{measure}, {then}", "fraction"), Column(f"{measure}, {now_at}", "fraction")]
    return View(
        key=metric,
        title=title,
        subtitle=f"{measure}, {then} (ring) to {now_at} (dot), trailing twelve months, {BASIS_TEXT['consolidated']}; "
        "right: capex now, US dollars.",
        alt=f"{title}. {measure} in {now_at}: "
        + ", ".join(f"{rate.name} {formats.percent(rate.now)}" for rate in rates)
        + ".",
        as_of=f"twelve months to {now_at}",
        coverage=f"{sum(r.n_measured for r in readings)} of {sum(r.n_members for r in readings)} listed members",
        table=Table([*columns, Column("Capex", "USD")], rows),
        pictures={
            "wide": chart.picture(rates, BASE_QUARTER, quarter, measure),
            "narrow": chart.picture(rates, BASE_QUARTER, quarter, measure, narrow=True),
        },
        note="Members of the time: a layer’s change may come from a company that listed since.",
    )


def _title(metric: str, rates: list[chart.Rate], quarter: str) -> str:
    since = formats.quarter(BASE_QUARTER)
    neutral = f"{METRICS[metric][1]} by layer, {since} and {formats.quarter(quarter)}"
    if metric == "capex_to_revenue":
        # The layer that spends most dollars speaks first.
        order = sorted((r for r in rates if r.dollars is not None), key=lambda r: -(r.dollars or 0))
        return findings.first(neutral, *(findings.capex_rate(r.name, r.then, r.now, since) for r in order))
    if metric == "capex_to_ocf":
        values = {r.name: r.now for r in rates if r.now is not None}
        return findings.first(neutral, findings.only_layer_above(values, "its operating cash flow"))
    return neutral
