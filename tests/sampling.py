"""Of many alike cases, `make test` runs some; `make prove` runs the rest, which are marked long."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def sampled(cases: Iterable[Any], every: int, name: Callable[[Any], str] = str) -> list[Any]:
    """Cases as parameters of a test: each `every`th is run with all tests, the others are long."""
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)), id=name(case), marks=[pytest.mark.long] * bool(n % every)
        )
        for n, case in enumerate(cases)
    ]
