"""Debt: a row per layer; dots are companies, the band their range, the ink tick the median; the extremes are named."""

from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure, text_width

ROW, SHORT = 40, 34  # pixels of a row, on a wide screen and on a phone
PHONE = 300  # pixels of a plot: what is narrower is on a phone
LOWEST = -4.0


class Load(NamedTuple):
    """One company's multiple, and the quarter it is of; late where that is older than the rest: drawn pale."""

    name: str
    value: float
    quarter: str
    late: bool = False


def reach(layers: Sequence[tuple[str, str, Sequence[Load]]]) -> tuple[float, float]:
    """Return the ends of the axis: room for nine companies in ten, at least 0× to 2×, at most −4× on the left."""
    values = sorted(load.value for _, _, loads in layers for load in loads)
    if not values:
        return 0.0, 2.0
    ninth = values[min(len(values) - 1, int(len(values) * 0.93))]
    return max(min(values[0] * 1.1, 0.0), LOWEST), max(2.0, min(values[-1], max(ninth, 4.0)) * 1.12)


def picture(layers: Sequence[tuple[str, str, Sequence[Load]]], measure: str, width: int = 400) -> Picture:
    """Return the drawing of (name, colour, loads) in stack order; `width`: the narrowest plot it must fit, pixels."""
    start, end = reach(layers)

    def cut(value: float) -> float:
        return min(max(value, start), end)

    rows, dots, names, ticks = [], [], [], []
    for index, (layer, colour, loads) in enumerate(layers):
        at = index + 0.5
        row: dict[str, object] = {"row": at, "name": layer, "stroke": f"@{colour}"}
        if loads:
            values = [load.value for load in loads]
            row |= {"x": cut(min(values)), "x2": cut(max(values))}
            middle = median(values)
            tip = f"{layer}\nmedian {formats.times(middle)} of {len(loads)} compan{'y' if len(loads) == 1 else 'ies'}"
            ticks.append({"row": at, "x": cut(middle), "tip": tip})
        else:
            row["words"] = "not known, or not meaningful"
        rows.append(row)
        for load in loads:
            tip = f"{load.name}\n{layer}\n{measure} {formats.times(load.value)}\n{formats.quarter(load.quarter)}"
            dots.append({"row": at, "x": cut(load.value), "fill": f"@{colour}", "late": load.late, "tip": tip})
        names += _names(at, loads, start, end, width)
    step = 1 if end - start < 4 else 2 if end - start < 13 else 5
    ticks_at = [t for t in range(-10, 100) if t % step == 0 and start <= t <= end * 0.96]
    tokens = {"@start": start, "@end": end, "@rows": len(layers), "@ticks": ticks_at}
    data = {"rows": rows, "dots": dots, "names": names, "ticks": ticks}
    return Picture(_spec(), data, (ROW if width > PHONE else SHORT) * len(layers), 19, tokens)


def _names(at: float, loads: Sequence[Load], start: float, end: float, width: int) -> list[dict[str, object]]:
    """The extremes: the highest always, the lowest where its name does not touch the other."""
    if not loads:
        return []
    scale = width / (end - start)
    ordered = sorted(loads, key=lambda load: load.value)
    top, low = ordered[-1], ordered[0]
    text = top.name + (f" {formats.times(top.value)} ▸" if top.value > end else "")
    size = text_width(text, 11.5)
    # Centred on the dot, pushed inside the plot; a name may stand 20 pixels out to the left.
    centre = min(max((min(top.value, end) - start) * scale, size / 2 - 20), width - size / 2 + 6)
    found: list[dict[str, object]] = [{"row": at, "x": start + centre / scale, "text": text}]
    low_size = text_width(low.name, 11.5)
    low_centre = max((max(low.value, start) - start) * scale, low_size / 2 - 20)
    if len(ordered) > 1 and low_centre + low_size / 2 + 10 < centre - size / 2:
        found.append({"row": at, "x": start + low_centre / scale, "text": low.name})
    return found


@structure
def _spec() -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@start", "@end"], nice=False, zero=False),
        axis=alt.Axis(values="@ticks", labelExpr="replace(datum.value, '-', '−') + '×'", orient="top", grid=False),
    )
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, "@rows"], reverse=True, nice=False, zero=False))
    rows = alt.Chart(alt.NamedData("rows")).encode(y=y)
    fill = alt.Fill("fill:N", scale=None)
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
        dots.transform_filter("!datum.late")
        .mark_circle(size=62, opacity=1, stroke="@surface", strokeWidth=1)
        .encode(fill=fill),
        dots.transform_filter("datum.late")
        .mark_circle(size=62, opacity=1, fillOpacity=0.45, strokeWidth=1, strokeDash=[2, 2])
        .encode(fill=fill, stroke=alt.Stroke("fill:N", scale=None)),
        alt.Chart(alt.NamedData("ticks"))
        .mark_tick(color="@ink", thickness=2.5, size=17, orient="vertical")
        .encode(x=x, y=y, tooltip="tip:N"),
        alt.Chart(alt.NamedData("names"))
        .mark_text(dy=-12, fontSize=11.5, fill="@ink-2")
        .encode(x=x, y=y, text="text:N"),
    )
