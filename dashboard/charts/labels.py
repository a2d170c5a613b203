"""Where labels go: Vega-Lite has no collision handling, so it is done here, in pixels.

Belongs here: placing boxes so that they do not touch. Does not belong here: what is written in them.
"""

from collections.abc import Sequence
from typing import NamedTuple

LEADER = 14  # the least height of a leader, so that it is seen


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

    Labels that need no leader are placed first, then the others, each from the lowest floor up, at the lowest free
    height, preferring to be centred on its anchor. Leaders (from label straight down to the floor) count as obstacles
    for those that follow. A label that finds no room stands at the top.
    """
    taken, boxes = list(obstacles), {}
    order = sorted(range(len(wanted)), key=lambda index: (wanted[index].led, wanted[index].floor, wanted[index].anchor))
    for index in order:
        label = wanted[index]
        best: tuple[float, Box] | None = None
        for shift in (0.5, 0.3, 0.7, 0.03, 0.97):
            left = min(max(label.anchor - label.width * shift, 0), width - label.width)
            bottom = label.floor + (LEADER if label.led else 0)
            while bottom + label.height <= top:
                box = Box(left, bottom, left + label.width, bottom + label.height)
                hit = [other for other in taken if box.touches(other)]
                if not hit:
                    break
                bottom = max(other.top for other in hit) + 0.01
            else:
                continue
            leader = Box(label.anchor - 2, label.floor, label.anchor + 2, max(bottom, label.floor + 0.01))
            crossed = any(leader.touches(other) for other in taken if other.bottom >= label.floor - 1)
            cost = bottom - label.floor + abs(shift - 0.5) * 90 + (500 if crossed else 0)
            if best is None or cost < best[0]:
                best = (cost, box)
        box = best[1] if best else _highest(label, width, top)
        boxes[index] = box
        taken += [box, Box(label.anchor - 2, label.floor, label.anchor + 2, box.bottom)]
    return [boxes[index] for index in range(len(wanted))]


def _highest(label: Wanted, width: float, top: float) -> Box:
    left = min(max(label.anchor - label.width / 2, 0), width - label.width)
    return Box(left, top - label.height, left + label.width, top)
