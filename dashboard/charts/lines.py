"""Amounts of several layers over time, US dollars: a line a layer, labels at the right end, events as thin rules."""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.events import Event, marks
from dashboard.charts.events import rows as event_rows
from dashboard.charts.labels import spread
from dashboard.charts.picture import Picture, quarter_at, structure
from dashboard.ledger import position

HEIGHT = 360


class Point(NamedTuple):
    """One layer's dollars in one calendar quarter; None, where unknown, is a gap in the line."""

    quarter: str
    amount_usd: float | None
    final: bool


def picture(
    series: Sequence[tuple[str, str, Sequence[Point]]],
    measure: str,
    events: Sequence[Event] = (),
    narrow: bool = False,
) -> Picture:
    """Return the drawing of (name, colour, points), oldest points first.

    Labels say the newest final amounts, with the quarter where another layer has a newer one.
    """
    rows, ends = [], []
    known = [(p.quarter, p.amount_usd / 1e9) for _, _, points in series for p in points if p.amount_usd is not None]
    first, last = position(min(known)[0]), position(max(known)[0])
    for name, colour, points in series:
        finals = [(p.quarter, p.amount_usd / 1e9) for p in points if p.final and p.amount_usd is not None]
        edge, now = finals[-1] if finals else ("", 0.0)
        for p in points:
            rows.append(
                {"layer": name, "x": position(p.quarter), "stroke": f"@{colour}",
                 "y": None if p.amount_usd is None else round(p.amount_usd / 1e9, 2),
                 "sure": p.quarter <= edge, "later": p.quarter >= edge}
            )  # fmt: skip
        if edge:
            ends.append((now, name, colour, edge))
    ends.sort()
    top = max(amount for _, amount in known) * 1.06
    low = min(0.0, *(amount for _, amount in known))
    places = spread([value for value, *_ in ends], (top - low) * 16 / HEIGHT, low, top)
    newest = max((edge for *_, edge in ends), default="")
    labels = [
        {"x": last, "y": y, "dot": f"@{colour}",
         "text": f"{name} {formats.dollars(value * 1e9)}" + ("" if edge == newest else f", {formats.quarter(edge)}")}
        for (value, name, colour, edge), y in zip(ends, places, strict=True)
    ]  # fmt: skip
    dots = [{"x": position(edge), "y": value, "dot": f"@{colour}"} for value, _, colour, edge in ends]
    years = list(range(int(first) + (first > int(first)), int(last) + 1))
    step = 1 if len(years) <= (4 if narrow else 7) else 2
    tokens = {
        "@first": first,
        "@last": last,
        "@low": low,
        "@high": top,
        "@measure": measure,
        "@years": [y for y in years if (years[-1] - y) % step == 0],
    }
    shown = event_rows(events, first, last)
    data = {"rows": rows, "dots": dots, "labels": [] if narrow else labels, "events": shown}
    return Picture(_spec(narrow), data, HEIGHT - 80 * narrow, 24, tokens)


def key(series: Sequence[tuple[str, str, Sequence[Point]]]) -> list[tuple[str, str, str]]:
    """Return (name, colour, newest final amount): what the labels say, where there is no room for them."""
    found = []
    for name, colour, points in series:
        finals = [p.amount_usd for p in points if p.final and p.amount_usd is not None]
        found.append((name, colour, formats.dollars(finals[-1] if finals else None)))
    return found


def written_bn(amount: str, figures: str) -> str:
    """The Vega expression that writes an amount given in billions, with figures as d3 formats them."""
    size = f"abs({amount})"
    return (
        f"({amount} < 0 ? '−' : '') + '$' + ({size} >= 1000 ? format({size} / 1000, '{figures}') + ' tn'"
        f" : format({size}, '{figures}') + ({size} ? ' bn' : ''))"
    )


@structure
def _spec(narrow: bool) -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(values="@years", format="d", grid=False, ticks=True, tickColor="@rule-2"),
    )
    y = alt.Y(
        "y:Q",
        title=None,
        scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False),
        axis=alt.Axis(labelExpr=written_bn("datum.value", ","), tickCount=5),
    )
    stroke, fill = alt.Stroke("stroke:N", scale=None), alt.Fill("dot:N", scale=None)
    base = alt.Chart(alt.NamedData("rows")).encode(x=x, y=y)
    layers = [
        *marks(x),
        base.transform_filter("datum.sure").mark_line(strokeWidth=2.5).encode(stroke=stroke, detail="layer:N"),
        base.transform_filter("datum.later")
        .mark_line(strokeWidth=2.5, strokeDash=[2, 5], opacity=0.45)
        .encode(stroke=stroke, detail="layer:N"),
        alt.Chart(alt.NamedData("dots")).mark_circle(size=50, opacity=1).encode(x=x, y=y, fill=fill),
        base.transform_filter("isValid(datum.y)")
        .transform_calculate(
            tip=f"datum.layer + '\\n' + {quarter_at()} + (datum.sure ? '' : ', provisional') + '\\n' + measure"
            f" + ' ' + {written_bn('datum.y', ',.1f')}"
        )
        .mark_circle(size=160, opacity=0)
        .encode(tooltip="tip:N"),
    ]
    if not narrow:
        labels = alt.Chart(alt.NamedData("labels")).encode(x=x, y=y)
        layers += [
            labels.mark_circle(size=46, opacity=1, xOffset=12).encode(fill=fill),
            labels.mark_text(align="left", dx=21, fill="@ink").encode(text="text:N"),
        ]
    return alt.layer(*layers).add_params(alt.param(name="measure", value="@measure"))
