"""The methods page, written from the metric registry, with the rules and a glossary."""

from itertools import groupby

from analytics.capital import MEASURES
from analytics.metrics.registry import METRICS
from analytics.stress import COMPONENTS
from dashboard.ledger import Ledger
from dashboard.pages.glossary import GLOSSARY, RULES
from dashboard.pages.page import Page

FAMILIES = {
    "growth": "Growth",
    "margins": "Margins",
    "capex": "Capital spending",
    "debt": "Debt",
    "returns": "Returns",
    "market": "Market",
}
UNITS = {"fraction": "fraction of one, written as per cent", "times": "multiple", "USD": "US dollars", "years": "years"}
TITLES = {metric.id: metric.title for metric in METRICS}
WINDOWS = {"quarter": "fiscal quarter", "ttm": "trailing twelve months"}


def page(ledger: Ledger) -> Page:
    """Return the methods page."""
    order = list(FAMILIES)
    metrics = sorted(METRICS, key=lambda metric: order.index(metric.family))
    grouped = groupby(metrics, key=lambda metric: metric.family)
    return Page(
        path="methods.html",
        template="methods.html",
        title="Methods and glossary: Layer Ledger",
        description="Every metric with its formula, unit and caveats, the rules with worked examples, and a glossary.",
        section="methods",
        lens=ledger.lenses[0].lens,
        context={
            "families": [(family, FAMILIES[family], list(group)) for family, group in grouped],
            "units": UNITS,
            "windows": WINDOWS,
            "glossary": GLOSSARY,
            "rules": RULES,
            "measures": MEASURES,
            "components": [(component, TITLES[component.metric]) for component in COMPONENTS],
        },
    )
