"""The central question: will it pay? The answer with its assumptions, which a reader moves (static/question.js).

Belongs here: what the page shows and hands to its script. Does not belong here: the formula (analytics.justification),
which the script repeats and a test holds against it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from analytics import justification
from dashboard import findings, formats
from dashboard.cards import gap
from dashboard.ledger import Ledger
from dashboard.pages.page import Page
from dashboard.payload import script_json

EXAMPLE = "example"
HUNDRED: Sequence[Mapping[str, Any]] = ({"calendar_quarter": "2025Q4", "capital_usd": 100.0},)  # each $100 spent
MEASURES = {
    "measured": "measured_revenue_usd",
    "growth": "new_revenue_usd",
    "rule": "simple_rule_usd",
}


def page(ledger: Ledger) -> Page | None:
    """Return the page, or None where marts.justification has no quarter that can be told."""
    rows = gap.series(ledger, "together", "all")
    now = gap.newest(rows)
    if now is None:
        return None
    said = justification.declared()
    quarter, base = now["calendar_quarter"], formats.quarter(said.base_quarter)
    low, high = fragility(rows, quarter)
    ruled = next((row for row in reversed(rows) if row[MEASURES["rule"]] is not None), None)
    title = findings.first(
        "What the capital spent since the base quarter would have to earn",
        findings.not_yet_earned("the clouds", now["required_revenue_usd"], now["measured_revenue_usd"],
                                now["new_revenue_usd"], base),
    )  # fmt: skip
    return Page(
        path="question.html",
        template="question.html",
        title="Will it pay? Layer Ledger",
        description="What applications and models would have to earn for the infrastructure below them to pay, and "
        "what is measured. Move the assumptions.",
        section="question",
        lens=ledger.lenses[0].lens,
        cards=[gap.card(ledger)],
        context={
            "headline": title,
            "now": now,
            "base": base,
            "low": low,
            "high": high,
            "ruled": ruled,
            "figures": _figures(now, base),
            "assumptions": said.assumption,
            "rule": said.simple_rule,
            "data": script_json(_data(ledger, quarter)),
            "answer": answer_parts(rows, quarter, justification.defaults()),
            "example": answer_parts(HUNDRED, HUNDRED[0]["calendar_quarter"], justification.defaults()),
            "buyers": {**gap.BUYERS, EXAMPLE: "Each $100"},
            "capital": gap.CAPITAL,
            "dark_sellers": _names(now["dark_members"]),
            "late_sellers": _names(now["late_members"]),
            "dark_buyers": _names(now["dark_buyers"]),
        },
    )  # fmt: skip


def spent(rows: Sequence[Mapping[str, Any]], share: float) -> dict[str, float]:
    """Return the dollars that count by calendar quarter, before any share is taken off: steps of the capital."""
    found, before = {}, 0.0
    for row in rows:
        found[row["calendar_quarter"]] = (row["capital_usd"] - before) / share
        before = row["capital_usd"]
    return found


def answer_parts(rows: Sequence[Mapping[str, Any]], quarter: str, terms: justification.Terms) -> dict[str, float]:
    """Return what the capital up to a quarter asks for a year under some assumptions, in its parts, US dollars.

    `rows` as published, under the default assumptions. The formula is justification.required; the script has the same.
    """
    steps = spent(rows, justification.defaults().ai_share)
    at = _index(quarter)
    counted = {name: value * terms.ai_share for name, value in steps.items() if _index(name) <= at}
    capital = sum(counted.values())
    equipment, shell = (
        share * sum(v for name, v in counted.items() if at - _index(name) < 4 * life)
        for share, life in (
            (terms.equipment_share, terms.equipment_life),
            (1 - terms.equipment_share, terms.shell_life),
        )
    )
    return {
        "capital": capital,
        "equipment": equipment,
        "shell": shell,
        "equipment_charge": equipment * terms.equipment_rate,
        "shell_charge": shell * terms.shell_rate,
        "running": capital * terms.operating_cost,
        "required": justification.required(equipment, shell, capital, terms),
    }


def fragility(rows: Sequence[Mapping[str, Any]], quarter: str) -> tuple[tuple[float, str], tuple[float, str]]:
    """Return the least and the most that is required when one assumption is moved to an end, each with its name."""
    found = []
    for one in justification.declared().assumption:
        for end in (one.low, one.high):
            terms = replace(justification.defaults(), **{one.id: end})
            found.append((answer_parts(rows, quarter, terms)["required"], findings.low(one.title)))
    return min(found), max(found)


def _index(quarter: str) -> int:
    return int(quarter[:4]) * 4 + int(quarter[5]) - 1


def _figures(now: Mapping[str, Any], base: str) -> list[tuple[str, str]]:
    at, when = formats.quarter(now["calendar_quarter"]), formats.months(now["calendar_quarter"])
    return [
        (formats.dollars(now["required_revenue_usd"]),
         f"a year required of applications and models at the end of {at}, with the default assumptions"),
        (formats.dollars(now["measured_revenue_usd"]),
         f"measured, {when}, all revenue of {now['n_measured']} of {now['n_members']} members, from AI or not"),
        (formats.dollars(now["new_revenue_usd"]), f"of it is growth since {base}, {when}"),
        (f"{now['n_named_measured']} of {now['n_named']}",
         f"of those whom the source names report figures, {when}"),
    ]  # fmt: skip


def _names(text: str | None) -> list[str]:
    return text.split(", ") if text else []


def _data(ledger: Ledger, quarter: str) -> dict[str, object]:
    """What the script reckons with: steps of capital by group, what is measured, and the assumptions."""
    share = justification.defaults().ai_share
    groups = {
        f"{buyers}.{capital}": spent(gap.series(ledger, buyers, capital), share)
        for buyers in gap.BUYERS
        for capital in gap.CAPITAL
    }
    rows = gap.series(ledger, "together", "all")
    measures = {
        name: next((r[c] for r in rows if r["calendar_quarter"] == quarter), None) for name, c in MEASURES.items()
    }
    # The newest quarter of the rule's line may be older; the page says which it is.
    measures["rule"] = next((r[MEASURES["rule"]] for r in reversed(rows) if r[MEASURES["rule"]] is not None), None)
    return {
        "quarter": quarter,
        "groups": groups,
        "measures": measures,
        "defaults": {one.id: one.default for one in justification.declared().assumption},
        "units": {one.id: one.unit for one in justification.declared().assumption},
    }
