"""Where labels go: Vega-Lite has no collision handling, so it is done here, in pixels.

Belongs here: placing boxes so that they do not touch. Does not belong here: what is written in them.
"""

from collections.abc import Sequence
from typing import NamedTuple

LEADER = 14  # the least height of a leader, so that it is seen
SHIFTS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.03, 0.97)  # parts of a label that may stand left of what it points at


class Box(NamedTuple):
    """A rectangle in pixels, y upwards."""

    left: float
    bottom: float
    right: float
    top: float

    def touches(self, other: "Box") -> bool:
        """Whether two boxes share any area."""
        return (
            self.left < other.right and other.left < self.right and self.bottom < other.top and other.bottom < self.top
        )


class Wanted(NamedTuple):
    """A label to place: its size, the x it points at, the y above which it may stand, and whether it needs a leader."""

    width: float
    height: float
    anchor: float
    floor: float
    led: bool = False


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Return positions at least `gap` apart, between low and high, as near to the wanted ones as a pass each way gives.

    The wanted positions are in rising order. Where there is no room for all, the gap shrinks to what there is.
    """
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    placed: list[float] = []
    for value in wanted:
        placed.append(max(value, low, placed[-1] + gap if placed else low))
    ceiling = high
    for index in range(len(placed) - 1, -1, -1):
        placed[index] = min(placed[index], ceiling)
        ceiling = placed[index] - gap
    return placed


def place(wanted: Sequence[Wanted], obstacles: Sequence[Box], width: float, top: float) -> list[Box]:
    """Return a box for each label, above its floor, inside 0..width, touching no obstacle, label or leader.

    Labels that need no leader are placed first. For the others a leader runs from the label straight down to its floor;
    several orders are tried, and the one with the lowest labels and the fewest crossed leaders is taken. A label that
    finds no room stands at the top.
    """
    free = sorted((i for i, label in enumerate(wanted) if not label.led), key=lambda i: wanted[i].floor)
    led = sorted((i for i, label in enumerate(wanted) if label.led), key=lambda i: wanted[i].anchor)
    orders = (led, led[::-1], sorted(led, key=lambda i: wanted[i].floor), sorted(led, key=lambda i: -wanted[i].floor))
    tries = [_placed(wanted, [*free, *order], obstacles, width, top) for order in orders]
    _, boxes = min(tries, key=lambda one: one[0])
    return [boxes[index] for index in range(len(wanted))]


def crossed(wanted: Sequence[Wanted], boxes: Sequence[Box]) -> int:
    """Return how often a leader runs through another label: the picture is then too crowded to be read."""
    lines = [leader(label, box) for label, box in zip(wanted, boxes, strict=True)]
    return sum(line.touches(box) for i, line in enumerate(lines) for j, box in enumerate(boxes) if i != j)


def _placed(
    wanted: Sequence[Wanted], order: Sequence[int], obstacles: Sequence[Box], width: float, top: float
) -> tuple[float, dict[int, Box]]:
    """Labels placed one after the other, each where it costs least, and what it all costs."""
    taken, boxes, total = list(obstacles), {}, 0.0
    for at, index in enumerate(order):
        label = wanted[index]
        later = [wanted[i] for i in order[at + 1 :]]
        tried = [_lowest(label, shift, taken, width, top) for shift in SHIFTS]
        cost, box = min((_cost(label, box, taken, later), box) for box in tried)
        boxes[index] = box
        total += cost
        taken += [box, leader(label, box)]
    return total, boxes


def _lowest(label: Wanted, shift: float, taken: Sequence[Box], width: float, top: float) -> Box:
    """The lowest box that touches nothing, `shift` of it left of the anchor; at the top where there is no room."""
    left = min(max(label.anchor - label.width * shift, 0), width - label.width)
    bottom = label.floor + (LEADER if label.led else 0)
    while bottom + label.height <= top:
        box = Box(left, bottom, left + label.width, bottom + label.height)
        hit = [other for other in taken if box.touches(other)]
        if not hit:
            return box
        bottom = max(other.top for other in hit) + 0.01
    return Box(left, top - label.height, left + label.width, top)


def leader(label: Wanted, box: Box) -> Box:
    """Return the leader of a placed label, from its foot down to its floor, as a thin box."""
    return Box(label.anchor - 2, label.floor, label.anchor + 2, max(box.bottom, label.floor + 0.01))


def _cost(label: Wanted, box: Box, taken: Sequence[Box], later: Sequence[Wanted]) -> float:
    """Height over the floor, distance from the anchor, what is touched, and leaders to come that it would cross."""
    line = leader(label, box)
    aside = abs((box.left + box.right) / 2 - label.anchor) / label.width
    through = sum(line.touches(other) for other in taken if other.bottom >= label.floor - 1)
    touched = sum(box.touches(other) for other in taken)
    blocked = sum(one.led and box.left - 3 < one.anchor < box.right + 3 and box.bottom > one.floor for one in later)
    return box.bottom - label.floor + aside * 90 + 500 * through + 2000 * touched + 60 * blocked
