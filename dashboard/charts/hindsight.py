"""What was known on a past day against what is known now: ring then, dot the same quarter now, tick the newest.

Belongs here: the drawing. Does not belong here: what was known when (marts.layer_metrics_then).
"""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure

ROW = 34
BEYOND = 3.0  # times the third quartile of the values: what lies further stands at the edge, its figure in words


class Then(NamedTuple):
    """One layer: its colour, the quarter that was newest then, the figure known then, the same now, and the newest."""

    name: str
    colour: str
    quarter: str | None
    then: float | None
    now: float | None
    newest: float | None
    unknown: str = "not known then"


def picture(rows: Sequence[Then], day: str, narrow: bool = False) -> Picture:
    """Return the drawing of the layers in stack order; values are fractions, `day` is written in tooltips."""
    values = sorted(v for row in rows for v in (row.then, row.now, row.newest) if v is not None)
    usual = max(abs(values[len(values) * 3 // 4]), 0.1) if values else 0.2
    high = min(max(values, default=0.2), BEYOND * usual)
    low = max(min([0.0, *values]), -BEYOND * usual)
    low, high = low - 0.03 * (high - low) * (low < 0), high + 0.04 * (high - low)
    drawn: list[dict[str, object]] = []
    for index, row in enumerate(rows):
        one: dict[str, object] = {"row": index + 0.5, "name": row.name, "fill": f"@{row.colour}"}
        if row.then is None or row.quarter is None:
            drawn.append(one | {"words": row.unknown, "text": ""})
            continue
        then, now, newest = (formats.percent(v, 1) for v in (row.then, row.now, row.newest))
        at = formats.quarter(row.quarter)
        one["tip"] = f"{row.name}\n{at}, known on {day}: {then}\nthe same quarter, known now: {now}\nnewest: {newest}"
        one["text"] = f"{formats.percent(row.then)} → {formats.percent(row.now)}"
        for name, value in (("then", row.then), ("now", row.now), ("newest", row.newest)):
            if value is not None:
                one[name] = round(min(max(value, low), high), 4)
        drawn.append(one)
    step = 0.1 if high - low < 0.7 else 0.2 if high - low < 1.4 else 1.0
    ticks = [round(at * step, 2) for at in range(-20, 60) if low <= at * step <= high]
    tokens = {"@rows": len(rows), "@low": low, "@high": high, "@ticks": ticks}
    return Picture(_spec(), {"rows": drawn}, ROW * len(rows), 20, tokens)


@structure
def _spec() -> alt.TopLevelMixin:
    def x(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False),
            axis=alt.Axis(values="@ticks", labelExpr="replace(format(datum.value, '.0%'), '-', '−')", orient="top"),
        )

    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, "@rows"], reverse=True, nice=False, zero=False))
    base = alt.Chart(alt.NamedData("rows")).encode(y=y)
    fill, stroke = alt.Fill("fill:N", scale=None), alt.Stroke("fill:N", scale=None)
    known = base.transform_filter("isValid(datum.then)")
    return alt.layer(
        base.mark_text(align="right", dx=-10, fill="@ink", fontSize=12.5).encode(x=alt.value(0), text="name:N"),
        base.mark_text(align="right", dx=92, fill="@ink-2").encode(x=alt.value("width"), text="text:N"),
        base.transform_filter("isValid(datum.words)")
        .mark_text(align="left", dx=6, fill="@muted")
        .encode(x=alt.value(0), text="words:N"),
        known.transform_filter("isValid(datum.now)")
        .mark_rule(strokeWidth=3, opacity=0.5)
        .encode(x=x("then"), x2="now:Q", stroke=stroke),
        known.transform_filter("isValid(datum.newest)")
        .mark_tick(color="@ink", thickness=2, size=16, orient="vertical")
        .encode(x=x("newest"), tooltip="tip:N"),
        known.transform_filter("isValid(datum.now)")
        .mark_circle(size=70, opacity=1)
        .encode(x=x("now"), fill=fill, tooltip="tip:N"),
        known.mark_circle(size=130, opacity=1, fillOpacity=0, strokeWidth=2).encode(
            x=x("then"), stroke=stroke, tooltip="tip:N"
        ),
    )
