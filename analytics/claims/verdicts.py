"""The verdict on one reading of a claim: numbers in, verdict out.

Belongs here: the tests. Does not belong here: where the numbers come from (values.py), which quarter or basis is read
(ledger.py).
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from analytics.claims.rules import rules
from analytics.stacks import Claim

Numbers = Mapping[str, float | None]


class Judgement(NamedTuple):
    """A verdict; whether the claim holds for each subject and against each layer compared; why there is no verdict."""

    verdict: str
    holds: Mapping[str, bool | None]
    reason: str | None


def not_testable(reason: str) -> Judgement:
    """Return the judgement that nothing can be said."""
    return Judgement("not_testable", {}, reason)


def judge(claim: Claim, subjects: Numbers, versus: Numbers, then: Numbers, unit: str) -> Judgement:
    """Judge one reading of a claim by the rule of its test.

    Args:
        claim: the claim, with its test and bounds.
        subjects: values of the layers it is about; None where not measured.
        versus: values of the layers it compares; None where not measured.
        then: for rising and falling, the subjects' values of the quarter since which the claim speaks.
        unit: unit of the values, which says what a flat move is.
    """
    missing = [layer for layer, value in subjects.items() if value is None]
    if missing:
        return not_testable(f"not measured: {', '.join(missing)}")
    known = {layer: value for layer, value in subjects.items() if value is not None}
    if claim.test == "band":
        return _band(claim, known)
    if claim.test in ("rising", "falling"):
        return _moved(claim, known, then, unit)
    return _compared(claim, known, versus)


def _band(claim: Claim, subjects: Mapping[str, float]) -> Judgement:
    inside = {
        layer: (claim.low is None or value >= claim.low) and (claim.high is None or value <= claim.high)
        for layer, value in subjects.items()
    }
    return Judgement(_counted(list(inside.values())), inside, None)


def _moved(claim: Claim, subjects: Mapping[str, float], then: Numbers, unit: str) -> Judgement:
    unknown = [layer for layer in subjects if then.get(layer) is None]
    if unknown:
        return not_testable(f"not measured in {claim.since}: {', '.join(unknown)}")
    holds: dict[str, bool | None] = {}
    for layer, value in subjects.items():
        before = then[layer] or 0.0
        flat = rules().flat[unit] * (abs(before) if unit == "USD" else 1)
        move = value - before if claim.test == "rising" else before - value
        holds[layer] = None if abs(move) <= flat else move > 0
    if None in holds.values():
        return Judgement("mixed", holds, "a move too small to count")
    return Judgement(_counted([bool(h) for h in holds.values()]), holds, None)


def _compared(claim: Claim, subjects: Mapping[str, float], versus: Numbers) -> Judgement:
    known = {layer: value for layer, value in versus.items() if value is not None}
    if not known or len(known) < rules().least_compared * len(versus):
        return not_testable(f"{len(known)} of {len(versus)} layers compared are measured")
    up = claim.test in ("highest", "above")
    pairs = {(s, v): (a > b if up else a < b) for s, a in subjects.items() for v, b in known.items()}
    holds: dict[str, bool | None] = {
        **{s: all(pairs[s, v] for v in known) for s in subjects},
        **{v: all(pairs[s, v] for s in subjects) for v in known},
    }
    each_pair = claim.test in ("above", "below")
    counted = list(pairs.values()) if each_pair else [bool(holds[s]) for s in subjects]
    return Judgement(_counted(counted), holds, None)


def _counted(holds: Sequence[bool]) -> str:
    """Supported where all hold, contradicted where none does, mixed between."""
    return "supported" if all(holds) else "mixed" if any(holds) else "contradicted"
