"""Values and tests in words.

Belongs here: short plain texts for people who read the table. Does not belong here: a verdict; pages write their own.
"""

from collections.abc import Mapping, Sequence

from analytics.stacks import Claim


def amount(value: float | None, unit: str) -> str:
    """Return a value with its unit: '62.1%', '0.17×', '$12.3 bn', '3 companies'; '–' where unknown."""
    if value is None:
        return "–"
    match unit:
        case "fraction":
            return f"{100 * value:.1f}%"
        case "times":
            return f"{value:.2f}×"
        case "years":
            return f"{value:.1f} years"
        case "USD":
            return f"{'-' if value < 0 else ''}${abs(value) / 1e9:.1f} bn" if value else "$0"
        case _:
            return f"{value:.0f} {unit}"


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: 'a, b and c'."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def threshold(claim: Claim, unit: str, names: Mapping[str, str]) -> str:
    """Return what would have to hold for the claim, in words."""
    others = listed([names.get(v, v) for v in claim.versus]) or "every other layer"
    if claim.test == "band":
        low, high = (None if b is None else amount(b, unit) for b in (claim.low, claim.high))
        if low and high:
            return f"from {low} to {high}"
        return f"at least {low}" if low else f"at most {high}"
    return {
        "highest": f"above {others}",
        "lowest": f"below {others}",
        "above": f"above {others}",
        "below": f"below {others}",
        "rising": f"above {claim.since}",
        "falling": f"below {claim.since}",
    }.get(claim.test, "none")
