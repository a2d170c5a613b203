"""The card of a company's own page: what it sells, keeps, takes in and spends, in dollars over time.

Belongs here: the choice of items and the sentence. Does not belong here: statements as tables (pages/company.py).
"""

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from analytics import bases
from dashboard import formats
from dashboard.cards.card import Card, View, series_table
from dashboard.charts import lines
from dashboard.charts.events import LAUNCH
from dashboard.ledger import Ledger, position, shifted

SINCE = "2016Q4"
ONE = ["company_id", "item", "calendar_quarter"]
LEAST = 5  # quarters of revenue from which a line is a line
BACK = 12  # quarters that the title looks back
LONGEST = 1.0  # years between two known quarters over which a line runs on: some companies are known by year alone


class Item(NamedTuple):
    """One line: an item of marts.member_amounts, its name and the colour of its line, which is no layer's."""

    item: str
    name: str
    colour: str


ITEMS = (
    Item("revenue", "Revenue", "ink"),
    Item("operating_income", "Operating income", "positive"),
    Item("operating_cash_flow", "Operating cash flow", "muted"),
    Item("capex", "Capex", "strain"),
)
# Item -> calendar quarter -> US dollars of the twelve months to it.
Amounts = Mapping[str, Mapping[str, float]]


# Item -> calendar quarters whose amount does not share a basis with the one known before.
Restated = Mapping[str, Collection[str]]


def _known(ledger: Ledger) -> pl.DataFrame:
    """The amounts of each company as a whole; the same under every lens, so the first that has it speaks."""
    frame = ledger.tables["marts.member_amounts"].filter(
        (pl.col("basis") == "consolidated")
        & (pl.col("window") == "ttm")
        & (pl.col("calendar_quarter") >= SINCE)
        & pl.col("item").is_in([item.item for item in ITEMS])
        & pl.col("amount_usd").is_not_null()
    )
    return frame.unique(ONE, keep="first", maintain_order=True).sort(ONE)


def by_company(ledger: Ledger) -> dict[str, tuple[Amounts, Restated]]:
    """Return of each company its amounts, and where a new basis begins in them."""
    frame = _known(ledger)
    amounts: dict[str, dict[str, dict[str, float]]] = {}
    for company, item, quarter, amount in frame.select(*ONE, "amount_usd").iter_rows():
        amounts.setdefault(company, {}).setdefault(item, {})[quarter] = amount
    restated: dict[str, dict[str, set[str]]] = {}
    before = (pl.col(c).shift(1).over("company_id", "item").alias(f"{c}_before") for c in bases.COLUMNS)
    apart = frame.with_columns(before).with_columns(**bases.both("", "_before")).filter(~bases.shared())
    for company, item, quarter in apart.select(ONE).iter_rows():
        restated.setdefault(company, {}).setdefault(item, set()).add(quarter)
    return {company: (found, restated.get(company, {})) for company, found in amounts.items()}


def card(name: str, amounts: Amounts, restated: Restated = MappingProxyType({})) -> Card | None:
    """Return the card, or None where too little is known for a line."""
    revenue = amounts.get("revenue", {})
    if len(revenue) < LEAST:
        return None
    known = [item for item in ITEMS if len(amounts.get(item.item, {})) >= LEAST]
    series = [(item.name, item.colour, _points(amounts[item.item], restated.get(item.item, ()))) for item in known]
    newest = max(revenue)
    since = max(restated.get("revenue", ()), default="")
    title = _title(name, {q: a for q, a in revenue.items() if q >= since}, newest)
    values: dict[str, dict[str, float | None]] = {}
    for item in known:
        for quarter, amount in amounts[item.item].items():
            values.setdefault(quarter, {})[item.name] = amount
    told = ", ".join(f"{name_} {text}" for name_, _, text in lines.key(series))
    view = View(
        key="all",
        title=title,
        subtitle="US dollars, trailing twelve months at each calendar quarter, the whole company.",
        alt=f"{title}. {told}.",
        as_of=f"twelve months to {formats.quarter(newest)}",
        coverage=f"{len(known)} of {len(ITEMS)} items, {len(revenue)} quarters",
        table=series_table("Twelve months to", [(item.name, "USD") for item in known], values),
        pictures={
            "wide": lines.picture(series, "twelve months", [LAUNCH]),
            "narrow": lines.picture(series, "twelve months", [LAUNCH], narrow=True),
        },
        legend=lines.key(series),
        note="Operating income as filed (GAAP or IFRS); capex is cash paid, without finance leases."
        + " Where only whole years are known, the line runs from year to year." * _by_year(revenue)
        + " A line stops where the company was restated, since what came before is on another basis." * bool(restated),
    )
    return Card("accounts", "Dollars: what does it sell, keep and spend?", [view], break_at=620)


def _title(name: str, revenue: Mapping[str, float], newest: str) -> str:
    now, then = revenue[newest], revenue.get(shifted(newest, -BACK))
    title = f"{name} had revenue of {formats.dollars(now)} in the twelve months to {formats.quarter(newest)}"
    if then is None:
        return title
    if formats.dollars(now) == formats.dollars(then):
        return f"{title}, as three years before"
    return f"{title}, {'up' if now > then else 'down'} from {formats.dollars(then)} three years before"


def _by_year(amounts: Mapping[str, float]) -> bool:
    quarters = sorted(amounts)
    return any(shifted(before, 1) != after for before, after in pairwise(quarters))


def _points(amounts: Mapping[str, float], restated: Collection[str] = ()) -> Sequence[lines.Point]:
    found: list[lines.Point] = []
    for quarter in sorted(amounts):
        far = found and position(quarter) - position(found[-1].quarter) > LONGEST
        if far or (found and quarter in restated):
            found.append(lines.Point(shifted(found[-1].quarter, 1), None, True))
        found.append(lines.Point(quarter, amounts[quarter], True))
    return found
