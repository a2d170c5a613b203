"""What is required against what is measured, quarter by quarter: lines over time, the gap shaded, the rule dotted."""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.labels import spread
from dashboard.charts.lines import written_bn
from dashboard.charts.picture import Picture, quarter_at, structure
from dashboard.ledger import position

HEIGHT = 340


class Moment(NamedTuple):
    """One calendar quarter, US dollars a year; None where unknown."""

    quarter: str
    required: float | None
    measured: float | None
    growth: float | None
    rule: float | None
    final: bool


LINES = (("required", "required"), ("measured", "measured"), ("growth", "growth"), ("rule", "Sequoia’s rule"))


def picture(moments: Sequence[Moment], narrow: bool = False) -> Picture:
    """Return the drawing of the moments, oldest first; provisional ones are dashed and carry no label."""
    rows = [
        {"x": position(m.quarter), **{name: _bn(getattr(m, name)) for name, _ in LINES}, "final": m.final}
        for m in moments
    ]
    finals = [m for m in moments if m.final and m.required is not None]
    first, last = position(moments[0].quarter), position(moments[-1].quarter)
    top = max([v for m in moments for v in (m.required, m.measured, m.growth, m.rule) if v is not None], default=1e9)
    low = min([0.0, *(v for m in moments for v in (m.growth, m.required) if v is not None)])
    ends = []
    for name, text in LINES:
        known = [m for m in moments if getattr(m, name) is not None and m.final]
        if known:
            m = known[-1]
            ends.append((getattr(m, name), m.quarter, name, text))
    ends.sort()
    places = spread([_bn(value) or 0.0 for value, *_ in ends], top / 1e9 * 18 / HEIGHT, low / 1e9, top / 1e9)
    short = {"required": "required", "measured": "measured", "growth": "growth", "rule": "rule"}
    newest = max((at for _, at, *_ in ends), default="")
    labels = [
        {"x": last, "y": y, "name": name, "text": f"{formats.dollars(value)} {short[name] if narrow else text}"
         + f", {formats.quarter(at)}" * (at != newest)}
        for (value, at, name, text), y in zip(ends, places, strict=True)
    ]  # fmt: skip
    years = list(range(int(first) + (first > int(first)), int(last) + 1))
    tokens = {
        "@first": first,
        "@last": last,
        "@low": low / 1e9,
        "@high": top * 1.05 / 1e9,
        "@years": years,
        "@final": position(finals[-1].quarter) if finals else last,
    }
    return Picture(_spec(), {"rows": rows, "labels": labels}, HEIGHT - 60 * narrow, 24, tokens)


def _bn(value: float | None) -> float | None:
    return None if value is None else round(value / 1e9, 2)


@structure
def _spec() -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(values="@years", format="d", grid=False, ticks=True,
                      tickColor="@rule-2", labelFlush=True),
    )  # fmt: skip

    def y(field: str) -> alt.Y:
        axis = alt.Axis(labelExpr=written_bn("datum.value", ","), tickCount=5)
        return alt.Y(
            f"{field}:Q", title=None, scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False), axis=axis
        )

    base = alt.Chart(alt.NamedData("rows")).encode(x=x)
    sure, later = base.transform_filter("datum.x <= last"), base.transform_filter("datum.x >= last")

    def written(name: str, field: str) -> str:
        return f"'{name} ' + (isValid(datum.{field}) ? '$' + format(datum.{field}, ',.1f') + ' bn' : 'n/a')"

    tip = " + '\\n' + ".join(
        [
            f"{quarter_at()} + (datum.x > last ? ', provisional' : '')",
            written("required", "required"),
            written("measured", "measured"),
            written("growth since the base quarter", "growth"),
            written("Sequoia’s rule", "rule"),
        ]
    )
    labels = alt.Chart(alt.NamedData("labels")).encode(x=x, y=y("y"), text="text:N")
    return alt.layer(
        sure.transform_filter("isValid(datum.required) && isValid(datum.measured)")
        .mark_area(fill="@strain", opacity=0.1)
        .encode(y=y("measured"), y2="required:Q"),
        base.mark_line(color="@muted", strokeWidth=1.5, strokeDash=[1, 4]).encode(y=y("rule")),
        sure.mark_line(color="@positive", strokeWidth=2.5).encode(y=y("measured")),
        sure.mark_line(color="@positive", strokeWidth=2, strokeDash=[6, 3]).encode(y=y("growth")),
        sure.mark_line(color="@ink", strokeWidth=3).encode(y=y("required")),
        later.mark_line(color="@ink", strokeWidth=3, strokeDash=[2, 5], opacity=0.45).encode(y=y("required")),
        base.transform_filter("datum.x == last").mark_circle(color="@ink", size=70, opacity=1).encode(y=y("required")),
        base.mark_rect(opacity=0)
        .encode(x=alt.X("left:Q"), x2="right:Q", y=alt.value(0), y2=alt.value("height"), tooltip="tip:N")
        .transform_calculate(left="datum.x - 0.125", right="datum.x + 0.125", tip=tip),
        labels.transform_filter("datum.name == 'required'").mark_text(align="left", dx=10, fontWeight=700, fill="@ink"),
        labels.transform_filter("datum.name != 'required'").mark_text(align="left", dx=10, fill="@ink-2"),
    ).add_params(alt.param(name="last", value="@final"))
