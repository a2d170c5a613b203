"""What a metric is: the vocabulary of the registry.

Belongs here: the types. Does not belong here: any particular metric (registry.py), arithmetic on frames (company.py).
"""

from dataclasses import dataclass
from typing import Literal

Taken = Literal["flow", "closing", "average", "change", "prior"]
Unit = Literal["fraction", "times", "years", "USD"]
Family = Literal["growth", "margins", "capex", "debt", "returns", "market"]
Window = Literal["quarter", "ttm"]
Direction = Literal["higher", "lower", "neutral"]


@dataclass(frozen=True)
class Amount:
    """A signed sum of items, and how it is taken.

    name: as formulas and reasons write it. terms: item and sign. taken: flow over the window; closing balance; average
    of the opening and closing balance; change against the same window four quarters before; prior, the amount of the
    window four quarters before.
    """

    name: str
    terms: tuple[tuple[str, int], ...]
    taken: Taken

    @property
    def looks_back(self) -> bool:
        """Whether it needs the amount of four quarters before."""
        return self.taken in ("average", "change", "prior")


@dataclass(frozen=True)
class Derived:
    """An amount that is no signed sum of items: its id (used like an item's), meaning, formula and source."""

    id: str
    title: str
    kind: Literal["flow", "stock"]
    description: str
    formula: str
    source: str


@dataclass(frozen=True)
class Metric:
    """One metric, with everything that computation, column comments, axes, tooltips and the method page need.

    A ratio divides numerator by denominator, which must be positive; an amount has no denominator and is in US dollars.
    near_zero: for a denominator that is a change, the least part of the amount four quarters before that it must reach.
    direction: which way is better for the company that reports it.
    """

    id: str
    title: str
    short_title: str
    unit: Unit
    family: Family
    numerator: Amount
    denominator: Amount | None
    windows: tuple[Window, ...]
    direction: Direction
    question: str
    formula: str
    source: str
    caveat: str
    near_zero: float | None = None

    @property
    def in_usd(self) -> bool:
        """Whether it is computed in US dollars: amounts, and ratios with a market value, which is in dollars."""
        return self.unit == "USD" or self.family == "market"

    @property
    def amounts(self) -> tuple[Amount, ...]:
        """Numerator, and denominator if there is one."""
        return (self.numerator,) if self.denominator is None else (self.numerator, self.denominator)

    @property
    def description(self) -> str:
        """Title, unit, formula and caveat in one text, as a column comment."""
        return f"{self.title} ({self.unit}): {self.formula}. {self.caveat}".strip()
