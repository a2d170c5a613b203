"""What hardware layers sell, set against what clouds spend: how both changed, and what the residual is made of."""

from collections.abc import Mapping
from typing import Any

from analytics.reconciliation import BUYERS, RESIDUAL, SUPPLIERS, declared
from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import bars, lines
from dashboard.charts.events import LAUNCH
from dashboard.ledger import Ledger, shifted

# Side -> (name of its line, colour token).
SIDES = {SUPPLIERS: ("Suppliers’ sales", "positive"), BUYERS: ("Clouds’ capex", "ink")}
VIEWS = {"change": "Change", "parts": "Parts"}

Rows = Mapping[str, Mapping[str, Mapping[str, Any]]]  # calendar quarter -> part -> row


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card; it has a view under the lens that is compared alone."""
    rows: dict[str, dict[str, Mapping[str, Any]]] = {}
    for row in ledger.frame("marts.reconciliation").iter_rows(named=True):
        if (row["lens"], row["window"]) == (lens, "ttm"):
            rows.setdefault(row["calendar_quarter"], {})[row["part"]] = row
    views = [view for make in (_change, _parts) if (view := make(ledger, lens, rows))]
    controls = (control("what", "What is shown", VIEWS, views),)
    return Card(
        "reconciliation", "Do what suppliers sell and what clouds spend move together?", views, controls, break_at=620
    )


def _newest(rows: Rows, measure: str) -> str | None:
    """The newest final quarter in which both sides are known."""
    known = (q for q, parts in rows.items() if RESIDUAL in parts and parts[RESIDUAL][measure] is not None)
    return max((q for q in known if rows[q][RESIDUAL]["status"] == "final"), default=None)


def _sold(ledger: Ledger, lens: str) -> str:
    """What counts as sales, in words: 'revenue of compute & memory and storage, gross profit of AI infrastructure'."""
    names = {layer.layer: findings.low(layer.name) for layer in ledger.layers(lens)}
    by_item: dict[str, list[str]] = {}
    for supplier in declared().supplier:
        if supplier.layer in names:
            by_item.setdefault(supplier.item.replace("_", " "), []).append(names[supplier.layer])
    return ", ".join(f"{item} of {findings.listed(layers)}" for item, layers in by_item.items())


def _counted(rows: Mapping[str, Mapping[str, Any]]) -> str:
    return "; ".join(
        f"{rows[part]['n_measured']} of {rows[part]['n_members']} {who}"
        for part, who in ((SUPPLIERS, "suppliers"), (BUYERS, "clouds"))
    )


def _change(ledger: Ledger, lens: str, rows: Rows) -> View | None:
    last = _newest(rows, "change_usd")
    known = [q for q in sorted(rows) if SUPPLIERS in rows[q] and rows[q][SUPPLIERS]["change_usd"] is not None]
    if last is None or len(known) < 2:
        return None
    quarters, series = _every(known[0], max(known)), []
    for part, (name, colour) in SIDES.items():
        points = []
        for q in quarters:
            row = rows.get(q, {}).get(part)
            points.append(lines.Point(q, row["change_usd"] if row else None, q <= last))
        series.append((name, colour, points))
    at = formats.quarter(last)
    sales, capex = (rows[last][part]["change_usd"] for part in SIDES)
    title = findings.first(
        f"Change of suppliers’ sales and of clouds’ capex, {known[0][:4]} to {last[:4]}",
        findings.sales_against_capex(sales, capex, at),
    )
    unknown = [formats.quarter(q) for q in quarters if q not in known]
    columns = [(part, measure) for part in (*SIDES, RESIDUAL) for measure in ("change_usd", "entry_usd")]
    table: list[list[Value]] = [
        [formats.quarter(q), *(rows[q][part][measure] for part, measure in columns), rows[q][RESIDUAL]["status"]]
        for q in reversed(quarters)
        if RESIDUAL in rows.get(q, {})
    ]
    return View(
        key="change",
        title=title,
        subtitle="Change on the year before, US dollars, trailing twelve months at each calendar quarter, of companies "
        f"measured in both years, {BASIS_TEXT['consolidated']}. Sales: {_sold(ledger, lens)}.",
        alt=f"{title}. In {at} suppliers’ sales changed by {formats.dollars(sales)} and clouds’ capex by "
        f"{formats.dollars(capex)}.",
        as_of=f"twelve months to {at}",
        coverage=_counted(rows[last]),
        table=Table(
            [
                Column("Twelve months to"),
                *(
                    Column(f"{title}{' (who came, went or was not measured)' if measure == 'entry_usd' else ''}", "USD")
                    for title in ("Suppliers’ sales", "Clouds’ capex", "Difference")
                    for measure in ("change_usd", "entry_usd")
                ),
                Column("Status"),
            ],
            table,
        ),
        pictures={
            "wide": lines.picture(series, "change on the year before", [LAUNCH]),
            "narrow": lines.picture(series, "change on the year before", [LAUNCH], narrow=True),
        },
        legend=lines.key(series),
        note="No identity: suppliers sell to others too, clouds buy land, buildings and power too, and memory inside "
        "accelerators is counted twice. "
        + (f"A gap in a line: too few suppliers known ({findings.listed(unknown)})." if unknown else ""),
    )


def _every(first: str, last: str) -> list[str]:
    found = [first]
    while found[-1] < last:
        found.append(shifted(found[-1], 1))
    return found


def _parts(ledger: Ledger, lens: str, rows: Rows) -> View | None:
    last = _newest(rows, "amount_usd")
    if last is None:
        return None
    said, now, at = declared(), rows[last], formats.quarter(last)
    layers = {layer.layer: layer for layer in ledger.layers(lens)}
    buyers = [layer for layer in said.buyers if layer in now]
    sides = ((SUPPLIERS, [s.layer for s in said.supplier if s.layer in now]), (BUYERS, buyers))
    drawn = [
        bars.Bar(
            SIDES[part][0],
            [bars.Part(layers[one].name, now[one]["amount_usd"], layers[one].colour) for one in held],
            formats.dollars(now[part]["amount_usd"]),
        )
        for part, held in sides
    ]
    residual = now[RESIDUAL]["amount_usd"]
    drawn.append(bars.Bar("Residual", [bars.Part("residual", residual, "hatch")], formats.dollars(residual)))
    memos, told = [], []
    for memo in said.memo:
        held = [q for q in sorted(rows) if q <= last and memo.part in rows[q]]
        row = rows[held[-1]][memo.part] if held else None
        if row is None or row["amount_usd"] is None:
            continue
        name = f"{ledger.names[memo.company]} {memo.segment.lower()}"
        drawn.append(
            bars.Bar(
                f"{name} †", [bars.Part(memo.segment, row["amount_usd"], "muted")], formats.dollars(row["amount_usd"])
            )
        )
        memos.append(row)
        told.append(f"† {formats.tidy(memo.explanation)} Twelve months to {formats.quarter(held[-1])}.")
    title = findings.first(
        f"What suppliers sell and clouds spend, twelve months to {at}",
        findings.residual_of_sales(now[SUPPLIERS]["amount_usd"], now[BUYERS]["amount_usd"]),
    )
    key = [(layers[one].name, layers[one].colour) for _, held in sides for one in held] + [("residual", "hatch")]
    order = [*(one for _, held in sides for one in held), SUPPLIERS, BUYERS, RESIDUAL]
    table: list[list[Value]] = [
        [
            layers[row["part"]].name if row["part"] in layers else row["part"].replace("-", " "),
            *(row["item"].replace("_", " "), formats.quarter(row["calendar_quarter"]), row["amount_usd"]),
            *(row["to_buyers_capex"], row["n_measured"], row["n_members"], formats.tidy(row["explanation"] or "")),
        ]
        for row in [*(now[one] for one in order), *memos]
    ]
    return View(
        key="parts",
        title=title,
        subtitle=f"US dollars, twelve months to calendar {at}, {BASIS_TEXT['consolidated']}. Sales: "
        f"{_sold(ledger, lens)}. Residual: sales less capex.",
        alt=f"{title}. " + ", ".join(f"{bar.name} {bar.text}" for bar in drawn) + ".",
        as_of=f"twelve months to {at}",
        coverage=_counted(now),
        table=Table(
            [
                *(Column("Part"), Column("Item"), Column("Twelve months to"), Column("Amount", "USD")),
                *(Column("÷ clouds’ capex", "times"), Column("Measured", "count"), Column("Members", "count")),
                Column("What it holds besides"),
            ],
            table,
        ),
        pictures={"wide": bars.picture(drawn, "USD", key), "narrow": bars.picture(drawn, "USD", key, narrow=True)},
        note=" ".join([formats.tidy(said.explanation[RESIDUAL]), *told]),
    )
