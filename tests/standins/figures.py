"""Facts and figures: what the bundle holds, in the form in which SEC and Yahoo tell it.

Belongs here: facts as filed, figures as Yahoo cuts them (three months, twelve months), invented figures where the
bundle has none. Does not belong here: JSON shapes (sec.py, yahoo.py), the clock (world.py).

Nothing here uses the derivation of statements under test; only the declared labels of analytics/concepts.py.
"""

import calendar
import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import pairwise

from analytics.concepts import CONCEPTS, FILED, MISNOMERS
from tests.standins.companies import Company

QUARTER, YEAR = (80, 100), (350, 380)
STOCKS = frozenset((
    "cash", "short_term_investments", "current_debt", "long_term_debt", "total_debt_ex_leases", "lease_liabilities",
    "total_debt", "equity", "total_assets", "net_ppe", "inventory", "shares_outstanding",
))  # fmt: skip
SHARES = frozenset(("shares_outstanding", "diluted_shares"))
BY_LABEL = {concept.label: concept for concept in CONCEPTS}
MISNAMED = {(misnomer.company_id, misnomer.label) for misnomer in MISNOMERS}
# Yahoo speaks of a company as Yahoo did where the bundle has that, else as it filed, else as others say.
YAHOO_SAYS = ("yahoo", "sec", "sec_derived", "stockanalysis", "alphavantage")


@dataclass(frozen=True)
class Fact:
    """One fact of one filing, as `companyfacts` tells it. `concept` is 'us-gaap:Revenues'; `start` None: a balance."""

    concept: str
    unit: str
    start: date | None
    end: date
    value: float
    filed: date
    accession: str


@dataclass(frozen=True)
class Figure:
    """One item of one period as Yahoo tells it: `span` is '3M' or '12M', `known` the first day it is told."""

    item: str
    span: str
    end: date
    currency: str
    value: float
    known: date


@dataclass(frozen=True)
class Row:
    """One observation of the bundle, of any source."""

    source: str
    concept: str
    unit: str
    start: date | None
    end: date
    value: float
    known: date
    reference: str | None


def span(start: date | None, end: date) -> str | None:
    """'3M' or '12M' by the days from start to end, both counted; None for any other length."""
    if start is None:
        return None
    days = (end - start).days + 1
    return "3M" if QUARTER[0] <= days <= QUARTER[1] else "12M" if YEAR[0] <= days <= YEAR[1] else None


@cache
def month_end(day: date) -> date:
    """The nearest end of a month: Yahoo stamps Nvidia's 2026-01-25 as 2026-01-31, Broadcom's 2024-11-03 as 10-31."""
    own = day.replace(day=calendar.monthrange(day.year, day.month)[1])
    before = day.replace(day=1) - timedelta(days=1)
    return before if day - before < own - day else own


def shifted(day: date, months: int) -> date:
    """The end of the month so many months away."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, calendar.monthrange(year, month + 1)[1])


def fraction(*words: object) -> float:
    """A number in [0, 1) that depends on the words alone."""
    return int.from_bytes(hashlib.sha256("|".join(map(str, words)).encode()).digest()[:7]) / 2**56


def filed_facts(rows: Iterable[Row]) -> list[Fact]:
    """The bundle's rows of source `sec`: verbatim facts with their accession and date."""
    return [
        Fact(row.concept, row.unit, row.start, row.end, row.value, row.known, row.reference or "")
        for row in rows
        if row.source == "sec"
    ]


def facts_from_others(company: Company, rows: Iterable[Row]) -> list[Fact]:
    """What the company might have filed, from what aggregators say of it; accessions are made up."""
    others = [row for row in rows if row.source != "sec"]
    return facts_of(company, figures_of(company, others, stamp=False))


def invented(company: Company, quarters: int = 12, last: date = date(2026, 6, 30)) -> list[Figure]:
    """Figures of a company of which nothing is known: three months and twelve, growing by 4 % a quarter."""
    latest = last
    while (latest.month - company.year_end_month) % 3:
        latest = shifted(latest, -1)
    revenue = 100e6 + 800e6 * fraction(company.company_id, "revenue")
    shares = 50e6 + 400e6 * fraction(company.company_id, "shares")
    figures, by_end = [], {}
    for index in range(quarters):
        end = shifted(latest, -3 * (quarters - 1 - index))
        known = end + timedelta(days=40)
        amounts = _shape(float(round(revenue * 1.04**index, -3)), shares)
        by_end[end] = amounts
        figures += [Figure(item, "3M", end, company.currency, value, known) for item, value in amounts.items()]
        year = [shifted(end, -3 * back) for back in (3, 2, 1, 0)]
        if end.month == company.year_end_month and all(q in by_end for q in year):
            for item, value in amounts.items():
                whole = value if item in STOCKS or item in SHARES else sum(by_end[q][item] for q in year)
                figures.append(Figure(item, "12M", end, company.currency, whole, known))
    return figures


# Invented items as shares of revenue.
SHARES_OF_REVENUE = {
    "cost_of_revenue": 0.4, "gross_profit": 0.6, "research_and_development": 0.2, "operating_income": 0.15,
    "pretax_income": 0.16, "income_tax": 0.03, "net_income": 0.13, "depreciation_amortization": 0.05,
    "stock_based_compensation": 0.08, "operating_cash_flow": 0.25, "capex": 0.1, "cash": 2.0, "long_term_debt": 1.5,
    "current_debt": 0.1, "total_debt": 1.6, "equity": 5.0, "total_assets": 9.0, "net_ppe": 1.2,
}  # fmt: skip


def _shape(revenue: float, shares: float) -> dict[str, float]:
    amounts = {item: float(round(revenue * share, -3)) for item, share in SHARES_OF_REVENUE.items()}
    counts = {"shares_outstanding": float(round(shares)), "diluted_shares": float(round(shares * 1.03))}
    return {"revenue": revenue} | amounts | counts


def facts_of(company: Company, figures: Iterable[Figure]) -> list[Fact]:
    """Facts that tell the figures, each filed on the day the figure is known; accessions are made up."""
    facts = {}
    for figure in figures:
        label = tag(company, figure.item)
        if label is None:
            continue
        start = None if figure.item in STOCKS else shifted(figure.end, -3 if figure.span == "3M" else -12)
        start = start and start + timedelta(days=1)
        unit = "shares" if figure.item in SHARES else figure.currency
        fact = Fact(label, unit, start, figure.end, figure.value, figure.known, accession(company, figure.known))
        facts[label, unit, start, figure.end, fact.accession] = fact
    return list(facts.values())


def tag(company: Company, item: str) -> str | None:
    """The first label that the taxonomy of this company's filings has for the item."""
    taxonomy = "ifrs-full" if company.foreign else "us-gaap"
    labels = [c.label for c in FILED if c.item == item]
    own = [label for label in labels if label.startswith((taxonomy, "dei"))]
    return next(iter(own or labels), None)


def accession(company: Company, filed: date, sequence: int = 0) -> str:
    """An accession number in SEC's form; the filer's own CIK as the agent's."""
    return f"{company.cik or '0000000000'}-{filed:%y}-{filed.timetuple().tm_yday * 100 + sequence:06d}"


@dataclass(frozen=True)
class _Told:
    """An item of a period as some source has it, with the source's rank: the lower speaks."""

    rank: tuple[int, ...]
    item: str
    start: date | None
    end: date
    value: float
    known: date


def figures_of(company: Company, rows: Iterable[Row], *, stamp: bool = True) -> list[Figure]:
    """What Yahoo tells of a company: one figure per item, span and period end, amounts in its reporting currency.

    Three months where a row says three, or where two rows with the same start end three months apart. Balances stand in
    both spans; in the twelve months' only at the year's end. `stamp`: ends are moved to month ends.
    """
    chosen: dict[tuple[str, str, date], _Told] = {}
    held = _told(company, rows)
    for told in [*held, *_differences(held)]:
        if told.item not in STOCKS:
            spans = [span(told.start, told.end)]
        else:
            spans = ["3M", "12M"] if month_end(told.end).month == company.year_end_month else ["3M"]
        for found in filter(None, spans):
            key = (told.item, found, month_end(told.end) if stamp else told.end)
            other = chosen.get(key)
            if other is None or told.rank < other.rank or (told.rank == other.rank and told.known >= other.known):
                chosen[key] = told
    figures = [Figure(item, s, end, company.currency, t.value, t.known) for (item, s, end), t in chosen.items()]
    return sorted(figures, key=lambda figure: (figure.end, figure.item, figure.span))


def _told(company: Company, rows: Iterable[Row]) -> list[_Told]:
    """The rows whose label means an item, in the company's currency or in shares, with our sign."""
    found = []
    for row in rows:
        concept = BY_LABEL.get(row.concept)
        if concept is None or (company.company_id, row.concept) in MISNAMED:
            continue
        if row.unit in (company.currency, "shares") and (row.start is None) == (concept.item in STOCKS):
            rank = (YAHOO_SAYS.index(row.source), concept.tier)
            found.append(_Told(rank, concept.item, row.start, row.end, row.value * concept.sign, row.known))
    return found


def _differences(told: Iterable[_Told]) -> list[_Told]:
    """Quarters as the difference of two amounts to date; they speak after those told as such."""
    to_date: dict[tuple[object, ...], dict[date, _Told]] = defaultdict(dict)
    for one in told:
        if one.start is not None and one.item not in SHARES:
            ends = to_date[one.rank, one.item, one.start]
            if one.end not in ends or one.known >= ends[one.end].known:
                ends[one.end] = one
    found = []
    for ends in to_date.values():
        for before, after in pairwise(ends[end] for end in sorted(ends)):
            start = before.end + timedelta(days=1)
            if span(start, after.end) == "3M":
                rank, value = (*after.rank, 1), after.value - before.value
                found.append(_Told(rank, after.item, start, after.end, value, max(before.known, after.known)))
    return found
