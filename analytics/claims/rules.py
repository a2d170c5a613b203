"""The rules of verdicts as data.

Belongs here: reading rules.toml. Does not belong here: any judgement (verdicts.py).
"""

import tomllib
from functools import cache
from importlib import resources

from analytics.metrics import BY_METRIC
from analytics.stacks.entries import Entry, Text


class Measure(Entry):
    """A measure that the registry of metrics does not have."""

    title: Text
    unit: Text


class Rules(Entry):
    """The whole of rules.toml."""

    max_age_quarters: int
    least_compared: float
    flat: dict[str, float]
    verdict: dict[str, Text]
    test: dict[str, Text]
    reading: dict[str, Text]
    measure: dict[str, Measure]

    def unit_of(self, metric: str) -> str:
        """Return the unit of a metric, or of a measure that the claims engine supplies.

        Raises:
            ValueError: there is neither.
        """
        if metric in self.measure:
            return self.measure[metric].unit
        if metric in BY_METRIC:
            return BY_METRIC[metric].unit
        raise ValueError(f"a claim names {metric!r}, which is no metric; the engine adds {sorted(self.measure)}")


@cache
def rules() -> Rules:
    """Return the rules as declared."""
    text = resources.files("analytics.claims").joinpath("rules.toml").read_text(encoding="utf-8")
    return Rules.model_validate(tomllib.loads(text))
