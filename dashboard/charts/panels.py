"""Small multiples: one panel a layer, the same scale in all, the other layers as ghosts, a dot at the newest quarter.

One specification and one data set serve every panel; a panel differs by its accent and by which layer it shows.
"""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure
from dashboard.ledger import position

HEIGHT = 104


class Point(NamedTuple):
    """One value of one layer in one calendar quarter."""

    quarter: str
    value: float
    final: bool


def pictures(
    layers: Sequence[tuple[str, str, Sequence[Point]]], measure: str, low: float, high: float
) -> dict[str, Picture]:
    """Return a drawing for each (name, colour, points) that has points, by name; values beyond low..high are cut.

    The data set is one and the same object in all of them, so that a page holds it once.
    """
    rows = [
        {
            "layer": name,
            "x": position(p.quarter),
            "y": min(max(round(p.value, 5), low), high),
            "final": p.final,
            "tip": f"{name}\n{formats.quarter(p.quarter)}{'' if p.final else ', provisional'}\n"
            f"{measure} {formats.percent(p.value, 1)}",
        }
        for name, _, points in layers
        for p in points
    ]
    data = {"series": rows}
    quarters = sorted({p.quarter for _, _, points in layers for p in points})
    if not quarters:
        return {}
    first, last = position(quarters[0]), position(quarters[-1])
    found = {}
    for name, colour, points in layers:
        if points:
            finals = [p for p in points if p.final]
            tokens = {
                "@layer": name, "@accent": f"@{colour}", "@first": first, "@last": last, "@low": low, "@high": high,
                "@end": position(points[-1].quarter), "@final": position(finals[-1].quarter) if finals else 0,
                "@years": [int(first) + 1, int(last)],
            }  # fmt: skip
            found[name] = Picture(_spec(), data, HEIGHT + 24, tokens)
    return found


@structure
def _spec() -> alt.LayerChart:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),  # type: ignore[list-item]
        axis=alt.Axis(values="@years", format="d", grid=False, labelFontSize=11, labelFlush=True),  # type: ignore[arg-type]
    )
    y = alt.Y(
        "y:Q",
        title=None,
        scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False),  # type: ignore[list-item]
        axis=alt.Axis(values=[0, 0.5], format="%", labelAlign="left", labelBaseline="line-bottom", labelPadding=-2,
                      labelOffset=0, labelFontSize=11, gridColor="@rule-2", gridDash=[2, 3], zindex=0),
    )  # fmt: skip
    base = alt.Chart(alt.NamedData("series")).encode(x=x, y=y)
    own = base.transform_filter({"field": "layer", "equal": "@layer"})
    return alt.layer(
        base.transform_filter({"not": {"field": "layer", "equal": "@layer"}})
        .mark_line(color="@ghost", strokeWidth=1)
        .encode(detail="layer:N"),
        own.transform_filter({"field": "x", "lte": "@final"}).mark_line(color="@accent", strokeWidth=2.5),
        own.transform_filter({"field": "x", "gte": "@final"}).mark_line(
            color="@accent", strokeWidth=2.5, strokeDash=[2, 4], opacity=0.45
        ),
        own.transform_filter({"field": "x", "equal": "@final"}).mark_circle(color="@accent", size=50, opacity=1),
        own.mark_circle(size=220, opacity=0).encode(tooltip="tip:N"),
    ).properties(height=HEIGHT, autosize=alt.AutoSizeParams(type="fit-x", contains="padding"))
