"""Small registries, clocks and runs that the tests of live data share."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import polars as pl

from analytics import stacks
from analytics.stacks import Stacks
from assets.ledger import COUNTED, OBSERVATIONS, PRICES, RATES, SPLITS, Ledger
from assets.live.desk import Desk
from assets.live.terms import Terms
from assets.sources.http import Pace
from assets.sources.payload import Fetch
from tests.standins import StandIn

CONTACT = "Layer Ledger tests@example.com"
SHIPPED = Path(stacks.__file__).parent / "companies.toml"

LENS = """
id = "ecosystem"
title = "Small"
position = 1
description = "A layer or two."
source = "The tests"

[[layers]]
id = "models"
name = "Models"
description = "What the tests are about."
colour = "models"
members = [{members}]
"""


class Clock:
    """A clock that ticks a little each time it is read."""

    def __init__(self, day: date, hour: int = 22, minute: int = 30) -> None:
        self.now = datetime.combine(day, time(hour, minute), UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=3)
        return self.now

    def pass_time(self, **units: float) -> None:
        self.now += timedelta(**units)


def registry(companies: Iterable[str], **changes: dict[str, object]) -> Stacks:
    """The shipped registry cut to some companies and no lens; `changes` by company id with underscores."""
    shipped, wanted = stacks.load(), set(companies)
    entries = tuple(
        c.model_copy(update=changes.get(c.id.replace("-", "_"), {})) for c in shipped.company_entries if c.id in wanted
    )
    assert len(entries) == len(wanted)
    return replace(shipped, company_entries=entries, lens_entries=())


def entry(company_id: str) -> str:
    """A company's entry as the shipped registry writes it."""
    blocks = re.split(r"(?m)^(?=\[\[company\]\]$)", SHIPPED.read_text(encoding="utf-8"))
    (block,) = (b for b in blocks if f'\nid = "{company_id}"\n' in b)
    return "\n".join(line for line in block.splitlines() if not line.startswith("#")).strip() + "\n"


def written(folder: Path, entries: Iterable[str], members: Iterable[str] | None = None) -> Path:
    """A registry on disk with those entries and one lens of one layer; members are TOML tables, by default all."""
    texts = list(entries)
    ids = [re.search(r'(?m)^id = "(.+)"$', text) for text in texts]
    named = members if members is not None else [f'{{ id = "{found[1]}" }}' for found in ids if found]
    (folder / "lenses").mkdir(parents=True, exist_ok=True)
    (folder / "companies.toml").write_text("\n".join(texts), encoding="utf-8")
    (folder / "lenses" / "ecosystem.toml").write_text(LENS.format(members=", ".join(named)), encoding="utf-8")
    return folder


def terms(
    standin: StandIn, *, seconds: float = 10.0, contact: str | None = CONTACT, budget: int = 1000, bulk: bool = False
) -> Terms:
    """Terms on which the stand-in is asked as fast as it answers."""
    pace = Pace(per_second=10_000, budget=budget, attempts=3, seconds=seconds, first_wait=0.001)
    return Terms(contact, standin.yahoo_url, bulk, seconds, pace, pace)


def ask(
    home: Path, standin: StandIn, registered: Stacks, clock: Clock, companies: Iterable[str] = (), **options: object
) -> tuple[Fetch, ...]:
    """One run's questions."""
    ledger = Ledger(home, registered)
    return Desk(ledger, terms(standin, **options), home / "cache", clock).ask(list(companies))  # type: ignore[arg-type]


def outcomes(ended: Iterable[Fetch]) -> dict[str, str]:
    """Outcome by subject."""
    return {fetch.subject: fetch.outcome for fetch in ended}


def raw(home: Path, registered: Stacks) -> dict[str, pl.DataFrame]:
    """The raw tables that the archive of a home gives, without a bundle."""
    ledger = Ledger(home, registered)
    fetches = ledger.journal.read()
    empty = {t.full_name: pl.DataFrame(schema=t.polars_schema) for t in (OBSERVATIONS, PRICES, RATES, SPLITS)}
    return {
        OBSERVATIONS.full_name: ledger.observations(fetches, empty[OBSERVATIONS.full_name]),
        PRICES.full_name: ledger.newest(fetches, PRICES, empty[PRICES.full_name]),
        RATES.full_name: ledger.newest(fetches, RATES, empty[RATES.full_name]),
        SPLITS.full_name: ledger.splits(fetches, empty[SPLITS.full_name]),
    }


FIGURE = ["source", "company_id", "concept", "period_start", "period_end", "unit", "reference"]


def figures(tables: dict[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """What raw tables say in the end, without when and in which payload it was said."""
    # A quote counts shares as of its own day.
    counted = pl.when(pl.col("concept") != COUNTED).then("period_end").alias("period_end")
    said = tables[OBSERVATIONS.full_name].sort("known_at", "fetched_at").with_columns(counted)
    last = said.unique(FIGURE, keep="last").select(*FIGURE, "value").sort(FIGURE)
    return {
        OBSERVATIONS.full_name: last,
        PRICES.full_name: tables[PRICES.full_name].select("ticker", "date", "close", "currency").sort("ticker", "date"),
        RATES.full_name: tables[RATES.full_name].select("date", "currency", "usd_per_unit").sort("currency", "date"),
        SPLITS.full_name: tables[SPLITS.full_name].select("ticker", "date", "ratio").sort("ticker", "date"),
    }
