"""The layer palette as colour-blind readers see it: layers that touch stay apart.

Simulation: Machado, Oliveira and Fernandes 2009, severity 1, in linear RGB. Difference: CIEDE2000 (Sharma, Wu and Dalal
2005), D65. The least differences are those that the art direction states.
"""

from itertools import combinations, pairwise
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt

import pytest

from dashboard import theme

Vector = tuple[float, float, float]

SEEN = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
WHITE = (0.95047, 1.0, 1.08883)


def times(matrix: tuple[Vector, ...], vector: Vector) -> Vector:
    first, second, third = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return first, second, third


def lab(colour: str, seen: str = "normal") -> Vector:
    """CIELAB of '#rrggbb' as a kind of reader sees it."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = tuple(c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue))
    light = times(SEEN[seen], (linear[0], linear[1], linear[2]))
    x, y, z = times(XYZ, tuple(min(max(c, 0.0), 1.0) for c in light))  # type: ignore[arg-type]
    fx, fy, fz = (
        t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116
        for t in (x / WHITE[0], y / WHITE[1], z / WHITE[2])
    )
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def ciede2000(one: Vector, other: Vector) -> float:
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean = (hypot(a1, b1) + hypot(a2, b2)) / 2
    g = 0.5 * (1 - sqrt(mean**7 / (mean**7 + 25.0**7)))
    a1, a2 = (1 + g) * a1, (1 + g) * a2
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = h2 - h1
    if not c1 * c2:
        turn = 0.0
    elif abs(turn) > 180:
        turn += -360 if turn > 0 else 360
    big_h = 2 * sqrt(c1 * c2) * sin(radians(turn) / 2)
    ml, mc = (l1 + l2) / 2, (c1 + c2) / 2
    mh = h1 + h2
    if c1 * c2:
        mh = mh / 2 if abs(h1 - h2) <= 180 else (mh + (360 if mh < 360 else -360)) / 2
    t = (
        1 - 0.17 * cos(radians(mh - 30)) + 0.24 * cos(radians(2 * mh)) + 0.32 * cos(radians(3 * mh + 6))
        - 0.20 * cos(radians(4 * mh - 63))
    )  # fmt: skip
    rotation = -2 * sqrt(mc**7 / (mc**7 + 25.0**7)) * sin(radians(60 * exp(-(((mh - 275) / 25) ** 2))))
    sl = 1 + 0.015 * (ml - 50) ** 2 / sqrt(20 + (ml - 50) ** 2)
    sc, sh = 1 + 0.045 * mc, 1 + 0.015 * mc * t
    dl, dc, dh = (l2 - l1) / sl, (c2 - c1) / sc, big_h / sh
    return sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh)


# From the table of Sharma, Wu and Dalal: pairs 1, 7, 17 and 25.
@pytest.mark.parametrize(
    ("one", "other", "difference"),
    [
        ((50.0, 2.6772, -79.7751), (50.0, 0.0, -82.7485), 2.0425),
        ((50.0, 0.0, 0.0), (50.0, -1.0, 2.0), 2.3669),
        ((50.0, 2.5, 0.0), (73.0, 25.0, -18.0), 27.1492),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
    ],
)
def test_the_measure_of_difference_is_that_of_its_authors(one: Vector, other: Vector, difference: float) -> None:
    assert ciede2000(one, other) == pytest.approx(difference, abs=5e-5)


# Least differences of neighbours in stack order: normal, protan, deutan, tritan; and of any two, normal.
LEAST = {"light": ((16.4, 17.1, 11.7, 11.8), 8.8), "dark": ((16.2, 13.4, 12.1, 11.2), 11.1)}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_neighbours_in_the_stack_stay_apart_for_every_reader(scheme: str) -> None:
    colours = [pair[scheme == "dark"] for pair in theme.LAYERS.values()]
    neighbours = [min(ciede2000(lab(one, seen), lab(other, seen)) for one, other in pairwise(colours)) for seen in SEEN]
    assert neighbours == pytest.approx(LEAST[scheme][0], abs=0.06)
    assert min(
        ciede2000(lab(one, seen), lab(other, seen)) for one, other in combinations(colours, 2) for seen in SEEN
    ) == pytest.approx(LEAST[scheme][1], abs=0.06)
