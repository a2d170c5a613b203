"""One metric of one layer over time: the layer's value, the median and quartiles of its members, and the value without
the largest member. Quarters that are provisional are dashed and pale, and never carry the end label.
"""

from collections.abc import Sequence

import altair as alt

from dashboard import formats
from dashboard.charts.labels import spread
from dashboard.charts.picture import Picture, quarter_at, structure
from dashboard.ledger import Reading, position

HEIGHT = 260


def picture(readings: Sequence[Reading], unit: str, colour: str, without: str, cap: tuple[float, float]) -> Picture:
    """Return the drawing of readings with a value or a median, oldest first.

    `without` names the largest member of the newest final quarter; values beyond `cap` are cut, and the page says so.
    """
    low_cap, high_cap = cap

    def cut(value: float | None) -> float | None:
        return None if value is None else round(min(max(value, low_cap), high_cap), 5)

    rows: list[dict[str, object]] = []
    known = [r for r in readings if r.value is not None or r.median is not None]
    finals = [r for r in known if r.final and r.value is not None]
    last = finals[-1] if finals else None
    for r in known:
        rows.append(
            {
                "x": position(r.quarter), "layer": cut(r.value), "median": cut(r.median), "p25": cut(r.p25),
                "p75": cut(r.p75), "without": cut(r.without_largest), "n": r.n_measured, "m": r.n_members,
            }
        )  # fmt: skip
    values = [
        float(str(row[k])) for row in rows for k in ("layer", "median", "p25", "p75", "without") if row[k] is not None
    ]
    low, high = min([0.0, *values]), max([0.0, *values])
    high = high + (high - low) * 0.06 or 1.0
    ends = []
    if last:
        texts = [("the layer", cut(last.value), f"@{colour}", 700), ("median", cut(last.median), "@ink-2", 400),
                 (f"without {without}", cut(last.without_largest), "@muted", 400)]  # fmt: skip
        present = sorted(((t, v, c, w) for t, v, c, w in texts if v is not None), key=lambda t: t[1])
        places = spread([t[1] for t in present], (high - low) * 17 / HEIGHT, low, high)
        ends = [
            {"x": position(last.quarter), "y": y, "text": f"{formats.metric(v, unit)} {t}", "bold": w == 700, "dot": c}
            for (t, v, c, w), y in zip(present, places, strict=True)
        ]
    first, end = (position(known[0].quarter), position(known[-1].quarter)) if known else (0.0, 1.0)
    years = list(range(int(first) + (first > int(first)), int(end) + 1))
    step = 1 if len(years) <= 6 else 2
    tokens = {
        "@accent": f"@{colour}", "@first": first, "@last": max(end, first + 0.25), "@low": low, "@high": high,
        "@years": [y for y in years if (years[-1] - y) % step == 0],
        "@final": position(last.quarter) if last else 0,
        "@format": "datum.value + '×'" if unit == "times" else "format(datum.value, '.0%')",
        "@tip": _tip(unit),
    }  # fmt: skip
    return Picture(_spec(), {"rows": rows, "ends": ends}, HEIGHT, 30, tokens)


def _tip(unit: str) -> str:
    def written(field: str) -> str:
        text = f"format(datum.{field}, '.1f') + '×'" if unit == "times" else f"format(datum.{field}, '.1%')"
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
def _spec() -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(values="@years", format="d", grid=False, ticks=True, tickColor="@rule-2"),
    )

    def y(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False),
            axis=alt.Axis(labelExpr="@format", tickCount=5),
        )

    base = alt.Chart(alt.NamedData("rows")).encode(x=x)
    final, later = "datum.x <= last", "datum.x >= last"
    ends = alt.Chart(alt.NamedData("ends")).encode(x=x, y=y("y"))
    return alt.layer(
        base.mark_area(fill="@accent", opacity=0.14).encode(y=y("p25"), y2="p75:Q"),
        base.mark_line(color="@muted", strokeWidth=1.5, strokeDash=[1, 4]).encode(y=y("without")),
        base.mark_line(color="@ink-2", strokeWidth=1.5).encode(y=y("median")),
        base.transform_filter(final).mark_line(color="@accent", strokeWidth=3).encode(y=y("layer")),
        base.transform_filter(later)
        .mark_line(color="@accent", strokeWidth=3, strokeDash=[2, 5], opacity=0.45)
        .encode(y=y("layer")),
        base.transform_filter("datum.x == last").mark_circle(color="@accent", size=70, opacity=1).encode(y=y("layer")),
        base.mark_rect(opacity=0)
        .encode(x=alt.X("left:Q"), x2="right:Q", y=alt.value(0), y2=alt.value("height"), tooltip="tip:N")
        .transform_calculate(left="datum.x - 0.125", right="datum.x + 0.125", tip="@tip"),
        ends.mark_circle(size=36, opacity=1, xOffset=8).encode(fill=alt.Fill("dot:N", scale=None)),
        ends.transform_filter("datum.bold")
        .mark_text(align="left", dx=17, fontWeight=700, fill="@ink")
        .encode(text="text:N"),
        ends.transform_filter("!datum.bold").mark_text(align="left", dx=17, fill="@ink-2").encode(text="text:N"),
    ).add_params(alt.param(name="last", value="@final"))
