"""One metric of one layer over time: the layer's value, the median and quartiles of its members, and the value without
the largest member. Quarters that are provisional are dashed and pale, and never carry the end label.
"""

from collections.abc import Container, Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.events import Event, marks
from dashboard.charts.events import rows as event_rows
from dashboard.charts.labels import spread
from dashboard.charts.picture import Picture, quarter_at, structure
from dashboard.ledger import Reading, position, shifted

HEIGHT = 260
# What stands after a number on the axis and in a tip, where it is not per cent.
AFTER = {"times": "×", "years": " years"}
SPAN = 4  # years that the axis shows at least: a short record looks short


class Shown(NamedTuple):
    """How a layer's metric is drawn: its unit and colour, its largest member, and where values are cut."""

    unit: str
    colour: str
    largest: str
    low: float
    high: float

    def cut(self, value: float | None) -> float | None:
        """Return the value as drawn."""
        return None if value is None else round(min(max(value, self.low), self.high), 5)


def pictures(
    readings: Sequence[Reading], shown: Shown, events: Sequence[Event] = (), joined: Container[str] = ()
) -> dict[str, Picture]:
    """Return the drawing of the readings that have a value, oldest first, wide and narrow; the page says what is cut.

    Where the layer's value is unknown its median is not drawn either: it would stand for fewer than half the members.
    `joined`: quarters that are left out, over which the line runs on. A quarter that stands alone is a dot.
    Both hold one and the same rows, so that a page holds them once; the narrow one shows the first event alone.
    """
    known = [r for r in readings if r.value is not None]
    final = [r for r in known if r.final]
    rows: list[dict[str, object]] = []
    quarter = known[0].quarter if known else ""
    by_quarter = {r.quarter: r for r in known}
    values = [0.0]
    while known and quarter <= known[-1].quarter:  # a gap in the record is a gap in the line
        r, at = by_quarter.get(quarter), quarter
        quarter = shifted(quarter, 1)
        if r is None and at in joined:
            continue
        parts = (r.value, r.median, r.p25, r.p75, r.without_largest) if r else (None,) * 5
        drawn = [shown.cut(part) for part in parts]
        values += [value for value in drawn if value is not None]
        rows.append(
            {"x": position(at), **dict(zip(("layer", "median", "p25", "p75", "without"), drawn, strict=True)),
             "n": r.n_measured if r else 0, "m": r.n_members if r else 0}
        )  # fmt: skip
    for before, row, after in zip([{}, *rows], rows, [*rows[1:], {}], strict=False):
        if row["layer"] is not None and before.get("layer") is None and after.get("layer") is None:
            row["alone"] = True
    low, high = min(values), max(values)
    high = high + (high - low) * 0.06 or 1.0
    first, end = (position(known[0].quarter), position(known[-1].quarter)) if known else (0.0, 1.0)
    first = min(first, end - SPAN)
    years = list(range(int(first) + (first > int(first)), int(end) + 1))
    step = 1 if len(years) <= 6 else 2
    tokens = {
        "@accent": f"@{shown.colour}",
        "@first": first,
        "@last": end,
        "@low": low,
        "@high": high,
        "@years": [year for year in years if (years[-1] - year) % step == 0],
        "@final": position(final[-1].quarter) if final else 0,
    }
    found = {}
    for which, narrow in (("wide", False), ("narrow", True)):
        ends = _ends(final[-1], shown, end, low, high, narrow) if final else []
        told = event_rows(events[:1] if narrow else events, first, end)
        data = {"rows": rows, "ends": ends, "events": told}
        found[which] = Picture(_spec(shown.unit), data, HEIGHT, 22, tokens)
    return found


def _ends(last: Reading, shown: Shown, end: float, low: float, high: float, narrow: bool) -> list[dict[str, object]]:
    """The labels at the right end: the newest final values, at least 17 pixels apart."""
    others = "others" if narrow else f"without {shown.largest}"
    lines = [
        (last.value, "layer" if narrow else "the layer", f"@{shown.colour}"),
        (last.median, "median", "@ink-2"),
        (last.without_largest, others, "@muted"),
    ]
    present = sorted(
        ((drawn, value, text, dot) for value, text, dot in lines if (drawn := shown.cut(value)) is not None),
        key=lambda line: line[0],
    )
    places = spread([drawn for drawn, *_ in present], (high - low) * 17 / HEIGHT, low, high)
    return [
        {
            "x": end,
            "y": y,
            "text": f"{formats.metric(value, shown.unit)} {text}",
            "bold": text in ("layer", "the layer"),
            "dot": dot,
        }
        for (_, value, text, dot), y in zip(present, places, strict=True)
    ]


def _tip(unit: str) -> str:
    def written(field: str) -> str:
        text = f"format(datum.{field}, '.1f') + '{AFTER[unit]}'" if unit in AFTER else f"format(datum.{field}, '.1%')"
        return f"(isValid(datum.{field}) ? {text} : 'n/a')"

    parts = [
        f"{quarter_at()} + (datum.x > last ? ', provisional' : '')",
        f"'layer ' + {written('layer')}",
        f"'median ' + {written('median')}",
        f"'without the largest ' + {written('without')}",
        "datum.n + ' of ' + datum.m + ' measured'",
    ]
    return " + '\\n' + ".join(parts)


@structure
def _spec(unit: str) -> alt.TopLevelMixin:
    written = f"replace(datum.value, '-', '−') + '{AFTER[unit]}'" if unit in AFTER else "format(datum.value, '.0%')"
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(values="@years", format="d", grid=False, ticks=True, tickColor="@rule-2", labelFlush=False),
    )

    def y(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False),
            axis=alt.Axis(labelExpr=written, tickCount=5),
        )

    base = alt.Chart(alt.NamedData("rows")).encode(x=x)
    final, later = "datum.x <= last", "datum.x >= last"
    ends = alt.Chart(alt.NamedData("ends")).encode(x=x, y=y("y"))
    return alt.layer(
        *marks(x),
        base.transform_filter(final).mark_area(fill="@accent", opacity=0.14).encode(y=y("p25"), y2="p75:Q"),
        base.transform_filter(final)
        .mark_line(color="@muted", strokeWidth=1.5, strokeDash=[1, 4])
        .encode(y=y("without")),
        base.transform_filter(final).mark_line(color="@ink-2", strokeWidth=1.5).encode(y=y("median")),
        base.transform_filter(final).mark_line(color="@accent", strokeWidth=3).encode(y=y("layer")),
        base.transform_filter(later)
        .mark_line(color="@accent", strokeWidth=3, strokeDash=[2, 5], opacity=0.45)
        .encode(y=y("layer")),
        base.transform_filter("datum.alone").mark_circle(color="@accent", size=30, opacity=1).encode(y=y("layer")),
        base.transform_filter("datum.x == last").mark_circle(color="@accent", size=70, opacity=1).encode(y=y("layer")),
        base.mark_rect(opacity=0)
        .encode(x=alt.X("left:Q"), x2="right:Q", y=alt.value(0), y2=alt.value("height"), tooltip="tip:N")
        .transform_calculate(left="datum.x - 0.125", right="datum.x + 0.125", tip=_tip(unit)),
        ends.mark_circle(size=36, opacity=1, xOffset=8).encode(fill=alt.Fill("dot:N", scale=None)),
        ends.transform_filter("datum.bold")
        .mark_text(align="left", dx=17, fontWeight=700, fill="@ink")
        .encode(text="text:N"),
        ends.transform_filter("!datum.bold").mark_text(align="left", dx=17, fill="@ink-2").encode(text="text:N"),
    ).add_params(alt.param(name="last", value="@final"))
