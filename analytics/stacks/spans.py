"""Spans of days with open ends.

Belongs here: arithmetic on spans. A span holds both its ends; None is open.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Span(NamedTuple):
    """Days from `start` to `end`, both included; None is open."""

    start: date | None
    end: date | None

    def __str__(self) -> str:
        """The span as a reader writes it."""
        return f"{self.start or 'the beginning'} to {self.end or 'today'}"


def overlap(a: Span, b: Span) -> bool:
    """Whether at least one day lies in both."""
    return (a.start or date.min) <= (b.end or date.max) and (b.start or date.min) <= (a.end or date.max)


def overlapping(spans: Sequence[Span]) -> tuple[int, int] | None:
    """Return the positions of two spans that share a day, or None if no two do."""
    order = sorted(range(len(spans)), key=lambda i: spans[i].start or date.min)
    if not order:
        return None
    longest = order[0]
    for i in order[1:]:
        if overlap(spans[longest], spans[i]):
            return longest, i
        if (spans[i].end or date.max) > (spans[longest].end or date.max):
            longest = i
    return None


def later(*days: date | None) -> date | None:
    """The latest of the days that are known."""
    return max((d for d in days if d is not None), default=None)


def earlier(*days: date | None) -> date | None:
    """The earliest of the days that are known."""
    return min((d for d in days if d is not None), default=None)
