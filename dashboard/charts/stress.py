"""Stress: a table with one hue, tinted from a printed threshold on, the figure in each cell; unknown cells hatched."""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure, text_width

ROW, SHORT = 36, 30  # pixels of a row, on a wide screen and on a phone
STRONGEST = 0.62
LONG = 18  # characters from which a name takes two lines on a phone


class Gauge(NamedTuple):
    """One reading of strain: its title for wide and narrow columns, unit, where tint starts and where it is full.

    `calm` above `worst` means that low values are the strained ones.
    """

    title: str
    narrow: str
    unit: str
    calm: float
    worst: float

    def strain(self, value: float) -> float:
        """Return 0 (calm) to 1 (worst)."""
        return min(max((value - self.calm) / (self.worst - self.calm), 0.0), 1.0)


class Readings(NamedTuple):
    """One layer and its values, one a gauge, None where unknown."""

    name: str
    colour: str
    values: Sequence[float | None]
    unknown: Sequence[str]


def picture(gauges: Sequence[Gauge], layers: Sequence[Readings], narrow: bool = False) -> Picture:
    """Return the drawing of layers in stack order against the gauges."""
    cells, rows = [], []
    names: list[dict[str, object]] = []
    titles = [gauge.title.replace("\n", " ") for gauge in gauges]
    for index, layer in enumerate(layers):
        rows.append({"row2": index + 1, "middle": index + 0.5, "fill": f"@{layer.colour}"})
        lines = layer.name.split(" & ") if narrow and len(layer.name) > LONG else [layer.name]
        lines = [f"{line} &" for line in lines[:-1]] + lines[-1:]
        names += [
            {"y": index + 0.5 + (at - (len(lines) - 1) / 2) * 14 / (SHORT if narrow else ROW), "name": line}
            for at, line in enumerate(lines)
        ]
        for column, (gauge, value) in enumerate(zip(gauges, layer.values, strict=True)):
            cells.append(
                {
                    "x": column, "x2": column + 1, "row": index, "row2": index + 1, "middle": index + 0.5,
                    "known": value is not None,
                    "tint": round(gauge.strain(value) * STRONGEST, 3) if value is not None else 0,
                    "text": formats.metric(value, gauge.unit),
                    "tip": f"{layer.name}\n{titles[column]} {formats.metric(value, gauge.unit, 1)}"
                    + ("" if value is not None else f"\n{layer.unknown[column]}"),
                }
            )  # fmt: skip
    heads: list[dict[str, object]] = []
    row = SHORT if narrow else ROW
    for column, gauge in enumerate(gauges):
        lines = (gauge.narrow if narrow else gauge.title).split("\n")
        # Above the first row, the last line nearest to it.
        heads += [
            {"x": column + 1, "y": -(8 + 14 * (len(lines) - 1 - at)) / row, "text": line}
            for at, line in enumerate(lines)
        ]
    left = 24 + max(text_width(str(name["name"]), 12.5) for name in names)
    tokens = {"@rows": len(layers), "@columns": len(gauges), "@left": -left, "@square": 5 - left, "@name": 18 - left}
    return Picture(
        _spec(),
        {"cells": cells, "rows": rows, "names": names, "heads": heads},
        row * len(layers),
        62 if narrow else 34,
        tokens,
    )


@structure
def _spec() -> alt.TopLevelMixin:
    def x(field: str) -> alt.X:
        return alt.X(f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, "@columns"], nice=False, zero=False))

    def y(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q", axis=None, scale=alt.Scale(domain=[0, "@rows"], reverse=True, nice=False, zero=False)
        )

    cells = alt.Chart(alt.NamedData("cells")).encode(x=x("x"), x2="x2:Q", y=y("row"), y2="row2:Q", tooltip="tip:N")
    rows = alt.Chart(alt.NamedData("rows"))
    return alt.layer(
        cells.transform_filter("datum.known")
        .mark_rect(fill="@strain", stroke="@surface", strokeWidth=2)
        .encode(fillOpacity=alt.FillOpacity("tint:Q", scale=None)),
        cells.transform_filter("!datum.known").mark_rect(fill="url(#hatch)", stroke="@surface", strokeWidth=2),
        rows.mark_rule(color="@rule").encode(x=alt.value("@left"), x2=alt.value(0), y=y("row2")),
        rows.mark_square(size=80, opacity=1).encode(
            x=alt.value("@square"), y=y("middle"), fill=alt.Fill("fill:N", scale=None)
        ),
        alt.Chart(alt.NamedData("names"))
        .mark_text(align="left", fill="@ink", fontSize=12.5)
        .encode(x=alt.value("@name"), y=y("y"), text="name:N"),
        alt.Chart(alt.NamedData("heads"))
        .mark_text(align="right", baseline="alphabetic", dx=-8, fill="@muted")
        .encode(x=x("x"), y=y("y"), text="text:N"),
        alt.Chart(alt.NamedData("cells"))
        .mark_text(align="right", dx=-9, fill="@ink", fontSize=12.5)
        .encode(x=x("x2"), y=y("middle"), text="text:N", tooltip="tip:N"),
    )
