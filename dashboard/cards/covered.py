"""Which quarters of a layer may stand in one line: those for which few enough of its members are missing.

Belongs here: leaving out quarters. Does not belong here: when a layer is known at all, or final (analytics).
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class Counted(Protocol):
    """A figure of a layer in one calendar quarter, and of how many of its members it is."""

    @property
    def quarter(self) -> str:
        """Calendar quarter."""

    @property
    def value(self) -> float | None:
        """The figure; None where unknown."""

    @property
    def n_measured(self) -> int:
        """Of how many members it is."""


One = TypeVar("One", bound=Counted)


def covered(readings: Sequence[One]) -> list[One]:
    """Return the quarters with a value in which two thirds are known of those known at the last end of a year.

    Some companies are known by year alone, and a line would step up at every end of a year. So between two ends of
    years, and before the first, more than two thirds are asked for; after the last, where reports still come in, two
    thirds.
    """
    known = [r for r in readings if r.value is not None]
    ends = [r for r in known if r.quarter.endswith("Q4")]
    if not ends:
        return known
    found, at = [], 0
    for r in known:
        while at + 1 < len(ends) and ends[at + 1].quarter <= r.quarter:
            at += 1
        least = 2 * ends[at].n_measured
        if 3 * r.n_measured > least or (3 * r.n_measured == least and r.quarter > ends[-1].quarter):
            found.append(r)
    return found
