"""Lead and lag: with whose revenue growth the clouds' capex growth moves, and how many quarters apart."""

from collections.abc import Mapping
from typing import Any

from analytics.lead_lag import MIN_QUARTERS
from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Panel, Table, Value, View
from dashboard.charts import lags as chart
from dashboard.ledger import Ledger


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card; it has a view under the lens that is compared alone."""
    question = "Who grows when the clouds build, and how many quarters later?"
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in ledger.frame("marts.lead_lag").sort("lag_quarters").iter_rows(named=True):
        if row["lens"] == lens:
            rows.setdefault(row["follower"], []).append(row)
    known = {
        one: [r for r in found if r["correlation"] is not None and r["outside_band"] is not None]
        for one, found in rows.items()
    }
    layers = [layer for layer in ledger.layers(lens) if layer.layer in rows]
    every = [r for found in known.values() for r in found]
    if not every:
        return Card("lead-lag", question, [])
    names, panels, tops = {layer.layer: layer.name for layer in layers}, [], []
    for layer in layers:
        found = known[layer.layer]
        outside = [r for r in found if r["outside_band"] and r["correlation"] > 0]
        top = max(outside, key=lambda r: r["correlation"], default=None)
        tops += [top] if top else []
        if not found:
            longest = max(r["n_quarters"] for r in rows[layer.layer])
            why = f"{longest} quarters: too few" if longest else "no public figures"
            panels.append(Panel(layer.name, layer.colour, formats.UNKNOWN, None, why))
            continue
        drawn = [
            chart.Lag(r["lag_quarters"], r["correlation"], r["placebo_low"], r["placebo_high"], bool(r["outside_band"]),
                      r["n_quarters"])
            for r in found
        ]  # fmt: skip
        first = all(panel.picture is None for panel in panels)
        value = formats.coefficient(top["correlation"]) if top else "none"
        panels.append(Panel(layer.name, layer.colour, value, chart.picture(layer.name, layer.colour, drawn, first)))
    best = max(tops, key=lambda r: r["correlation"], default=None)
    title = findings.first(
        "Growth of clouds’ capex and of each layer’s revenue, by quarters apart",
        findings.moves_with(names[best["follower"]], best["correlation"], best["lag_quarters"]) if best else None,
    )
    counts = [r["n_quarters"] for r in every]
    outside_all = sum(bool(r["outside_band"]) for r in every)
    told = ", ".join(
        f"{names[r['follower']]} {formats.coefficient(r['correlation'])} {chart.told(r['lag_quarters'])}" for r in tops
    )
    table: list[list[Value]] = [
        [
            names[r["follower"]],
            *(r["lag_quarters"], r["correlation"], r["placebo_low"], r["placebo_high"]),
            "n/a" if r["outside_band"] is None else "yes" if r["outside_band"] else "no",
            *(r["n_quarters"], r["n_placebos"], r["n_driver"], r["n_follower"], r["basis"], r["null_reason"] or ""),
        ]
        for layer in layers
        for r in rows[layer.layer]
    ]
    view = View(
        key="all",
        title=title,
        subtitle="Correlation of the growth of clouds’ capex (consolidated basis) with the growth of each layer’s "
        "revenue so many quarters later (+) or earlier (−); growth on the same quarter of the year before, of "
        "companies measured in both. Grey: where nine in ten placebos lie; filled: outside. Value: highest outside.",
        alt=f"{title}. Highest correlations outside the placebos’ band: {told or 'none'}.",
        as_of=f"quarters {formats.quarter(min(r['first_quarter'] for r in every))} to "
        f"{formats.quarter(max(r['last_quarter'] for r in every))}",
        coverage=f"{sum(p.picture is not None for p in panels)} of {len(panels)} layers, "
        f"{f'{min(counts)} to ' * (min(counts) < max(counts))}{max(counts)} quarters each",
        table=Table(
            [
                *(Column("Layer"), Column("Quarters later", "count"), Column("Correlation", "coefficient")),
                *(Column("Placebos, 5%", "coefficient"), Column("Placebos, 95%", "coefficient")),
                *(Column("Outside"), Column("Quarters", "count"), Column("Placebos", "count")),
                *(Column("Clouds", "count"), Column("Members", "count"), Column("Revenue on basis"), Column("Reason")),
            ],
            table,
        ),
        panels=panels,
        note=f"Order in time, not cause. {outside_all} of {len(every)} correlations lie outside their band; chance "
        f"alone would put about {round(len(every) / 10)} there, and neighbours are not independent: growth on the year "
        f"before overlaps, and {max(counts)} quarters are few. Below {MIN_QUARTERS} quarters nothing is told.",
    )
    return Card("lead-lag", question, [view])
