"""The card of a company's market value over time, with the splits and spin-offs that its prices were adjusted for.

Belongs here: the sentence, and events as the price source dates them. Does not belong here: listings, which the
registry dates (cards/history.py).
"""

import polars as pl

from dashboard import formats
from dashboard.cards.card import Card, Column, Table, Value, View
from dashboard.charts import lines
from dashboard.charts.events import LAUNCH, MOST, Event
from dashboard.ledger import Ledger, shifted

LEAST = 5  # quarters from which a line is a line
BACK = 12  # quarters that the title looks back
SPIN_OFF = "spin-off or class dividend"  # the price source does not tell one from the other


def events(ledger: Ledger, company_id: str) -> list[Event]:
    """Return the dated splits and spin-offs of a company, oldest first."""
    return [Event(day, told(ratio) if split else SPIN_OFF) for day, ratio, split in ledger.splits.get(company_id, [])]


def told(ratio: float) -> str:
    """Write a split by new shares for one old: 10 is '10-for-1 split', 0.5 '1-for-2 reverse split'."""
    return f"{ratio:g}-for-1 split" if ratio >= 1 else f"1-for-{1 / ratio:g} reverse split"


def card(ledger: Ledger, company_id: str, metrics: pl.DataFrame) -> Card | None:
    """Return the card from a company's rows of marts.company_metrics, or None where too little is known for a line."""
    rows = metrics.filter((pl.col("metric") == "market_cap") & (pl.col("window") == "ttm")).drop_nulls("value")
    found = {q: (v, d) for q, v, d in rows.select("calendar_quarter", "value", "period_end").iter_rows()}
    if len(found) < LEAST:
        return None
    name, first, last = ledger.names[company_id], min(found), max(found)
    quarter, points = first, list[lines.Point]()
    while quarter <= last:  # a gap in the record is a gap in the line
        points.append(lines.Point(quarter, found[quarter][0] if quarter in found else None, True))
        quarter = shifted(quarter, 1)
    series = [("Market value", "ink", points)]
    (now, day), (then, before) = found[last], found.get(shifted(last, -BACK), (None, None))
    title = f"{name} was worth {formats.dollars(now)} on the market on {formats.day(day)}"
    if then is not None and formats.dollars(then) != formats.dollars(now):
        title += f", {'up' if now > then else 'down'} from {formats.dollars(then)} on {formats.day(before)}"
    # The newest matter most where there is no room for all; the note holds every one.
    since = [event for event in events(ledger, company_id) if event.day >= found[first][1]]
    drawn = sorted([LAUNCH, *since[-(MOST - 1) :]])
    listed = ", ".join(f"{event.name} on {formats.day(event.day)}" for event in since)
    table: list[list[Value]] = [[formats.quarter(q), formats.day(d), v] for q, (v, d) in sorted(found.items())[::-1]]
    view = View(
        key="all",
        title=title,
        subtitle="Market value in US dollars, close on the last trading day of each fiscal quarter × shares of all "
        "classes known that day; at the calendar quarter that the fiscal one mostly covers.",
        alt=f"{title}. {f'Splits and spin-offs: {listed}.' if listed else ''}".strip(),
        as_of=formats.day(day),
        coverage=f"{len(found)} of {len(points)} quarters",
        table=Table([Column("Quarter"), Column("Value on"), Column("Market value", "USD")], table),
        pictures={
            "wide": lines.picture(series, "market value", drawn),
            "narrow": lines.picture(series, "market value", drawn, narrow=True),
        },
        legend=lines.key(series),
        note=f"{listed[:1].upper()}{listed[1:]}. " * bool(listed)
        + "A split changes the price of a share, not the value of all; a spin-off takes its part along.",
    )
    return Card("market", "Market value: what is it worth?", [view], break_at=620)
