"""The defaults of what cannot be measured: cost of capital, lives and split of capex.

Belongs here: reading a default of justification.toml, where each stands with its source and range. Does not belong
here: what a reader may choose instead, or what follows from an assumption.
"""

import tomllib
from functools import cache
from importlib import resources


@cache
def defaults() -> dict[str, float]:
    """Return every assumption's default by its id."""
    text = resources.files("analytics").joinpath("justification.toml").read_text(encoding="utf-8")
    return {entry["id"]: float(entry["default"]) for entry in tomllib.loads(text)["assumption"]}


def default(assumption: str) -> float:
    """Return the default of an assumption: a fraction, or years.

    Raises:
        KeyError: no such assumption; the message lists those there are.
    """
    if assumption not in defaults():
        raise KeyError(f"no assumption {assumption!r}; there are {sorted(defaults())}")
    return defaults()[assumption]
