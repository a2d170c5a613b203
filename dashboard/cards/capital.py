"""Cards of capital: capex over time, how it was paid for, what of it is still to be charged, and when."""

from collections.abc import Mapping
from typing import Any

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control, series_table
from dashboard.cards.covered import LEFT_OUT, covered
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import bars, lines
from dashboard.charts.events import LAUNCH
from dashboard.ledger import BASE_QUARTER, Layer, Ledger, position, shifted

# Who paid: measure -> (name, colour token). The residual is a part of its own, never spread over the others.
FUNDING = {
    "funded_by_operations": ("operations", "positive"),
    "funded_by_debt": ("debt", "strain"),
    "funded_by_equity": ("shareholders", "ink"),
    "funded_by_cash": ("cash", "muted"),
    "funded_residual": ("not explained", "hatch"),
}
SINCE = "2016Q4"
CHARGES = (("equipment", "ink"), ("shell", "muted"))

Measure = Mapping[str, Any]


def measures(ledger: Ledger, lens: str, quarter: str) -> dict[tuple[str, str], Measure]:
    """Return rows of marts.capital by (layer, measure): consolidated, twelve months to a quarter."""
    return ledger.capital.get((lens, quarter), {})


def value(found: Mapping[tuple[str, str], Measure], layer: str, measure: str) -> float | None:
    """Return the value of a measure of a layer, or None."""
    row = found.get((layer, measure))
    return row["value"] if row else None


def dollars(ledger: Ledger, lens: str) -> Card:
    """Return the card of capex in dollars over time."""
    series, quarter = [], ledger.headline(lens, "consolidated")
    for layer in ledger.layers(lens):
        readings = ledger.readings(lens, layer.layer, "consolidated", "capex")
        points = [
            lines.Point(r.quarter, r.value or 0.0, r.final and r.quarter <= quarter)
            for r in covered(readings)
            if r.quarter >= SINCE
        ]
        if points:
            series.append((layer.name, layer.colour, points))
    if not series:
        return Card("spending", "Capex in dollars: who builds?", [])
    now, then = (
        {
            name: p.amount_usd
            for name, _, points in series
            for p in points
            if p.quarter == at and p.final and p.amount_usd
        }
        for at in (quarter, BASE_QUARTER)
    )
    title = findings.first(
        f"Capex by layer, twelve months to {formats.quarter(quarter)}",
        findings.largest_spender(now, then, formats.quarter(BASE_QUARTER)),
    )  # fmt: skip
    values: dict[str, dict[str, float | None]] = {}
    for name, _, points in series:
        for p in points:
            values.setdefault(p.quarter, {})[name] = p.amount_usd
    told = ", ".join(
        f"{name} {formats.dollars(amount)}" for name, amount in sorted(now.items(), key=lambda one: -one[1])
    )
    view = View(
        key="all",
        title=title,
        subtitle="Capex, US dollars, trailing twelve months at each calendar quarter, "
        f"{BASIS_TEXT['consolidated']}. A layer below half coverage has no line.",
        alt=f"{title}. {told}.",
        as_of=f"twelve months to {formats.quarter(quarter)}",
        coverage=f"{len(now)} of {len(ledger.layers(lens))} layers",
        table=series_table("Twelve months to", [(name, "USD") for name, _, _ in series], values),
        pictures={
            "wide": lines.picture(series, "capex", [LAUNCH]),
            "narrow": lines.picture(series, "capex", [LAUNCH], narrow=True),
        },
        legend=lines.key(series),
        note="Members of the time: a line steps where a company lists. A pale dashed end: quarters that "
        f"not every layer has reported. {LEFT_OUT.rstrip()}",
    )
    return Card("spending", "Capex in dollars: who builds?", [view], break_at=620)


def funding(ledger: Ledger, lens: str) -> Card:
    """Return the card of how capex was paid for, each layer in the newest of eight quarters in which it is known."""
    question = "Who paid for it: operations, lenders, shareholders or the cash at hand?"
    headline = ledger.headline(lens, "consolidated")
    rows, table, known, older = [], list[list[Value]](), [], []
    for layer in ledger.layers(lens):
        quarter, capex, parts, whose = _funded(ledger, lens, layer.layer, headline)
        table.append([layer.name, formats.quarter(quarter), capex, *(parts.get(m) for m in FUNDING), whose])
        if quarter is None or capex is None:
            rows.append(bars.Bar(layer.name, [], "", "known of too few"))
            continue
        late = quarter != headline
        pieces = [bars.Part(name, parts[m], fill) for m, (name, fill) in FUNDING.items()]
        rows.append(bars.Bar(layer.name + " †" * late, pieces, formats.dollars(capex)))
        known.append((layer.name, capex, parts, whose, late))
        older += [f"{layer.name} ({formats.quarter(quarter)})"] if late else []
    if not known:
        return Card("funding", question, [])
    at = formats.quarter(headline)

    def paid(measure: str) -> list[findings.Funded]:
        return [
            findings.Funded(name, capex, parts[measure], whose) for name, capex, parts, whose, late in known if not late
        ]

    title = findings.first(
        f"How capex was paid for, twelve months to {at}",
        findings.borrows_for_capex(paid("funded_by_debt")),
        findings.pays_from_operations(paid("funded_by_operations")),
    )
    told = "; ".join(
        f"{name}: capex {formats.dollars(capex)}, of it "
        + ", ".join(f"{FUNDING[m][0]} {formats.dollars(parts[m])}" for m in FUNDING)
        for name, capex, parts, *_ in known
    )
    view = View(
        key="all",
        title=title,
        subtitle=f"Sources of money beside capex, US dollars, twelve months to calendar {at}, "
        f"{BASIS_TEXT['consolidated']}, of members of which every part is known. Right: their capex.",
        alt=f"{title}. {told}.",
        as_of=f"twelve months to {at}, or earlier where marked",
        coverage=f"{len(known)} of {len(rows)} layers",
        table=Table(
            [Column("Layer"), Column("Twelve months to"), Column("Capex", "USD"),
             *(Column(name.capitalize(), "USD") for name, _ in FUNDING.values()), Column("Members")],
            table,
        ),
        pictures=_both(rows, list(FUNDING.values())),
        note="The parts sum to capex. Left of zero: money that went the other way, such as repaid debt, dividends and "
        "buybacks, or cash put by. Hatched: investments, acquisitions, leases and exchange rates, not told apart."
        + (f" † Not known for the newest quarter: {', '.join(older)}." if older else ""),
    )  # fmt: skip
    return Card("funding", question, [view], size="wide", break_at=560)


def _funded(
    ledger: Ledger, lens: str, layer: str, headline: str
) -> tuple[str | None, float | None, dict[str, float], str]:
    """The newest of eight quarters in which every part is known: capex, its parts, and of how many members."""
    for back in range(8):
        quarter = shifted(headline, -back)
        found = measures(ledger, lens, quarter)
        parts = {m: amount for m in FUNDING if (amount := value(found, layer, m)) is not None}
        row = found.get((layer, "funded_capex"))
        if row and row["value"] is not None and row["status"] == "final" and len(parts) == len(FUNDING):
            return quarter, row["value"], parts, f"{row['n_measured']} of {row['n_members']}"
    return None, None, {}, ""


def to_come(ledger: Ledger, lens: str) -> Card:
    """Return the card of what was spent since the base quarter, and what of it is still to be charged."""
    quarter = ledger.headline(lens, "consolidated")
    found = measures(ledger, lens, quarter)
    rows, table, spent, left = [], list[list[Value]](), 0.0, 0.0
    for layer in ledger.layers(lens):
        total, come = (value(found, layer.layer, m) for m in ("cumulative_capex", "da_to_come"))
        row = found.get((layer.layer, "cumulative_capex"))
        if total is None or come is None:
            why = f"{row['n_measured']} of {row['n_members']} measured" if row and row["n_measured"] else "not known"
            rows.append(bars.Bar(layer.name, [], "", why))
        else:
            parts = [
                bars.Part("charged so far", total - come, "ghost"),
                bars.Part("still to be charged", come, layer.colour),
            ]
            rows.append(
                bars.Bar(
                    layer.name, parts, formats.dollars(total), provisional=row is not None and row["status"] != "final"
                )
            )
            spent, left = spent + total, left + come
        table.append([layer.name, total, come])
    if not spent:
        return Card("to-come", "What is still to be charged?", [])
    base = formats.quarter(BASE_QUARTER)
    rest = formats.percent(left / spent)
    title = f"Of {formats.dollars(spent)} spent since {base}, {rest} has not been charged to profits yet"
    return Card(
        "to-come",
        "Capex since ChatGPT: how much of it still has to pass through profits?",
        [
            View(
                key="all",
                title=title,
                subtitle=f"Capex after {base} to {formats.quarter(quarter)}, US dollars, {BASIS_TEXT['consolidated']}: "
                "grey is charged so far, the layer’s colour is depreciation still to come, by the lives assumed.",
                alt=f"{title}. " + ", ".join(f"{bar.name} {bar.text or bar.unknown}" for bar in rows) + ".",
                as_of=formats.quarter(quarter),
                coverage=f"{sum(not bar.unknown for bar in rows)} of {len(rows)} layers",
                table=Table(
                    [Column("Layer"), Column(f"Capex since {base}", "USD"), Column("Still to be charged", "USD")], table
                ),
                pictures=_both(rows, []),
                note="Straight-line, with the default split and lives of the central question; what companies charge "
                "follows their own lives. What was spent before is not in it.",
            )
        ],
        size="half",
        break_at=460,
    )  # fmt: skip


def runoff(ledger: Ledger, lens: str) -> Card:
    """Return the card of the charges still to come, year by year, for the layers that have most of them."""
    quarter = ledger.headline(lens, "consolidated")
    rows = [r for r in ledger.runoff.get(lens, []) if r["calendar_quarter"] == quarter]
    totals: dict[str, float] = {}
    for r in rows:
        totals[r["layer"]] = totals.get(r["layer"], 0.0) + r["equipment_usd"] + r["shell_usd"]
    order = sorted(totals, key=lambda layer: -totals[layer])
    layers = {layer.layer: layer for layer in ledger.layers(lens)}
    chosen = [layers[one] for one in order[:4]] + [layers[one] for one in order[4:] if one == "neoclouds"]
    views = [_charges(layer, [r for r in rows if r["layer"] == layer.layer], quarter) for layer in chosen]
    controls = (control("layer", "Layer", {layer.layer: layer.name for layer in chosen}, views),)
    return Card("runoff", "When does the bill for it arrive?", views, controls, size="half", break_at=460)


def _charges(layer: Layer, rows: list[dict[str, Any]], quarter: str) -> View:
    rows = sorted(rows, key=lambda r: r["charge_year"])
    drawn = [
        bars.Bar(
            str(r["charge_year"]) + (" (rest)" if r["charge_year"] == int(position(quarter)) else ""),
            [bars.Part(name, r[f"{name}_usd"], fill) for name, fill in CHARGES],
            formats.dollars(r["equipment_usd"] + r["shell_usd"]),
        )
        for r in rows
    ]
    total = sum(r["equipment_usd"] + r["shell_usd"] for r in rows)
    soon = sum(r["equipment_usd"] + r["shell_usd"] for r in rows[:4])
    share, by = formats.percent(soon / total), rows[min(3, len(rows) - 1)]["charge_year"]
    title = f"{layer.name}: {share} of {formats.dollars(total)} still to come falls due by the end of {by}"
    return View(
        key=layer.layer,
        title=title,
        subtitle=f"Depreciation still to come from capex after {formats.quarter(BASE_QUARTER)}, to "
        f"{formats.quarter(quarter)}, US dollars by calendar year, straight-line over the lives assumed.",
        alt=f"{title}. " + ", ".join(f"{bar.name} {bar.text}" for bar in drawn) + ".",
        as_of=formats.quarter(quarter),
        coverage=f"{rows[0]['n_measured']} of {rows[0]['n_members']} members",
        table=Table(
            [Column("Year"), Column("Equipment", "USD"), Column("Shell", "USD")],
            [[str(r["charge_year"]), r["equipment_usd"], r["shell_usd"]] for r in rows],
        ),
        pictures=_both(drawn, list(CHARGES)),
        note="What is not spent yet is not in it: with more capex the bill grows.",
    )  # fmt: skip


def _both(rows: list[bars.Bar], key: list[tuple[str, str]]) -> dict[str, Any]:
    return {"wide": bars.picture(rows, "USD", key), "narrow": bars.picture(rows, "USD", key, narrow=True)}
