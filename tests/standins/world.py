"""The world that the stand-ins tell of: companies, what they filed, what they are worth, and what day it is.

Belongs here: the clock (only what was filed by `today` is told), and what a test changes (a new quarter, a filing, a
split, another ticker). Does not belong here: HTTP, or the shape of an answer (sec.py, yahoo.py).
"""

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import polars as pl

from assets.sources import bundle
from tests.standins import figures, market
from tests.standins.companies import Company, registered
from tests.standins.figures import Fact, Figure, Row
from tests.standins.market import Split

# The last day on which the bundle learnt anything.
TODAY = date(2026, 9, 30)
# Facts that a ten-Q tells for the quarter alone; cash flows are told for the year to date only.
TO_DATE_ONLY = frozenset(("operating_cash_flow", "capex", "depreciation_amortization", "stock_based_compensation"))


@dataclass(frozen=True)
class Filing:
    """One filing of one company; `report` is the period's end, None for a filing without facts."""

    accession: str
    filed: date
    form: str
    report: date | None
    fiscal_year: int | None = None
    fiscal_period: str | None = None


@dataclass(frozen=True)
class Quarter:
    """A quarter that a test added: the amounts of its three months (balances at its end), in the reporting currency."""

    company_id: str
    start: date
    end: date
    filed: date
    accession: str
    amounts: Mapping[str, float]


@dataclass
class Known:
    """What is known of one company over all time; `World` tells what of it is known today."""

    company: Company
    origin: str
    facts: list[Fact]
    figures: list[Figure]
    filings: list[Filing] = field(default_factory=list)
    version: int = 0


class World:
    """Companies and their figures on a day. Thread-safe for reading; changes are made between requests or under `lock`.

    Args:
        today: the clock's first day. Advance it with `advance`, or set it.
        companies: ids to keep; all of the registry by default.
        others: how many concepts that mean no item each filer states beside the others (others.py).
    """

    def __init__(self, today: date = TODAY, companies: Iterable[str] | None = None, others: int = 0) -> None:
        kept = set(companies) if companies is not None else None
        self.today, self.others = today, others
        self.lock = threading.RLock()
        self.companies = {c.company_id: c for c in registered() if kept is None or c.company_id in kept}
        if kept and kept - set(self.companies):
            raise KeyError(f"not in the registry, or never traded: {', '.join(sorted(kept - set(self.companies)))}")
        self._known: dict[str, Known] = {}
        # Read now, so that no client waits for it.
        _rows()
        self._dividends: dict[str, list[tuple[date, float]]] = defaultdict(list)
        self._splits: dict[str, list[Split]] = defaultdict(list)
        self._symbols: dict[str, list[tuple[date, str]]] = defaultdict(list)
        self._cache: dict[tuple[object, ...], list[Figure]] = {}

    # The clock

    def advance(self, days: int = 1) -> date:
        """Let so many days pass; returns the new day."""
        self.today += timedelta(days=days)
        return self.today

    # Who is who

    def by_symbol(self, symbol: str) -> Company | None:
        """The company traded under that symbol today."""
        for company in self.companies.values():
            if self.symbol(company.company_id) == symbol and (
                company.listed_to is None or self.today <= company.listed_to
            ):
                return company
        return None

    def by_cik(self, cik: str) -> Company | None:
        """The filer with that CIK in ten digits."""
        return next((c for c in self.companies.values() if c.cik == cik), None)

    def symbol(self, company_id: str) -> str:
        """The company's symbol today."""
        changes = [new for day, new in sorted(self._symbols[company_id]) if day <= self.today]
        return changes[-1] if changes else self.companies[company_id].symbol

    def origin(self, company_id: str) -> str:
        """Where its figures come from: 'filed' (verbatim facts), 'aggregators', or 'invented'."""
        return self._of(company_id).origin

    # What is known today

    def facts(self, company_id: str) -> list[Fact]:
        """The facts filed by today."""
        return [fact for fact in self._of(company_id).facts if fact.filed <= self.today]

    def filings(self, company_id: str) -> list[Filing]:
        """The filings made by today, newest first."""
        known = [filing for filing in self._of(company_id).filings if filing.filed <= self.today]
        return sorted(known, key=lambda filing: (filing.filed, filing.accession), reverse=True)

    def last_filed(self, company_id: str) -> date | None:
        """The day of the newest filing made by today."""
        return max((f.filed for f in self._of(company_id).filings if f.filed <= self.today), default=None)

    def results(self, company_id: str) -> tuple[date | None, date | None]:
        """The days of the last and of the next results that the world holds: of filings with figures, or as told."""
        held = self._of(company_id)
        days = {f.filed for f in held.filings if f.report} or {f.known for f in self._figures(held, date.max)}
        past, coming = [d for d in days if d <= self.today], [d for d in days if d > self.today]
        return max(past, default=None), min(coming, default=None)

    def figures(self, company_id: str) -> list[Figure]:
        """The figures that Yahoo tells by today, one per item, span and month end."""
        return self._figures(self._of(company_id), self.today)

    def closes(self, symbol: str) -> dict[date, float]:
        """Daily closes by today, adjusted for the splits of today and before; empty for an unknown symbol."""
        company = self.by_symbol(symbol)
        if company is None:
            return {}
        listed = max(company.listed_from or date(2015, 1, 2), date(2015, 1, 2))
        last = min(self.today, company.listed_to or self.today)
        known = _prices().get(company.symbol, {})
        closes = market.walk(company.symbol, known, listed, last, 20 + 200 * figures.fraction(company.symbol, "price"))
        for split in self.all_splits(company.company_id):
            if split.added and split.day <= self.today:
                closes = {d: c / split.ratio for d, c in closes.items()}
            if not split.added and split.day > self.today:
                closes = {d: c * split.ratio for d, c in closes.items()}
        return closes

    def splits(self, company_id: str) -> list[Split]:
        """Splits up to today."""
        return [split for split in self.all_splits(company_id) if split.day <= self.today]

    def all_splits(self, company_id: str) -> list[Split]:
        """Splits of all time, the bundle's and those added."""
        return sorted(
            _splits().get(self.companies[company_id].symbol, []) + self._splits[company_id], key=lambda s: s.day
        )

    def rates(self, currency: str) -> dict[date, float]:
        """US dollars for one unit, by day up to today; empty for a currency that the bundle lacks."""
        known = _rates().get(currency, {})
        return market.walk(currency, known, TODAY, self.today, 1.0) if known else {}

    def shares(self, company_id: str) -> float:
        """Shares in issue today in the unit that is traded (receipts), after all splits up to today."""
        company = self.companies[company_id]
        counted = [f for f in self.figures(company_id) if f.item in figures.SHARES and f.span == "3M" and f.value > 0]
        if not counted:
            return 100e6
        newest = max(counted, key=lambda f: (f.end, f.item == "shares_outstanding"))
        count = newest.value
        for split in self.all_splits(company_id):
            if newest.known < split.day <= self.today:
                count *= split.ratio
        return float(round(count / company.shares_per_receipt))

    # What a test changes

    def add_filing(self, company_id: str, filed: date, form: str = "8-K", facts: Iterable[Fact] = ()) -> Filing:
        """Let a company file: with facts (their filing and accession are set here), or without, as most 8-Ks are."""
        held = self._of(company_id)
        with self.lock:
            sequence = 50 + sum(f.filed == filed for f in held.filings)
            number = figures.accession(held.company, filed, sequence)
            told = [replace(fact, filed=filed, accession=number) for fact in facts]
            flows = [fact.end for fact in told if fact.start is not None] or [fact.end for fact in told]
            year, period = _fiscal(held.company, max(flows)) if flows else (None, None)
            filing = Filing(number, filed, form, max(flows, default=None), year, period)
            held.facts += told
            held.facts.sort(key=lambda fact: (fact.filed, fact.end))
            held.filings.append(filing)
            held.version += 1
        return filing

    def add_quarter(
        self, company_id: str, filed: date, growth: float = 0.05, form: str | None = None, **amounts: float
    ) -> Quarter:
        """Let a company file the quarter after the last one that it filed (or, not filing with SEC, that Yahoo tells).

        Amounts not given are those that Yahoo tells of that quarter already, else the last quarter's, grown. A filer's
        10-Q tells the three months and the year to date (cash flows to date only); its annual filing the year alone, as
        real ones do. Yahoo tells the three months from the same day on.

        Raises:
            LookupError: the company has no quarter yet from which to go on.
        """
        held = self._of(company_id)
        company = held.company
        figured = {(f.item, f.end): f.value for f in self._figures(held, date.max) if f.span == "3M"}
        last = self._last_end(held, figured)
        week = figures.month_end(last) != last
        end = last + timedelta(days=91) if week else figures.shifted(last, 3)
        _, period = _fiscal(company, end)
        stamps = [figures.month_end(end), figures.month_end(last)]
        told = {item: float(round(v * (1 + growth))) for (item, day), v in figured.items() if day == stamps[1]}
        told |= {item: value for (item, day), value in figured.items() if day == stamps[0]}
        told |= {item: float(value) for item, value in amounts.items()}
        number = {"Q1": 1, "Q2": 2, "Q3": 3, "FY": 4}[period]
        since = self._year_start(held, end, number, week)
        facts = []
        for item, value in told.items():
            label = self._label(held, item)
            unit = "shares" if item in figures.SHARES else company.currency
            if label is None:
                continue
            if item in figures.STOCKS:
                facts.append(Fact(label, unit, None, end, value, filed, ""))
                continue
            if period != "FY" and (item not in TO_DATE_ONLY or number == 1):
                facts.append(Fact(label, unit, last + timedelta(days=1), end, value, filed, ""))
            before = self._to_date(held, label, unit, since, last)
            if before is None:
                ends = [figures.shifted(stamps[0], -3 * back) for back in range(1, number)]
                quarters = [figured[item, day] for day in ends if (item, day) in figured]
                before = sum(quarters) if len(quarters) == number - 1 else None
            if number > 1 and before is not None:
                to_date = value if item in figures.SHARES else value + before
                facts.append(Fact(label, unit, since, end, to_date, filed, ""))
        names = ("20-F", "6-K") if company.foreign else ("10-K", "10-Q")
        filing = self.add_filing(company_id, filed, form or names[0 if period == "FY" else 1], facts)
        with self.lock:
            held.figures += [Figure(item, "3M", stamps[0], company.currency, v, filed) for item, v in told.items()]
            held.version += 1
        return Quarter(company_id, last + timedelta(days=1), end, filed, filing.accession, told)

    def add_split(self, company_id: str, day: date, ratio: float) -> None:
        """Split the shares: closes are divided, those before too; the event stands in the chart from that day on."""
        self._splits[company_id].append(Split(day, ratio, added=True))

    def add_dividend(self, company_id: str, day: date, amount: float) -> None:
        """Pay a dividend, in the currency of the price, with that ex-date."""
        self._dividends[company_id].append((day, amount))

    def dividends(self, company_id: str) -> list[tuple[date, float]]:
        """Ex-dates and amounts up to today; only those that were added."""
        return sorted((day, amount) for day, amount in self._dividends[company_id] if day <= self.today)

    def change_symbol(self, company_id: str, day: date, symbol: str) -> None:
        """Trade under another symbol from that day on; the old one is then unknown."""
        self._symbols[company_id].append((day, symbol))

    def change(self, company_id: str, **fields: Any) -> None:
        """Change what a company is: `listed_to`, `currency`, `year_end_month`, `shares_per_receipt`, `name`, …"""
        with self.lock:
            held = self._of(company_id)
            held.company = self.companies[company_id] = replace(self.companies[company_id], **fields)
            held.version += 1

    def add_company(self, company: Company) -> None:
        """Let another company exist, with invented figures unless the bundle knows its id."""
        self.companies[company.company_id] = company

    # Within

    def _of(self, company_id: str) -> Known:
        with self.lock:
            if company_id not in self._known:
                self._known[company_id] = _first_known(self.companies[company_id])
            return self._known[company_id]

    def _figures(self, held: Known, day: date) -> list[Figure]:
        """The figures known on a day; kept until the company's next filing."""
        company_id = held.company.company_id
        facts = [f for f in held.facts if f.filed <= day] if held.origin == "filed" else []
        others = [row for row in _rows().get(company_id, ()) if row.source != "sec" and row.known <= day]
        key = (company_id, held.version, len(facts), len(others), sum(f.known <= day for f in held.figures))
        with self.lock:
            if key not in self._cache:
                rows = [Row("sec", f.concept, f.unit, f.start, f.end, f.value, f.filed, f.accession) for f in facts]
                told = {(f.item, f.span, f.end): f for f in figures.figures_of(held.company, rows + others)}
                told |= {(f.item, f.span, f.end): f for f in held.figures if f.known <= day}
                self._cache[key] = sorted(told.values(), key=lambda f: (f.end, f.item, f.span))
            return self._cache[key]

    def _last_end(self, held: Known, figured: Mapping[tuple[str, date], float]) -> date:
        """The end of the last period that the company told, in a filing if it files."""
        ends = [f.end for f in held.facts if f.start is not None and f.end <= f.filed] or [d for _, d in figured]
        if not ends:
            raise LookupError(f"{held.company.company_id}: no quarter to go on from")
        return max(ends)

    def _year_start(self, held: Known, end: date, number: int, week: bool) -> date:
        """The first day of the fiscal year whose so manieth quarter ends then."""
        months = figures.shifted(figures.month_end(end), -3 * number)
        starts = {f.start for f in held.facts if f.start is not None}
        near = [day for day in starts if abs((day - months).days) <= 8]
        return max(near) if week and near else months + timedelta(days=1)

    def _to_date(self, held: Known, label: str, unit: str, since: date, end: date) -> float | None:
        """What the company told for the label from `since` to `end`, in its newest filing that does."""
        told = [f for f in held.facts if (f.concept, f.unit, f.start, f.end) == (label, unit, since, end)]
        return max(told, key=lambda fact: fact.filed).value if told else None

    def _label(self, held: Known, item: str) -> str | None:
        """The label that the company used last for the item."""
        used = [fact for fact in held.facts if (c := figures.BY_LABEL.get(fact.concept)) and c.item == item]
        return max(used, key=lambda fact: fact.filed).concept if used else None


def _first_known(company: Company) -> Known:
    origin, facts, told, filings = _initial(company)
    return Known(company, origin, list(facts), list(told), list(filings))


@cache
def _initial(company: Company) -> tuple[str, list[Fact], list[Figure], list[Filing]]:
    """Origin, facts, figures told beside them, and filings, before any test changed them."""
    rows = _rows().get(company.company_id, [])
    facts, told, origin = figures.filed_facts(rows), [], "filed"
    if not rows:
        origin, told = "invented", figures.invented(company)
    elif not facts:
        origin = "aggregators"
    if not facts and company.cik:
        facts = figures.facts_of(company, told) if told else figures.facts_from_others(company, rows)
    facts.sort(key=lambda fact: (fact.filed, fact.end))
    return origin, facts, told, _filings(company, facts)


def _filings(company: Company, facts: Iterable[Fact]) -> list[Filing]:
    """One filing per accession; its form and period from the facts that it tells."""
    by_number: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_number[fact.accession].append(fact)
    filings = []
    for number, told in by_number.items():
        filed = told[0].filed
        ended = [f for f in told if f.end <= filed] or told
        flows = [f for f in ended if f.start is not None] or ended
        report = max(f.end for f in flows)
        year, period = _fiscal(company, report)
        annual = period == "FY" and any(f.end == report and figures.span(f.start, f.end) == "12M" for f in flows)
        names = ("20-F", "6-K") if company.foreign else ("10-K", "10-Q")
        filings.append(Filing(number, filed, names[0 if annual else 1], report, year, "FY" if annual else period))
    return filings


def _fiscal(company: Company, end: date) -> tuple[int, str]:
    """Fiscal year (by its end) and period of a period's end: 'Q1' to 'Q3', 'FY'."""
    stamped = figures.month_end(end)
    after = (stamped.month - company.year_end_month) % 12
    year = stamped.year + (1 if stamped.month > company.year_end_month else 0)
    return year, {0: "FY", 1: "Q1", 2: "Q1", 3: "Q1", 4: "Q2", 5: "Q2", 6: "Q2"}.get(after, "Q3")


@cache
def _bundle() -> bundle.Bundle:
    return bundle.read()


@cache
def _rows() -> dict[str, list[Row]]:
    columns = ["source", "concept", "unit", "period_start", "period_end", "value", "known_at", "reference"]
    parts = _bundle().observations.sort("known_at", "observation_id").partition_by("company_id", as_dict=True)
    return {str(key[0]): [Row(*row) for row in part.select(columns).iter_rows()] for key, part in parts.items()}


@cache
def _prices() -> dict[str, dict[date, float]]:
    frame = _bundle().price_observations.sort("ticker", "date").unique(["ticker", "date"], maintain_order=True)
    parts = frame.partition_by("ticker", as_dict=True)
    return {str(key[0]): dict(part.select("date", "close").iter_rows()) for key, part in parts.items()}


@cache
def _splits() -> dict[str, list[Split]]:
    frame = _bundle().splits.filter(pl.col("date").is_not_null())
    found: dict[str, list[Split]] = defaultdict(list)
    for ticker, day, ratio in frame.select("ticker", "date", "ratio").iter_rows():
        found[ticker].append(Split(day, ratio))
    return found


@cache
def _rates() -> dict[str, dict[date, float]]:
    frame = _bundle().fx_observations.sort("currency", "date").unique(["currency", "date"], maintain_order=True)
    parts = frame.partition_by("currency", as_dict=True)
    return {str(key[0]): dict(part.select("date", "usd_per_unit").iter_rows()) for key, part in parts.items()}
