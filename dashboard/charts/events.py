"""Events on charts over time: a thin rule and a few words at the top, each in a line of its own so that none touch.

Belongs here: what happened when, as marks. Does not belong here: which chart has room for them.
"""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

import altair as alt

LINE = 14  # pixels between the words of one event and those of the next
MOST = 3  # events on one chart


class Event(NamedTuple):
    """Something that happened: a day, and what to call it."""

    day: date
    name: str

    @property
    def at(self) -> float:
        """The day on a scale of years, on which 2025 is its first day and 2025.25 the end of its first quarter."""
        start = date(self.day.year, 1, 1)
        return self.day.year + (self.day - start).days / (date(self.day.year + 1, 1, 1) - start).days


LAUNCH = Event(date(2022, 11, 30), "ChatGPT")


def rows(events: Sequence[Event], first: float, last: float) -> list[dict[str, object]]:
    """Return the events between two ends of an axis, at most three, oldest first; words lean to the roomier side."""
    shown = sorted(e for e in events if first < e.at < last)[:MOST]
    return [
        {"x": round(e.at, 3), "text": e.name, "y": 2 + LINE * line, "leans": e.at > first + (last - first) * 0.6}
        for line, e in enumerate(shown)
    ]


def marks(x: alt.X) -> list[alt.Chart]:
    """Return the marks over the data set `events`, for a chart with this x."""
    base = alt.Chart(alt.NamedData("events")).encode(x=x)
    words = base.encode(y=alt.Y("y:Q", scale=None, axis=None), text="text:N")
    return [
        base.mark_rule(color="@rule-2", strokeDash=[2, 3]),
        words.transform_filter("!datum.leans").mark_text(
            align="left", baseline="top", dx=4, fill="@muted", fontSize=11
        ),
        words.transform_filter("datum.leans").mark_text(
            align="right", baseline="top", dx=-4, fill="@muted", fontSize=11
        ),
    ]
