"""Which figures of the packs are left out of the bundle, and why.

Belongs here: reading exclusions.toml and applying it. Does not belong here: the judgements (exclusions.toml), what
filings state wrongly (analytics/quarantine.toml).
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

FILE = Path(__file__).with_name("exclusions.toml")


@dataclass(frozen=True)
class Exclusion:
    """One judgement: which figures, why, and who judged. A field that is None matches everything."""

    reason: str
    judged_by: str
    source: str | None = None
    ticker: str | None = None
    concept: str | None = None
    unit: str | None = None
    starts: bool | None = None
    period_ends: tuple[date, ...] = ()
    ended_before: date | None = None

    def matches(self) -> pl.Expr:
        """Whether a figure (source, ticker, concept, unit, period_start, period_end) falls under it."""
        tests = [
            pl.col(name) == value
            for name in ("source", "ticker", "concept", "unit")
            if (value := getattr(self, name)) is not None
        ]
        if self.starts is not None:
            tests.append(pl.col("period_start").is_not_null() == self.starts)
        if self.period_ends:
            tests.append(pl.col("period_end").is_in(list(self.period_ends)))
        if self.ended_before:
            tests.append(pl.col("period_end") < self.ended_before)
        return pl.all_horizontal(tests)

    @property
    def name(self) -> str:
        """What is left out, in a few words."""
        parts = [self.ticker, self.concept or self.source, self.unit, *map(str, self.period_ends)]
        return " ".join(p for p in parts if p)


def load(file: Path = FILE) -> list[Exclusion]:
    """Read the judgements.

    Raises:
        ValueError: an entry has an unknown field or lacks reason or judged_by; the message names file and entry.
    """
    exclusions = []
    for number, entry in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["exclude"], start=1):
        fields: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in entry.items()}
        try:
            exclusions.append(Exclusion(**fields))
        except TypeError as error:
            raise ValueError(f"{file.name}, entry {number}: {error}") from error
    return exclusions


def apply(figures: pl.DataFrame, exclusions: list[Exclusion]) -> tuple[pl.DataFrame, list[tuple[Exclusion, int]]]:
    """Return the figures that stay, and how many each judgement leaves out."""
    counts = []
    for exclusion in exclusions:
        kept = figures.filter(~exclusion.matches().fill_null(False))
        counts.append((exclusion, figures.height - kept.height))
        figures = kept
    return figures, counts
