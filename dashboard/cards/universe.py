"""The card of the universe: each lens places another part of the same dollars."""

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Table, Value, View, control
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import bars
from dashboard.ledger import Ledger

ITEMS = {
    "operating_income": ("Operating income", "layer"),
    "net_income": ("Net income", "consolidated"),
    "capex": ("Capex", "consolidated"),
    "total_debt": ("Debt", "consolidated"),
}
PARTS = (("placed", "ink"), ("rest of those companies", "muted"), ("not placed", "hatch"))
COLUMNS = ("placed_usd", "remainder_usd", "unplaced_usd")


def card(ledger: Ledger) -> Card:
    """Return the card; without the table it has no view."""
    views = [view for item in ITEMS if (view := _view(ledger, item))]
    controls = (control("item", "Dollars of", {item: names[0] for item, names in ITEMS.items()}, views),)
    return Card("universe", "One total, five cuts: what does each lens place?", views, controls, break_at=620)


def _view(ledger: Ledger, item: str) -> View | None:
    name, basis = ITEMS[item]
    quarter = ledger.headline(ledger.lenses[0].lens, basis) if ledger.newest(ledger.lenses[0].lens) else None
    found = {
        row["lens"]: row
        for row in ledger.frame("marts.universe").iter_rows(named=True)
        if (row["item"], row["basis"], row["window"], row["calendar_quarter"]) == (item, basis, "ttm", quarter)
    }
    if not found or quarter is None:
        return None
    rows, table = [], list[list[Value]]()
    for lens in ledger.lenses:
        row = found.get(lens.lens)
        if row is None:
            rows.append(bars.Bar(lens.name, [], "", "no figures"))
            continue
        parts = [bars.Part(text, row[column], fill) for (text, fill), column in zip(PARTS, COLUMNS, strict=True)]
        rows.append(bars.Bar(lens.name, parts, formats.dollars(row["total_usd"])))
        table.append(
            [lens.name, *(row[column] for column in COLUMNS), row["total_usd"], row["n_placed"], row["n_companies"]]
        )
    totals = [row["total_usd"] for row in found.values()]
    places = {lens.name: found[lens.lens]["placed_usd"] for lens in ledger.lenses if lens.lens in found}
    at = formats.quarter(quarter)
    title = findings.first(
        f"{name} placed by each lens, twelve months to {at}", findings.same_total(totals, places, name.lower())
    )
    numbers = ("Placed", "Rest of those companies", "Not placed", "Total")
    return View(
        key=item,
        title=title,
        subtitle=f"{name} of all listed companies of the registry, US dollars, twelve months to calendar {at}, "
        f"{BASIS_TEXT[basis]}; each dollar once.",
        alt=f"{title}. " + ", ".join(f"{lens} places {formats.dollars(usd)}" for lens, usd in places.items()) + ".",
        as_of=f"twelve months to {at}",
        coverage=f"{max(row['n_companies'] for row in found.values())} companies whose dollars are known",
        table=Table(
            [Column("Lens"), *(Column(head, "USD") for head in numbers), Column("Companies placed", "count"),
             Column("Companies", "count")],
            table,
        ),
        pictures={"wide": bars.picture(rows, "USD", PARTS), "narrow": bars.picture(rows, "USD", PARTS, narrow=True)},
        note="Placed: in a layer. Rest: of companies of which the lens places a segment, the other segments. Not "
        "placed: companies that the lens has no layer for, or of which nothing is measured there.",
    )  # fmt: skip
