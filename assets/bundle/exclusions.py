"""Which figures of the packs are left out of the bundle, and why.

Belongs here: reading exclusions.toml, and leaving out what it names. Does not belong here: the judgements themselves
(exclusions.toml), the tests that whole series must pass (plausibility.py), what filings state wrongly
(analytics/quarantine.toml).
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import polars as pl

from assets.bundle.plausibility import Rules

FILE = Path(__file__).with_name("exclusions.toml")

_Entry = TypeVar("_Entry")


@dataclass(frozen=True)
class Exclusion:
    """One judgement: which figures, why, and who judged. A field that is not given matches everything."""

    reason: str
    judged_by: str
    source: str | None = None
    ticker: str | None = None
    concepts: tuple[str, ...] = ()
    unit: str | None = None
    starts: bool | None = None
    period_ends: tuple[date, ...] = ()
    ended_before: date | None = None
    ended_from: date | None = None

    def matches(self) -> pl.Expr:
        """Whether a figure (source, ticker, concept, unit, period_start, period_end) falls under it."""
        tests = [
            pl.col(name) == value for name in ("source", "ticker", "unit") if (value := getattr(self, name)) is not None
        ]
        if self.concepts:
            tests.append(pl.col("concept").is_in(self.concepts))
        if self.starts is not None:
            tests.append(pl.col("period_start").is_not_null() == self.starts)
        if self.period_ends:
            tests.append(pl.col("period_end").is_in(self.period_ends))
        if self.ended_before:
            tests.append(pl.col("period_end") < self.ended_before)
        if self.ended_from:
            tests.append(pl.col("period_end") >= self.ended_from)
        return pl.all_horizontal(tests)

    @property
    def name(self) -> str:
        """What is left out, in a few words."""
        what = " ".join(p for p in (self.ticker, ", ".join(self.concepts) or self.source, self.unit) if p)
        bounds = ("from", self.ended_from), ("before", self.ended_before)
        when = [*map(str, self.period_ends), *(f"{word} {day}" for word, day in bounds if day)]
        return " ".join([what, *when])


@dataclass(frozen=True)
class Preference:
    """An aggregator that speaks before StockAnalysis for some items of one company, and why."""

    ticker: str
    source: str
    items: tuple[str, ...]
    reason: str
    judged_by: str


@dataclass(frozen=True)
class Proof:
    """Series of a doubtful label that were compared with filings which the packs lack, and what came of it."""

    ticker: str
    concepts: tuple[str, ...]
    reason: str
    judged_by: str


@dataclass(frozen=True)
class Judgements:
    """All of exclusions.toml."""

    exclusions: tuple[Exclusion, ...]
    preferences: tuple[Preference, ...]
    proofs: tuple[Proof, ...]
    rules: Rules

    @property
    def proved(self) -> pl.DataFrame:
        """One row per series that was compared by hand: ticker, concept."""
        rows = [(p.ticker, concept) for p in self.proofs for concept in p.concepts]
        return pl.DataFrame(rows, schema={"ticker": pl.String, "concept": pl.String}, orient="row")


def load(file: Path = FILE) -> Judgements:
    """Read the judgements.

    Raises:
        ValueError: an entry has an unknown field or lacks one; the message names file and entry.
    """
    document = tomllib.loads(file.read_text(encoding="utf-8"))
    return Judgements(
        exclusions=_entries(Exclusion, document["exclude"], f"{file.name}, exclude"),
        preferences=_entries(Preference, document["prefer"], f"{file.name}, prefer"),
        proofs=_entries(Proof, document["prove"], f"{file.name}, prove"),
        rules=_entry(Rules, document["rules"], f"{file.name}, rules"),
    )


def _entries(kind: type[_Entry], entries: list[dict[str, Any]], place: str) -> tuple[_Entry, ...]:
    return tuple(_entry(kind, fields, f"{place} {number}") for number, fields in enumerate(entries, 1))


def _entry(kind: type[_Entry], fields: dict[str, Any], place: str) -> _Entry:
    try:
        return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in fields.items()})
    except TypeError as error:
        raise ValueError(f"{place}: {error}") from error


def apply(figures: pl.DataFrame, exclusions: tuple[Exclusion, ...]) -> tuple[pl.DataFrame, list[tuple[Exclusion, int]]]:
    """Return the figures that stay, and how many each judgement leaves out."""
    counts = []
    for exclusion in exclusions:
        kept = figures.filter(~exclusion.matches().fill_null(False))
        counts.append((exclusion, figures.height - kept.height))
        figures = kept
    return figures, counts
