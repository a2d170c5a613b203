"""Which quarters of a layer may stand in one line: those that are final, and the newest of which most is known.

Belongs here: leaving out quarters. Does not belong here: when a layer is known at all, or final (analytics).
"""

from collections.abc import Sequence
from typing import Protocol, TypeVar

from dashboard.ledger import shifted

# Reports of a quarter come in for so many quarters after the newest final one.
COMING_IN = 4
LEFT_OUT = "Quarters that are not final are left out, but for the newest of which most is known. "


class Counted(Protocol):
    """A figure of a layer in one calendar quarter, of how many of its members it is, and whether it is final."""

    @property
    def quarter(self) -> str:
        """Calendar quarter."""

    @property
    def value(self) -> float | None:
        """The figure; None where unknown."""

    @property
    def n_measured(self) -> int:
        """Of how many members it is."""

    @property
    def final(self) -> bool:
        """Whether enough of those who report the figure have it."""


One = TypeVar("One", bound=Counted)


def covered(readings: Sequence[One]) -> list[One]:
    """Return the final quarters with a value, and the year after them as far as more than two thirds have reported.

    A provisional quarter between final ones is of other members than they are, and a line through it would step. At the
    end reports still come in, and a line may go on, drawn as provisional; of few members it would step there too.
    """
    known = [r for r in readings if r.value is not None]
    newest = next((r for r in reversed(known) if r.final), None)
    if newest is None:
        return []
    end = shifted(newest.quarter, COMING_IN)
    return [
        r for r in known if r.final or (newest.quarter < r.quarter <= end and 3 * r.n_measured > 2 * newest.n_measured)
    ]
