"""Remembering: what follows from the same frames is worked out once, however many tables are made of it.

Belongs here: the decorator. Does not belong here: what is kept from one run to the next (assets/kept.py).
"""

import inspect
import weakref
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any, TypeVar, cast

import polars as pl

Function = TypeVar("Function", bound=Callable[..., Any])


def once(function: Function) -> Function:
    """Let a pure function of frames remember its results for as long as the frames live that it was given.

    Frames are told by identity, as nobody changes one in place; other arguments by equality, so give tuples, not lists.
    """
    signature, number = inspect.signature(function), count()
    remembered: dict[int, tuple[tuple[object, ...], object]] = {}

    @wraps(function)
    def remembering(*args: object, **named: object) -> object:
        bound = signature.bind(*args, **named)
        bound.apply_defaults()
        given = tuple(bound.arguments.values())
        # A frame may die, and with it what is remembered of it, at any moment.
        for before, result in list(remembered.values()):
            if all(_same(one, other) for one, other in zip(before, given, strict=True)):
                return result
        result, at = function(*args, **named), next(number)
        remembered[at] = (tuple(_held(value, lambda: remembered.pop(at, None)) for value in given), result)
        return result

    return cast("Function", remembering)


def _held(value: object, forget: Callable[[], object]) -> object:
    return weakref.ref(value, lambda _: forget()) if isinstance(value, pl.DataFrame) else value


def _same(before: object, given: object) -> bool:
    if isinstance(given, pl.DataFrame):
        return isinstance(before, weakref.ref) and before() is given
    return bool(before == given)
