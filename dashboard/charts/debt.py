"""Debt: a row per layer; dots are companies, the band their range, the ink tick the median; the extremes are named."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure, text_width

ROW = 40


class Load(NamedTuple):
    """One company's multiple, and the quarter it is of."""

    name: str
    value: float
    quarter: str


def reach(layers: Sequence[tuple[str, str, Sequence[Load]]]) -> float:
    """Return the end of the axis: room for nine companies in ten, and never less than 2×."""
    values = sorted(load.value for _, _, loads in layers for load in loads)
    if not values:
        return 2.0
    ninth = values[min(len(values) - 1, int(len(values) * 0.93))]
    return max(2.0, min(values[-1], max(ninth, 4.0)) * 1.12)


def picture(layers: Sequence[tuple[str, str, Sequence[Load]]], measure: str, width: int = 400) -> Picture:
    """Return the drawing of (name, colour, loads) in stack order; `width` is the narrowest plot it must fit, in pixels."""
    end = reach(layers)
    rows, dots, names, ticks = [], [], [], []
    for index, (layer, colour, loads) in enumerate(layers):
        at = index + 0.5
        row: dict[str, object] = {"row": at, "name": layer, "stroke": f"@{colour}"}
        if loads:
            inside = [load.value for load in loads]
            row |= {"x": min(min(inside), end), "x2": min(max(inside), end)}
            middle = median(inside)
            ticks.append({"row": at, "x": min(middle, end),
                          "tip": f"{layer}\nmedian {formats.times(middle)} of {len(loads)} companies"})  # fmt: skip
        else:
            row["words"] = "no public figures"
        rows.append(row)
        dots += [{"row": at, "x": min(load.value, end), "fill": f"@{colour}", "beyond": load.value > end,
                  "tip": f"{load.name}\n{layer}\n{measure} {formats.times(load.value)}\n{formats.quarter(load.quarter)}"}
                 for load in loads]  # fmt: skip
        names += _names(at, loads, end, width)
    ticks_at = [t for t in range(0, 100, 1 if end < 4 else 2 if end < 11 else 5) if t <= end * 0.96]
    tokens = {"@end": end, "@rows": len(layers), "@ticks": ticks_at}
    return Picture(_spec(), {"rows": rows, "dots": dots, "names": names, "ticks": ticks}, ROW * len(layers), 30, tokens)


def _names(at: float, loads: Sequence[Load], end: float, width: int) -> list[dict[str, object]]:
    """The extremes: the highest always, the lowest where it does not touch the highest."""
    if not loads:
        return []
    ordered = sorted(loads, key=lambda load: load.value)
    top, found = ordered[-1], []
    text = top.name + (f" {formats.times(top.value)} ▸" if top.value > end else "")
    # Label boxes centred on the dot, pushed inside the plot.
    size = text_width(text, 11.5)
    centre = min(max(min(top.value, end) / end * width, size / 2 - 20), width - size / 2 + 6)
    found.append({"row": at, "x": centre / width * end, "text": text})
    low = ordered[0]
    low_size = text_width(low.name, 11.5)
    low_centre = max(low.value / end * width, low_size / 2 - 20)
    if len(ordered) > 1 and low_centre + low_size / 2 + 10 < centre - size / 2:
        found.append({"row": at, "x": low_centre / width * end, "text": low.name})
    return found


@structure
def _spec() -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=[0, "@end"], nice=False),
        axis=alt.Axis(values="@ticks", labelExpr="datum.value + '×'", orient="top", grid=False),
    )
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, "@rows"], reverse=True, nice=False))
    rows = alt.Chart(alt.NamedData("rows")).encode(y=y)
    dots = alt.Chart(alt.NamedData("dots")).encode(x=x, y=y, tooltip="tip:N")
    return alt.layer(
        rows.mark_rule(color="@rule").encode(x=alt.value(0), x2=alt.value("width")),
        rows.mark_text(align="right", dx=-10, fill="@ink", fontSize=12.5).encode(x=alt.value(0), text="name:N"),
        rows.transform_filter("isValid(datum.words)")
        .mark_text(align="left", dx=6, dy=-9, fill="@muted")
        .encode(x=alt.value(0), text="words:N"),
        rows.transform_filter("isValid(datum.x)")
        .mark_rule(strokeWidth=3, opacity=0.5)
        .encode(x=x, x2="x2:Q", stroke=alt.Stroke("stroke:N", scale=None)),
        dots.mark_circle(size=62, opacity=1, stroke="@surface", strokeWidth=1).encode(
            fill=alt.Fill("fill:N", scale=None)
        ),
        alt.Chart(alt.NamedData("ticks"))
        .mark_tick(color="@ink", thickness=2.5, size=17, orient="vertical")
        .encode(x=x, y=y, tooltip="tip:N"),
        alt.Chart(alt.NamedData("names"))
        .mark_text(dy=-12, fontSize=11.5, fill="@ink-2")
        .encode(x=x, y=y, text="text:N"),
    )
