"""What would be published as known on another day: the tables as the polars path derives them.

Belongs here: calling the derivations of analytics in the order of the graph, for the audit to compare with. The second
derivation (sql/) never comes here.
"""

from collections.abc import Mapping
from datetime import date

import polars as pl

from analytics import (
    aggregate,
    capital,
    capture,
    claims,
    coverage,
    currency,
    deals,
    decomposition,
    fragility,
    hindsight,
    justification,
    lead_lag,
    market,
    metrics,
    reconciliation,
    segments,
    statements,
    stress,
    universe,
)
from analytics.stacks import load

REGISTRY = ("core.companies", "core.lenses", "core.layers", "core.edges", "core.memberships")


def tables(given: Mapping[str, pl.DataFrame], as_known_on: date | None = None) -> dict[str, pl.DataFrame]:
    """Derive all tables of core and marts that are derived.

    Args:
        given: the tables of raw and of the registry, by full name.
        as_known_on: hear nothing that became known later; None: all that is known.
    """
    companies, memberships = given["core.companies"], given["core.memberships"]
    rates = currency.fx_rates(_known(given["raw.fx_observations"], as_known_on))
    derived = statements.derive(given["raw.observations"], companies, rates, as_known_on)
    parts = segments.segment_quarters(given["raw.segment_observations"], companies, rates, as_known_on)
    quotations = _known(given["raw.price_observations"], as_known_on)
    prices = market.prices(quotations, given["raw.splits"], derived.quarters, companies, rates)
    layers = aggregate.layer_metrics(derived.quarters, parts, memberships, given["core.layers"], companies, prices)
    amounts = aggregate.member_amounts(derived.quarters, parts, memberships, companies)
    ratios = aggregate.member_ratios(derived.quarters, parts, memberships, companies, decomposition.MARGINS)
    effects = decomposition.member_effects(ratios)
    split = decomposition.decomposition(effects, layers)
    own = metrics.company_metrics(derived.quarters, companies, prices)
    members = (derived.quarters, parts, memberships, companies)
    days = [d for d in (derived.quarters["known_at"].max(), prices["date"].max()) if isinstance(d, date)]
    items = aggregate.layer_items(*members)
    pools = capture.value_capture(amounts, layers, items)
    ranked = (given["core.layers"], layers, pools, amounts, memberships, companies)
    lenses = set(given["core.lenses"]["lens"])
    judged = claims.tables(tuple(c for c in load().claims if c.lens in lenses), *ranked, items)
    return {
        "core.fx_rates": rates,
        "core.company_quarters": derived.quarters,
        "core.company_years": derived.years,
        "core.gaps": derived.gaps,
        "core.anomalies": derived.anomalies,
        "core.segment_quarters": parts,
        "core.prices": prices,
        "marts.restatements": derived.restatements,
        "marts.disagreements": derived.disagreements,
        "marts.company_metrics": own,
        "marts.layer_metrics": layers,
        "marts.member_amounts": amounts,
        "marts.value_capture": pools,
        "marts.coverage": coverage.coverage(derived.quarters, parts, memberships, companies),
        "marts.freshness": coverage.freshness(derived.quarters, companies, max(days, default=date.min)),
        "marts.layer_metrics_then": hindsight.layer_metrics_then(
            given["raw.observations"],
            companies,
            rates,
            memberships,
            given["core.layers"],
            hindsight.past_quarter_ends(max(days, default=date.min)),
        ),
        "marts.increments": capture.increments(amounts, layers, items),
        "marts.concentration": decomposition.concentration(amounts, layers, items),
        "marts.decomposition": split,
        "marts.decomposition_members": decomposition.decomposition_members(effects, split),
        "marts.company_capital": capital.company_capital(derived.quarters),
        "marts.capital": capital.capital(*members, layers),
        "marts.company_runoff": capital.company_runoff(derived.quarters),
        "marts.runoff": capital.runoff(*members, layers),
        "marts.stress": stress.stress(own, layers, *members),
        "marts.universe": universe.universe(
            derived.quarters, own, amounts, memberships, companies, given["core.lenses"]
        ),
        "marts.integration": universe.integration(memberships, given["core.layers"], max(days, default=date.min)),
        "core.assumptions": justification.assumptions(),
        "core.deals": deals.deals(companies, as_known_on),
        "marts.justification": justification.justification(derived.quarters, parts, amounts, memberships, companies),
        "marts.reconciliation": reconciliation.reconciliation(amounts, layers, items, parts),
        "marts.lead_lag": lead_lag.lead_lag(amounts, given["core.layers"]),
        "marts.claims": judged.claims,
        "marts.claim_readings": judged.readings,
        "marts.claim_history": judged.history,
        "marts.fragility": fragility.fragility(*ranked),
    }


def _known(quotations: pl.DataFrame, as_known_on: date | None) -> pl.DataFrame:
    """Quotations are known on the day they are made."""
    return quotations if as_known_on is None else quotations.filter(pl.col("date") <= as_known_on)
