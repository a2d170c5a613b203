"""The capital-spending card: capex against revenue and cash flow, then and now."""

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Control, Table, View
from dashboard.cards.profit_pools import BASIS_TEXT, unknown_text
from dashboard.charts import capex as chart
from dashboard.ledger import BASE_QUARTER, Ledger

METRICS = {
    "capex_to_revenue": ("÷ revenue", "Capex ÷ revenue"),
    "capex_to_ocf": ("÷ cash flow", "Capex ÷ operating cash flow"),
    "capex_to_da": ("÷ depreciation", "Capex ÷ depreciation and amortisation"),
}


def spending(ledger: Ledger, lens: str, quarter: str) -> dict[str, float]:
    """Return capex by layer in US dollars, consolidated basis, twelve months to a quarter; layers without figures absent."""
    found: dict[str, float] = {}
    for amount in ledger.amounts(lens, "consolidated", quarter, "capex"):
        found[amount.layer] = found.get(amount.layer, 0.0) + amount.amount_usd
    return found


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of a lens."""
    views = [view for metric in METRICS if (view := _view(ledger, lens, metric))]
    options = [(m, METRICS[m][0]) for m in METRICS if any(v.key == m for v in views)]
    return Card(
        "capex", "Capital spending: who spends?", views, (Control("metric", "Capex against", options),), size="narrow"
    )


def _view(ledger: Ledger, lens: str, metric: str) -> View | None:
    quarter = ledger.headline(lens, "consolidated")
    dollars = spending(ledger, lens, quarter)
    rates, rows, measured, members = [], [], 0, 0
    for layer in ledger.layers(lens):
        now = ledger.reading(lens, layer.layer, "consolidated", metric, quarter)
        then = ledger.value(lens, layer.layer, "consolidated", metric, BASE_QUARTER)
        value = now.value if now else None
        rates.append(
            chart.Rate(
                layer.name,
                layer.colour,
                then,
                value,
                dollars.get(layer.layer),
                now is None or now.final,
                unknown_text(now),
            )
        )
        rows.append([layer.name, then, value, dollars.get(layer.layer)])
        measured += now.n_measured if now else 0
        members += now.n_members if now else 0
    if all(r.now is None for r in rates):
        return None
    title, measure = _title(ledger, lens, metric, rates, quarter), METRICS[metric][1]
    return View(
        metric,
        title,
        f"{measure}, {formats.quarter(BASE_QUARTER)} (ring) to {formats.quarter(quarter)} (dot), trailing twelve months, "
        f"{BASIS_TEXT['consolidated']}; right: capex now, US dollars.",
        f"{title}. {measure} in {formats.quarter(quarter)}: "
        + ", ".join(f"{r.name} {formats.percent(r.now)}" for r in rates) + ".",
        f"twelve months to {formats.quarter(quarter)}",
        f"{measured} of {members} listed members",
        Table(
            [Column("Layer"), Column(f"{measure}, {formats.quarter(BASE_QUARTER)}", "fraction"),
             Column(f"{measure}, {formats.quarter(quarter)}", "fraction"), Column("Capex", "USD")],
            rows,
        ),
        {"wide": chart.picture(rates, BASE_QUARTER, quarter, measure)},
        note="Members of the time: a layer’s change may come from a company that listed since." ,
    )  # fmt: skip


def _title(ledger: Ledger, lens: str, metric: str, rates: list[chart.Rate], quarter: str) -> str:
    neutral = f"{METRICS[metric][1]} by layer, {formats.quarter(BASE_QUARTER)} and {formats.quarter(quarter)}"
    if metric == "capex_to_revenue":
        # The layer that spends most dollars speaks first, then the rest by dollars.
        order = sorted((r for r in rates if r.dollars is not None), key=lambda r: -(r.dollars or 0))
        since = formats.quarter(BASE_QUARTER)
        return findings.first(neutral, *(findings.capex_rate(r.name, r.then, r.now, since) for r in order))
    if metric == "capex_to_ocf":
        values = {r.name: r.now for r in rates if r.now is not None}
        return findings.first(neutral, findings.only_layer_above(values, "its operating cash flow"))
    return neutral
