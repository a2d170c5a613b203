"""Concentration: how much of a layer its largest company holds, of all layers then and now, and of one over time."""

from collections.abc import Mapping, Set

from dashboard import findings, formats
from dashboard.cards.card import Card, Column, Control, Table, Value, View, control
from dashboard.cards.covered import LEFT_OUT, covered
from dashboard.cards.profit_pools import BASIS_TEXT
from dashboard.charts import capex as chart
from dashboard.charts import leaders
from dashboard.charts.events import LAUNCH
from dashboard.ledger import BASE_QUARTER, Holding, Layer, Ledger, shifted

# Item -> (text of the button, name, basis, what a company does with it now and then).
ITEMS = {
    "revenue": ("Revenue", "revenue", "layer", ("makes", "made")),
    "operating_income": ("Operating income", "operating income", "layer", ("earns", "earned")),
    "capex": ("Capex", "capex", "consolidated", ("spends", "spent")),
}
LEAST = 3  # companies measured: of fewer, a share says who is measured, not how a layer is shared out
BACK = 12  # quarters that a title looks back
INDEX = "HHI, the Herfindahl–Hirschman index: the sum of squared shares in per cent, {} for one company alone"
NOTE = (
    "A layer is no market, and who is not measured is not in it: shares are of measured companies. They move when a "
    "member lists, splits or is measured late; where a member makes a loss there are no shares of profit."
)


def card(ledger: Ledger, lens: str) -> Card:
    """Return the card of all layers of a lens, then and now."""
    views = [view for item in ITEMS if (view := _all(ledger, lens, item))]
    return Card(
        "concentration", "Concentration: how much does one company hold?", views, (_items(views),), break_at=620
    )


def history(ledger: Ledger, lens: str, layer: Layer) -> Card:
    """Return the card of one layer over time; without a view where fewer than two companies were ever measured."""
    views = [view for item in ITEMS if (view := _one(ledger, lens, layer, item))]
    return Card(
        "concentration", "Concentration: how much does one company hold?", views, (_items(views),), break_at=560
    )


def _items(views: list[View]) -> Control:
    return control("item", "Share of", {item: texts[0] for item, texts in ITEMS.items()}, views)


def _why(held: Holding | None) -> str:
    """Why a layer has no share to compare."""
    if held is None or not held.n_measured:
        return "no public figures"
    if held.reason and held.reason.startswith("not meaningful"):
        return "a member makes a loss"
    return f"{held.n_measured} of {held.n_members} measured"


def _measured(ledger: Ledger, lens: str, item: str, *quarters: str) -> dict[str, set[tuple[str, str]]]:
    """Who is measured in each quarter, as (layer, company)."""
    basis = ITEMS[item][2]
    return {q: {(a.layer, a.company_id) for a in ledger.amounts(lens, basis, q, item)} for q in quarters}


def _missing(layer: str, one: Holding, other: Holding, measured: Mapping[str, Set[tuple[str, str]]]) -> bool:
    """Whether the largest of one quarter is not measured in the other: then a change is one of who is measured."""
    return (layer, one.largest or "") not in measured[other.quarter]


def _all(ledger: Ledger, lens: str, item: str) -> View | None:
    _, measure, basis, verbs = ITEMS[item]
    quarter, rates, moved, counted = ledger.headline(lens, basis), [], [], [0, 0]
    measured, gone = _measured(ledger, lens, item, BASE_QUARTER, quarter), list[str]()
    rows: list[list[Value]] = []
    for layer in ledger.layers(lens):
        by_quarter = {h.quarter: h for h in ledger.holdings(lens, layer.layer, basis, item)}
        then, now = by_quarter.get(BASE_QUARTER), by_quarter.get(quarter)
        counted = [counted[0] + (now.n_measured if now else 0), counted[1] + (now.n_members if now else 0)]
        told = now is not None and now.value is not None and now.n_measured >= 2
        was, who = (ledger.names.get(h.largest or "") if h else None for h in (then, now))
        rates.append(
            chart.Rate(
                layer.name, layer.colour, then.value if then and then.n_measured >= 2 else None,
                now.value if now and told else None, None, now is None or now.final,
                _why(now) if now is None or now.value is None else f"only {who} is measured",
                beside=f"HHI {now.hhi:,.0f}" if now and now.hhi is not None else "", who=who or "",
            )
        )  # fmt: skip
        rows.append(
            [layer.name]
            + [
                v
                for h, name in ((then, was), (now, who))
                for v in ((name, h.value, h.hhi, h.n_measured) if h else (None,) * 4)
            ]
            + [now.n_members if now else None]
        )
        if then is None or now is None or was is None or who is None or then.value is None or now.value is None:
            continue
        if _missing(layer.layer, then, now, measured):
            gone.append(f"{was} ({layer.name})")
            continue
        few = min(then.n_measured, now.n_measured) < LEAST
        if now.final and not few and not _missing(layer.layer, now, then, measured):
            moved.append(findings.Leader(layer.name, was, then.value, who, now.value))
    if all(rate.now is None for rate in rates):
        return None
    since, at = formats.quarter(BASE_QUARTER), formats.quarter(quarter)
    short = [
        r._replace(beside=(r.beside or "").removeprefix("HHI "), unknown=r.unknown.replace(f"only {r.who} is", "one"))
        for r in rates
    ]
    title = findings.first(
        f"Share of the largest company in {measure} by layer, {since} and {at}",
        findings.leader_moved(moved, verbs, measure, since),
    )
    return View(
        key=item,
        title=title,
        subtitle=f"Share of the largest company in measured {measure}, {since} (ring) to {at} (dot), trailing twelve "
        f"months, {BASIS_TEXT[basis]}. Right: {INDEX.format('10,000')}.",
        alt=f"{title}. Largest in {at}: "
        + ", ".join(f"{r.name} {r.who} {formats.percent(r.now)}" for r in rates if r.now is not None)
        + ".",
        as_of=f"twelve months to {at}",
        coverage=f"{counted[0]} companies of {counted[1]} members",
        table=Table(
            [
                Column("Layer"),
                *(
                    Column(f"{name}, {when}", unit)
                    for when in (since, at)
                    for name, unit in (("Largest", None), ("Share", "fraction"), ("HHI", "count"), ("n", "count"))
                ),
                Column("Members", "count"),
            ],
            rows,
        ),
        pictures={
            "wide": chart.picture(rates, BASE_QUARTER, quarter, f"largest share of {measure}"),
            "narrow": chart.picture(short, BASE_QUARTER, quarter, f"largest share of {measure}", narrow=True),
        },
        note=NOTE + (f" Largest in {since} but not measured in {at}: {findings.listed(gone)}." if gone else ""),
    )


def _one(ledger: Ledger, lens: str, layer: Layer, item: str) -> View | None:
    _, measure, basis, _ = ITEMS[item]
    held = ledger.holdings(lens, layer.layer, basis, item)
    known = {h.quarter: h for h in covered(held)}
    finals = [h for h in known.values() if h.final]
    if not finals or max(h.n_measured for h in known.values()) < 2:
        return None
    last, before = finals[-1], known.get(shifted(finals[-1].quarter, -BACK))
    left_out = {h.quarter for h in held if h.value is not None and h.quarter not in known}
    names = {h.largest: ledger.names.get(h.largest, h.largest) for h in held if h.largest}
    at, who, note = formats.quarter(last.quarter), names.get(last.largest or "", ""), NOTE
    title = f"{who} has {formats.percent(last.value)} of measured {measure} in {at}"
    if before:
        was, share = names.get(before.largest or "", ""), formats.percent(before.value)
        measured = _measured(ledger, lens, item, before.quarter, last.quarter)
        if _missing(layer.layer, before, last, measured):
            note += f" {was}, the largest three years before with {share}, is not measured in {at}."
        elif not _missing(layer.layer, last, before, measured):
            title += f", {share} three years before" if was == who else f"; three years before {was} led with {share}"
    if left_out:
        note = f"{LEFT_OUT}{note}"
    rows: list[list[Value]] = [
        [
            formats.quarter(h.quarter),
            names.get(h.largest or "", ""),
            h.value,
            h.hhi,
            h.n_measured,
            h.n_members,
            h.status,
            formats.tidy(h.reason or ""),
        ]
        for h in reversed(held)
        if h.n_measured
    ]
    return View(
        key=item,
        title=title,
        subtitle=f"Share of the largest company in measured {measure}, trailing twelve months at each calendar "
        f"quarter, {BASIS_TEXT[basis]}. Thin: {INDEX.format('10,000 (100%)')}.",
        alt=f"{layer.name}: {title}. HHI {formats.number(round(last.hhi or 0))} of {last.n_measured} companies. From "
        f"{formats.quarter(min(known))}.",
        as_of=f"twelve months to {at}",
        coverage=f"{last.n_measured} companies of {last.n_members} members",
        table=Table(
            [
                *(Column("Twelve months to"), Column("Largest"), Column("Share", "fraction"), Column("HHI", "count")),
                *(Column("Companies", "count"), Column("Members", "count"), Column("Status"), Column("Why not")),
            ],
            rows,
        ),
        pictures=leaders.pictures(list(known.values()), names, layer.colour, [LAUNCH], left_out),
        note=note,
    )
