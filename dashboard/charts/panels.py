"""Small multiples: one panel a layer, the same scale in all, the other layers as ghosts, a dot at the newest quarter.

One specification and one data set serve every panel; a panel differs by its accent and by which layer it shows.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt

from dashboard.charts.picture import Picture, quarter_at, structure
from dashboard.ledger import position

HEIGHT = 104
LINES = (0.0, 0.5)  # values that every panel has a dotted line at


class Point(NamedTuple):
    """One value of one layer in one calendar quarter."""

    quarter: str
    value: float
    final: bool


def pictures(
    layers: Sequence[tuple[str, str, Sequence[Point]]],
    measure: str,
    low: float,
    high: float,
    dots: Mapping[str, str],
    now: Mapping[str, Sequence[Point]] | None = None,
) -> dict[str, Picture]:
    """Return a drawing for each (name, colour, points) that has points, by name; values beyond low..high are cut.

    The data sets are one and the same objects in all of them, so that a page holds them once. `dots`: the quarter at
    which a layer has its dot, by name. `now`: where the layers are as a past day knew them, what is known now, by
    name; it is dotted.
    """

    def rows(points: Sequence[tuple[str, Point]]) -> list[dict[str, object]]:
        return [
            {
                "layer": name,
                "x": position(p.quarter),
                "y": min(max(round(p.value, 5), low), high),
                "true": None if low <= p.value <= high else round(p.value, 5),  # what is cut, for the tooltip
            }
            for name, p in points
        ]

    later = [(name, p) for name, points in (now or {}).items() for p in points]
    data = {"series": rows([(name, p) for name, _, points in layers for p in points])}
    if now is not None:
        data["now"] = rows(later)
    quarters = sorted({p.quarter for _, _, points in layers for p in points} | {p.quarter for _, p in later})
    if not quarters:
        return {}
    first, last = position(quarters[0]), position(quarters[-1])
    found: dict[str, Picture] = {}
    for name, colour, points in layers:
        if points:
            finals = [p for p in points if p.final]
            tokens = {
                "@layer": name,
                "@measure": measure,
                "@accent": f"@{colour}",
                "@labels": not found,  # the first panel names the lines for all
                "@side": side([(position(p.quarter) - first, p.value) for p in points], last - first, high - low),
                "@first": first,
                "@last": last,
                "@low": low,
                "@high": high,
                "@final": position(finals[-1].quarter) if finals else 0,
                "@at": position(dots[name]) if name in dots else 0,
                "@years": [int(first) + 1, int(last)],
            }
            found[name] = Picture(_spec(now is not None), data, HEIGHT, 17, tokens)
    return found


def side(points: Sequence[tuple[float, float]], width: float, height: float) -> str:
    """Say on which side of their lines the labels of 0 and 50 % stand clear of a curve of (x from the left, value)."""
    reach, size = 0.2 * width, 14 / HEIGHT * height
    near = [value - line for x, value in points if x <= reach for line in LINES]
    above, below = (sum(0 <= sign * gap < size for gap in near) for sign in (1, -1))
    return "line-bottom" if above <= below else "line-top"


@structure
def _spec(past: bool) -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(values="@years", format="d", grid=False, labelFontSize=11, labelFlush=True),
    )
    y = alt.Y(
        "y:Q",
        title=None,
        scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False),
        axis=alt.Axis(values=list(LINES), format="%", labelAlign="left", labelPadding=-2, labelOffset=0,
                      labelFontSize=11, labelBaseline="@side", labels="@labels",  # type: ignore[arg-type]
                      gridColor="@rule-2", gridDash=[2, 3], zindex=0),
    )  # fmt: skip
    base = alt.Chart(alt.NamedData("series")).encode(x=x, y=y)
    own = base.transform_filter("datum.layer == layer")
    today = alt.Chart(alt.NamedData("now")).encode(x=x, y=y).transform_filter("datum.layer == layer")
    return alt.layer(
        base.transform_filter("datum.layer != layer").mark_line(color="@ghost", strokeWidth=1).encode(detail="layer:N"),
        *([today.mark_line(color="@ink-2", strokeWidth=1.5, strokeDash=[1, 3])] if past else []),
        own.transform_filter("datum.x <= last").mark_line(color="@accent", strokeWidth=2.5),
        own.transform_filter("datum.x >= last").mark_line(
            color="@accent", strokeWidth=2.5, strokeDash=[2, 4], opacity=0.45
        ),
        own.transform_filter("datum.x == at").mark_circle(color="@accent", size=50, opacity=1),
        own.transform_calculate(
            tip=f"datum.layer + '\\n' + {quarter_at()} + (datum.x > last ? ', provisional' : '')"
            " + '\\n' + measure + ' ' + format(isValid(datum.true) ? datum.true : datum.y, '.1%')"
        )
        .mark_circle(size=220, opacity=0)
        .encode(tooltip="tip:N"),
    ).add_params(
        alt.param(name="last", value="@final"),
        alt.param(name="at", value="@at"),
        alt.param(name="measure", value="@measure"),
        alt.param(name="layer", value="@layer"),
    )
