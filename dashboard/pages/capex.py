"""The page of capital spending of a lens: how much, against what, paid by whom, and when it is charged."""

from dashboard import findings, formats
from dashboard.cards import capex, capital, lead_lag, reconciliation
from dashboard.ledger import BASE_QUARTER, Ledger, Lens
from dashboard.pages.page import Page

MAKERS = (
    capital.dollars,
    capex.card,
    capital.funding,
    capital.to_come,
    capital.runoff,
    reconciliation.card,
    lead_lag.card,
)


def path(lens: str, default: str) -> str:
    """Return the path of the page of a lens."""
    return "capex.html" if lens == default else f"capex/{lens}.html"


def page(ledger: Ledger, lens: Lens) -> Page | None:
    """Return the page, or None where the lens has no figures."""
    if ledger.newest(lens.lens) is None:
        return None
    cards = [card for make in MAKERS if (card := make(ledger, lens.lens)).views]
    quarter = ledger.headline(lens.lens, "consolidated")
    now = capex.spending(ledger, lens.lens, quarter)
    then = capex.spending(ledger, lens.lens, BASE_QUARTER)
    names = {layer.layer: layer.name for layer in ledger.layers(lens.lens)}
    known = {
        layer: value
        for layer, value in now.items()
        if ledger.value(lens.lens, layer, "consolidated", "capex_to_revenue", quarter) is not None
    }
    top = max(known, key=lambda layer: known[layer]) if known else None
    neutral = f"{lens.name}: capital spending to {formats.quarter(quarter)}"
    headline = findings.first(neutral, _headline(names[top], known[top], then.get(top)) if top else None)
    total = sum(known.values())
    return Page(
        path=path(lens.lens, ledger.lenses[0].lens),
        template="cards.html",
        title=f"Capital spending ({lens.name}): Layer Ledger",
        description="Who spends on capex, against what, how it is paid for, and what is still to be charged.",
        section="capex",
        lens=lens.lens,
        cards=cards,
        context={
            "headline": headline,
            "lede": f"In the twelve months to {formats.quarter(quarter)} the measured companies of this lens spent "
            f"{formats.dollars(total)} on capex, each company once, in its primary layer. "
            + _fragile(ledger, lens.lens, quarter, top, names),
            "figures": _figures(ledger, lens.lens, quarter, names),
            "tables": [],
        },
    )  # fmt: skip


def _headline(name: str, now: float, then: float | None) -> str:
    rise = f", {formats.times(now / then)} the rate of {formats.quarter(BASE_QUARTER)}" if then else ""
    return f"{name} {findings.verb(name, 'spend')} {formats.dollars(now)} a year on capex{rise}"


def _fragile(ledger: Ledger, lens: str, quarter: str, top: str | None, names: dict[str, str]) -> str:
    """Whether the layer that spends most would do so without its largest spender."""
    if top is None:
        return ""
    amounts = [a for a in ledger.amounts(lens, "consolidated", quarter, "capex") if a.layer == top]
    largest = max(amounts, key=lambda a: a.amount_usd)
    others = capex.spending(ledger, lens, quarter)
    rest = others.pop(top) - largest.amount_usd
    leader = max(others, key=lambda layer: others[layer], default=None)
    company = ledger.names[largest.company_id]
    if leader is None or rest > others[leader]:
        return f"Without {company} {findings.low(names[top])} would still spend most."
    return f"Without {company}, {findings.low(names[leader])} would spend most."


def _figures(ledger: Ledger, lens: str, quarter: str, names: dict[str, str]) -> list[tuple[str, str]]:
    found, when = capital.measures(ledger, lens, quarter), formats.months(quarter)
    figures = []
    for layer in ("hyperscalers", "neoclouds", "infrastructure", "cloud-infrastructure"):
        rate = ledger.value(lens, layer, "consolidated", "capex_to_revenue", quarter)
        if layer in names and rate is not None:
            figures.append((formats.percent(rate), f"of revenue goes to capex at {findings.low(names[layer])}, {when}"))
    gaps = {layer: v for layer in names if (v := capital.value(found, layer, "funding_gap")) is not None and v > 0}
    if gaps:
        worst = max(gaps, key=lambda layer: gaps[layer])
        figures.append(
            (
                formats.dollars(gaps[worst]),
                f"more capex than operating cash flow at {findings.low(names[worst])}, {when}",
            )
        )
    total = sum(v for layer in names if (v := capital.value(found, layer, "da_to_come")) is not None)
    if total:
        figures.append(
            (
                formats.dollars(total),
                f"of depreciation still to come, at the end of {formats.quarter(quarter)}, from capex since "
                f"{formats.quarter(BASE_QUARTER)}",
            )
        )
    return figures[:4]
