"""The tables of claims, made once a run for the three assets that each hold one of them.

Belongs here: remembering them for as long as the frames they were made from live. Does not belong here: how a claim is
judged (analytics.claims).
"""

import weakref

import polars as pl

from analytics.claims import Tables, tables
from analytics.stacks import Stacks

_made: tuple[tuple[weakref.ref[object], ...], Tables] | None = None


def judged(stacks: Stacks, *frames: pl.DataFrame) -> Tables:
    """Return the tables of claims of a registry, from the frames that `analytics.claims.tables` takes.

    The warehouse gives the same frame for the same table until it is replaced, so frames are told by identity.
    """
    global _made  # noqa: PLW0603 - one slot for the process; a run writes at a time
    given = (stacks, *frames)
    if _made is None or any(a() is not b for a, b in zip(_made[0], given, strict=True)):
        _made = (tuple(weakref.ref(x) for x in given), tables(stacks.claims, *frames))
    return _made[1]
