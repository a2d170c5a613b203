"""Whether a headline stands without the largest company, on the other basis, with the median, one quarter earlier.

Belongs here: what a headline says of some numbers, the four checks, the table of the headlines that rank layers. Does
not belong here: sentences of pages, claims of the sources (analytics/claims, read again in the same ways).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import polars as pl

from analytics import aggregate
from analytics.claims.rules import rules
from analytics.claims.values import Value, by_key, key_of, values
from analytics.claims.words import amount, listed
from analytics.contracts import conform, table
from analytics.metrics import BY_METRIC

Numbers = Mapping[str, float | None]
# Of some layers' numbers, the layer for which the sentence is true; None where it is true of none.
Sentence = Callable[[Numbers], str | None]

# Lens, metric, basis, number of the calendar quarter.
_Place = tuple[str, str, str, int]
CHECKS = ("without_largest", "on_other_basis", "with_median", "quarter_before")
_CALLED = {
    "without_largest": "without its largest company",
    "on_other_basis": "on the other basis",
    "with_median": "with the medians",
    "quarter_before": "one quarter earlier",
}


def leader(numbers: Numbers) -> str | None:
    """Return the layer with the highest number; None for a tie, or fewer than two numbers."""
    order = sorted(((value, layer) for layer, value in numbers.items() if value is not None), reverse=True)
    return None if len(order) < 2 or order[0][0] == order[1][0] else order[0][1]


def trailer(numbers: Numbers) -> str | None:
    """Return the layer with the lowest number; None for a tie, or fewer than two numbers."""
    return leader({layer: None if value is None else -value for layer, value in numbers.items()})


def only_above(threshold: float, numbers: Numbers) -> str | None:
    """Return the only layer above a threshold; None if there is none, or another."""
    above = [layer for layer, value in numbers.items() if value is not None and value > threshold]
    return above[0] if len(above) == 1 and leader(numbers) else None


def side(threshold: float, numbers: Numbers) -> str | None:
    """Of one number, as {name: number}: return its name if it lies above a threshold."""
    return next((name for name, value in numbers.items() if value is not None and value > threshold), None)


def checks(sentence: Sentence, true_of: str, readings: Mapping[str, Numbers]) -> dict[str, bool | None]:
    """Whether a sentence that is true of a layer stays true of it in other readings of the numbers.

    Args:
        sentence: what is said, as a function of numbers.
        true_of: the layer of which it is said.
        readings: numbers by name of the reading.

    Returns:
        By name of the reading: whether it stays true; None where the layer's number is not known, or no other's is.
    """
    found: dict[str, bool | None] = {}
    for name, numbers in readings.items():
        others = [v for layer, v in numbers.items() if layer != true_of and v is not None]
        known = numbers.get(true_of) is not None and (len(numbers) == 1 or others)
        found[name] = sentence(numbers) == true_of if known else None
    return found


@dataclass(frozen=True)
class Headline:
    """A sentence that ranks layers: its id, its words, the measure, and when it is true."""

    id: str
    words: str
    metric: str
    sentence: Sentence
    pool: str | None = None
    threshold: float | None = None

    @property
    def unit(self) -> str:
        """Unit of the measure."""
        return BY_METRIC[self.metric].unit if self.metric in BY_METRIC else "fraction"


HEADLINES = (
    *(
        Headline(f"largest-share-of-{pool.replace('_', '-')}", f"has the largest share of positive {name}",
                 "share_of_positive", leader, pool)
        for pool, name in (
            ("operating_income", "operating income"),
            ("net_income", "net income"),
            ("free_cash_flow", "free cash flow"),
        )
    ),
    Headline("highest-gross-margin", "has the highest gross margin", "gross_margin", leader),
    Headline("highest-operating-margin", "has the highest operating margin", "operating_margin", leader),
    Headline("lowest-operating-margin", "has the lowest operating margin", "operating_margin", trailer),
    Headline("fastest-growth", "grows fastest", "revenue_growth_yoy", leader),
    Headline("largest-capex", "spends most on capex", "capex", leader),
    Headline("highest-capex-to-revenue", "spends most of its revenue on capex", "capex_to_revenue", leader),
    Headline(
        "only-one-beyond-its-cash-flow",
        "is the only layer that spends more on capex than its operations bring in",
        "capex_to_ocf",
        partial(only_above, 1.0),
        threshold=1.0,
    ),
    Headline("highest-debt-to-ebitda", "owes most against EBITDA", "debt_to_ebitda", leader),
    Headline("lowest-interest-coverage", "covers its interest least", "interest_coverage_ebit", trailer),
)  # fmt: skip


def fragility(
    layers: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    value_capture: pl.DataFrame,
    member_amounts: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """marts.fragility, one row per lens, headline, basis and calendar quarter, over trailing twelve months.

    Only final values are ranked, and only where at least half of a lens's layers have one. A layer of one measured
    company has nothing left without it, so nothing that is said of it survives that.

    Args:
        layers: core.layers.
        layer_metrics: marts.layer_metrics.
        value_capture: marts.value_capture.
        member_amounts: marts.member_amounts.
        memberships: core.memberships.
        companies: core.companies.
    """
    newest = str(layer_metrics["calendar_quarter"].max() or "2014Q4")
    members = aggregate.members_by_quarter(memberships, companies, newest)
    found = values(
        [(h.metric, h.pool) for h in HEADLINES], layer_metrics, value_capture, member_amounts, members
    ).filter(pl.col("window") == "ttm", pl.col("status") == "final", pl.col("value").is_not_null())
    names: dict[str, dict[str, str]] = {}
    for lens, layer, name in layers.sort("lens", "position").select("lens", "layer", "name").iter_rows():
        names.setdefault(lens, {})[layer] = name
    finals: dict[_Place, dict[str, Value]] = {}
    for (lens, layer, basis, _, metric, quarter), value in by_key(found).items():
        finals.setdefault((lens, metric, basis, quarter), {})[layer] = value
    rows = [
        row
        for headline in HEADLINES
        for place in finals
        if place[1] == key_of(headline.metric, headline.pool)
        if (row := _row(headline, place, finals, names[place[0]])) is not None
    ]
    contract = table("marts.fragility")
    return conform(pl.DataFrame(rows, schema=contract.polars_schema, orient="row"), contract)


def _row(
    headline: Headline, place: _Place, finals: Mapping[_Place, Mapping[str, Value]], names: Mapping[str, str]
) -> dict[str, object] | None:
    lens, metric, basis, quarter = place
    here = finals[place]
    numbers = {layer: value.value for layer, value in here.items()}
    if sum(v is not None for v in numbers.values()) < rules().least_compared * len(names):
        return None
    top = headline.sentence(numbers)
    if top is None:
        return None
    value = here[top]
    other = finals.get((lens, metric, "consolidated" if basis == "layer" else "layer", quarter), {})
    before = finals.get((lens, metric, basis, quarter - 1), {})
    told = checks(
        headline.sentence,
        top,
        {
            "without_largest": numbers | {top: value.without_largest},
            "on_other_basis": {layer: v.value for layer, v in other.items()},
            "with_median": {layer: v.median for layer, v in here.items()},
            "quarter_before": {layer: v.value for layer, v in before.items()},
        },
    )
    if value.n_measured == 1:
        told["without_largest"] = False
    known = {name: held for name, held in told.items() if held is not None}
    rest = {layer: v for layer, v in numbers.items() if layer != top}
    second = headline.sentence(rest) or leader(rest) or next((layer for layer, v in rest.items() if v is not None), top)
    against = second if headline.threshold is None else amount(headline.threshold, headline.unit)
    return {
        "lens": lens,
        "headline": headline.id,
        "basis": basis,
        "calendar_quarter": f"{quarter // 4}Q{quarter % 4 + 1}",
        "sentence": f"{names[top]} {headline.words}: {amount(value.value, headline.unit)}",
        "layer": top,
        "value": value.value,
        "against": against,
        "against_value": numbers[second] if headline.threshold is None else headline.threshold,
        "coverage_ratio": value.coverage,
        "n_compared": sum(v is not None for v in numbers.values()),
        "n_layers": len(names),
        **told,
        "n_checks": len(known),
        "n_survived": sum(known.values()),
        "survives": all(known.values()) if known else None,
        "told": _told(told),
        "status": value.status,
    }


def _told(found: Mapping[str, bool | None]) -> str:
    """What the headline does not survive and what could not be checked, in words."""
    lost = [_CALLED[name] for name, held in found.items() if held is False]
    unknown = [_CALLED[name] for name, held in found.items() if held is None]
    parts = [f"does not stand {listed(lost)}"] if lost else ["stands in every check that could be made"]
    if unknown:
        parts.append(f"not checked {listed(unknown)}")
    return "; ".join(parts) if len(unknown) < len(CHECKS) else "could not be checked"
