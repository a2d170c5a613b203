"""Bars along rows: parts side by side from zero, negative ones to the left, the sum at the right; a key above.

One structure serves layers, years and lenses: what a row is, is the card's business.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure, text_width

ROW, SHORT, LINE = 30, 26, 18  # pixels of a row, of one on a phone, of a line of the key
SCALES = {"USD": 1e9, "fraction": 0.01}


class Part(NamedTuple):
    """One part of a row: its name, value (None where unknown) and colour token without '@'; 'hatch' is hatched."""

    name: str
    value: float | None
    fill: str


class Bar(NamedTuple):
    """One row: name, parts, what stands at its right, and words in its place where it is unknown."""

    name: str
    parts: Sequence[Part]
    text: str
    unknown: str = ""
    provisional: bool = False


def picture(bars: Sequence[Bar], unit: str, key: Sequence[tuple[str, str]] = (), narrow: bool = False) -> Picture:
    """Return the drawing of the rows from top to bottom; `key`: (name, colour token) of the parts, in their order.

    Raises:
        KeyError: a unit other than USD and fraction.
    """
    scale = SCALES[unit]
    rows: list[dict[str, object]] = []
    pieces: list[dict[str, object]] = []
    low, high = 0.0, 0.0
    for index, bar in enumerate(bars):
        rows.append({"row": index + 0.5, "name": bar.name, "text": bar.text, "words": bar.unknown or None})
        left = right = 0.0
        for part in bar.parts:
            if not part.value:
                continue
            size = part.value / scale
            start = right if size > 0 else left
            left, right = (left, right + size) if size > 0 else (left + size, right)
            pieces.append(
                {
                    "row": index + 0.5, "x": round(start, 4), "x2": round(start + size, 4),
                    "fill": f"@{part.fill}" if part.fill != "hatch" else "url(#hatch)",
                    "pale": bar.provisional, "tip": f"{bar.name}\n{part.name} {_written(part.value, unit)}"
                    + ("\nprovisional" if bar.provisional else ""),
                }
            )  # fmt: skip
        low, high = min(low, left), max(high, right)
    span = (high - low) or 1.0
    low, high = low - span * 0.02 * (low < 0), high + span * 0.03
    labels, lines = _key(key, -96.0 if narrow else 0.0, 220 if narrow else 620)
    tokens = {"@rows": len(bars), "@low": low, "@high": high, "@ticks": _ticks(low, high)}
    data: dict[str, list[dict[str, object]]] = {"rows": rows, "pieces": pieces, "key": labels, "zero": [{"x": 0}]}
    return Picture(
        _spec(unit), data, (SHORT if narrow else ROW) * len(bars), 22 + (12 + LINE * lines if lines else 0), tokens
    )


def _written(value: float, unit: str) -> str:
    return formats.dollars(value) if unit == "USD" else formats.points(value)


def _ticks(low: float, high: float) -> list[float]:
    """Round values, zero among them: the smallest step of 1, 2 or 5 that takes at most five."""
    steps = (digit * 10.0**power for power in range(-4, 7) for digit in (1, 2, 5))
    step = next(one for one in steps if (high - low) / one <= 5)
    return [round(at * step, 6) for at in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _key(key: Sequence[tuple[str, str]], start: float, end: int) -> tuple[list[dict[str, object]], int]:
    """Places of the key's entries above the plot, from start to end in its pixels, and how many lines they take."""
    found: list[dict[str, object]] = []
    x, line = start, 0
    for name, fill in key:
        size = text_width(name, 12) + 40
        if x > start and x + size > end:
            x, line = start, line + 1
        found.append({"x": x, "line": line, "text": name, "fill": f"@{fill}" if fill != "hatch" else "url(#hatch)"})
        x += size
    lines = line + 1 if key else 0
    for entry in found:
        entry["y"] = -(33 + LINE * (lines - 1 - int(str(entry["line"]))))
    return found, lines


@structure
def _spec(unit: str) -> alt.TopLevelMixin:
    written = (
        "(datum.value < 0 ? '−' : '') + '$' + format(abs(datum.value), ',') + (datum.value ? ' bn' : '')"
        if unit == "USD"
        else "replace(format(datum.value, ''), '-', '−') + (datum.value ? ' pts' : '')"
    )
    axis = alt.Axis(values="@ticks", labelExpr=written, orient="top", grid=True)
    x = alt.X("x:Q", title=None, scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False), axis=axis)
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, "@rows"], reverse=True, nice=False, zero=False))
    rows = alt.Chart(alt.NamedData("rows")).encode(y=y)
    pieces = alt.Chart(alt.NamedData("pieces")).encode(
        x=x, x2="x2:Q", y=y, fill=alt.Fill("fill:N", scale=None), tooltip="tip:N"
    )
    key = alt.Chart(alt.NamedData("key")).encode(
        x=alt.X("x:Q", scale=None, axis=None), y=alt.Y("y:Q", scale=None, axis=None)
    )
    return alt.layer(
        pieces.transform_filter("!datum.pale").mark_bar(height=17, stroke="@surface", strokeWidth=1),
        pieces.transform_filter("datum.pale").mark_bar(
            height=17, stroke="@muted", strokeWidth=1, strokeDash=[3, 2], fillOpacity=0.45
        ),
        alt.Chart(alt.NamedData("zero")).mark_rule(color="@ink-2").encode(x=x),
        rows.mark_text(align="right", dx=-10, fill="@ink", fontSize=12.5).encode(x=alt.value(0), text="name:N"),
        rows.mark_text(align="right", dx=84, fill="@ink", fontWeight=600).encode(x=alt.value("width"), text="text:N"),
        rows.transform_filter("isValid(datum.words)")
        .transform_calculate(x="0")
        .mark_text(align="left", dx=7, fill="@muted")
        .encode(x=x, text="words:N"),
        key.mark_square(size=110, opacity=1, stroke="@muted", strokeWidth=0.5, xOffset=6).encode(
            fill=alt.Fill("fill:N", scale=None)
        ),
        key.mark_text(align="left", dx=17, fill="@ink-2").encode(text="text:N"),
    )
