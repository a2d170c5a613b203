"""The gap over time: revenue that the capital would need against what applications and models report."""

from collections.abc import Mapping, Sequence
from typing import Any

from analytics.justification import declared
from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.charts import gap as chart
from dashboard.ledger import Ledger

BUYERS = {"together": "Together", "hyperscalers": "Hyperscalers", "neoclouds": "Neoclouds"}
CAPITAL = {"all": "All capex", "above_base_rate": "Above the old rate"}
TOLD = {
    "all": "all capex since {}",
    "above_base_rate": "hyperscalers’ capex above the rate of the year to {}, and all of neoclouds’",
}
WHOSE = {"together": "hyperscalers and neoclouds", "hyperscalers": "hyperscalers", "neoclouds": "neoclouds"}

Moment = Mapping[str, Any]


def series(ledger: Ledger, buyers: str, capital: str) -> list[Moment]:
    """Return the rows of marts.justification after the base quarter in which capital is known, oldest first."""
    return [
        row
        for row in ledger.frame("marts.justification").sort("calendar_quarter").iter_rows(named=True)
        if (row["buyers"], row["capital"]) == (buyers, capital) and row["capital_usd"] is not None
    ]


def newest(rows: Sequence[Moment]) -> Moment | None:
    """Return the newest final quarter, which speaks in headlines."""
    return next((row for row in reversed(rows) if row["status"] == "final"), None)


def card(ledger: Ledger) -> Card:
    """Return the card; without rows it has no view."""
    views = [view for buyers in BUYERS for capital in CAPITAL if (view := _view(ledger, buyers, capital))]
    controls = (
        control("buyers", "Whose capital", BUYERS, views),
        control("capital", "Which capital", CAPITAL, views),
    )
    return Card(
        "gap", "The gap over time: does what is sold keep up with what is built?", views, controls, break_at=560
    )


def _view(ledger: Ledger, buyers: str, capital: str) -> View | None:
    rows = series(ledger, buyers, capital)
    now = newest(rows)
    if now is None or len(rows) < 2:
        return None
    base, at = formats.quarter(declared().base_quarter), formats.quarter(now["calendar_quarter"])
    title = findings.first(
        f"Revenue required for the capital of {WHOSE[buyers]}, and revenue measured, to {at}",
        findings.not_yet_earned(WHOSE[buyers], now["required_revenue_usd"], now["measured_revenue_usd"],
                                now["new_revenue_usd"], base),
    )  # fmt: skip
    columns = {
        "Required a year": "required_revenue_usd", "Measured revenue": "measured_revenue_usd",
        "Growth of it": "new_revenue_usd", "Gap": "gap_usd", "Capital": "capital_usd", "Annual charge":
        "annual_charge_usd", "Running": "operating_cost_usd", "Sequoia’s rule": "simple_rule_usd",
    }  # fmt: skip
    table: list[list[Value]] = [
        [formats.quarter(row["calendar_quarter"]), *(row[name] for name in columns.values()), row["status"]]
        for row in reversed(rows)
    ]
    moments = [
        chart.Moment(row["calendar_quarter"], row["required_revenue_usd"], row["measured_revenue_usd"],
                     row["new_revenue_usd"], row["simple_rule_usd"], row["status"] == "final")
        for row in rows
    ]  # fmt: skip
    required, measured, growth = (
        formats.dollars(now[name]) for name in ("required_revenue_usd", "measured_revenue_usd", "new_revenue_usd")
    )
    return View(
        key=f"{buyers}.{capital}",
        title=title,
        subtitle=f"US dollars a year at each calendar quarter: revenue that {TOLD[capital].format(base)} would need at "
        "the default assumptions, against trailing revenue of the measured members of applications and models, all of "
        f"it and its growth since {base}. Dotted: Sequoia’s rule of thumb.",
        alt=f"{title}. In {at} required {required}, measured {measured}, growth since {base} {growth}, Sequoia’s rule "
        f"{formats.dollars(now['simple_rule_usd'])}.",
        as_of=f"twelve months to {at}",
        coverage=f"{now['n_buyers_measured']} of {now['n_buyers']} who build; {now['n_measured']} of "
        f"{now['n_members']} who sell, {now['n_named_measured']} of the {now['n_named']} that the source names",
        table=Table([Column("Quarter"), *(Column(name, "USD") for name in columns), Column("Status")], table),
        pictures={"wide": chart.picture(moments), "narrow": chart.picture(moments, narrow=True)},
        note="Measured revenue is all revenue of software firms, most of it not from AI: the gap is the smallest there "
        "can be for those measured. What private model makers earn is unknown and in no line. The measured line steps "
        "where a member reports by half-year.",
    )
