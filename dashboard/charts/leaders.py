"""Concentration of one layer over time: the share of its largest company, and the index of all shares, 0 to 1.

Who is largest is written where that changes. Quarters that are provisional are dashed and pale.
"""

from collections.abc import Container, Mapping, Sequence

import altair as alt

from dashboard import formats
from dashboard.charts.events import Event, marks
from dashboard.charts.events import rows as event_rows
from dashboard.charts.labels import spread
from dashboard.charts.picture import Picture, quarter_at, structure, text_width
from dashboard.ledger import Holding, position, shifted

HEIGHT = 220
WHOLE = 10_000  # the index of one company alone


def pictures(
    holdings: Sequence[Holding],
    names: Mapping[str, str],
    colour: str,
    events: Sequence[Event] = (),
    joined: Container[str] = (),
) -> dict[str, Picture]:
    """Return the drawing of the holdings, oldest first, wide and narrow; at least one of them has a share.

    `joined`: quarters that are left out, over which the line runs on. Both hold one and the same rows, so that a page
    holds them once.
    """
    known = {h.quarter: h for h in holdings if h.value is not None}
    finals = [h for h in known.values() if h.final]
    quarter, last = min(known), max(known)
    first, end = position(quarter), position(last)
    rows: list[dict[str, object]] = []
    while quarter <= last:  # a gap in the record is a gap in the line
        h, at = known.get(quarter), quarter
        quarter = shifted(quarter, 1)
        if h is None and at in joined:
            continue
        rows.append(
            {
                "x": position(at), "share": round(h.value, 4) if h and h.value is not None else None,
                "index": round(h.hhi / WHOLE, 4) if h and h.hhi is not None else None,
                "who": names.get(h.largest or "", "") if h else "", "n": h.n_measured if h else 0,
                "m": h.n_members if h else 0,
            }
        )  # fmt: skip
    newest = finals[-1] if finals else known[last]
    years = list(range(int(first) + (first > int(first)), int(end) + 1))
    step = 1 if len(years) <= 6 else 2
    tokens = {
        "@accent": f"@{colour}", "@first": first, "@last": end, "@final": position(newest.quarter),
        "@years": [year for year in years if (years[-1] - year) % step == 0],
    }  # fmt: skip
    found = {}
    for which, who, room in (("wide", names.get(newest.largest or "", ""), 800), ("narrow", "largest", 200)):
        data = {
            "rows": rows,
            "ends": _ends(newest, who, colour, end),
            "leaders": _leaders(list(known.values()), names, first, end, room),
            "events": event_rows(events, first, end),
        }
        found[which] = Picture(_spec(), data, HEIGHT, 22, tokens)
    return found


def _ends(newest: Holding, who: str, colour: str, end: float) -> list[dict[str, object]]:
    """The labels at the right end: the newest share and index, at least 17 pixels apart."""
    lines = [
        (newest.value or 0.0, f"{formats.percent(newest.value)} {who}", f"@{colour}", True),
        ((newest.hhi or 0.0) / WHOLE, f"HHI {newest.hhi or 0:,.0f}", "@muted", False),
    ]
    lines.sort(key=lambda line: line[0])
    places = spread([value for value, *_ in lines], 17 / HEIGHT, 0.0, 1.0)
    return [
        {"x": end, "y": y, "text": text, "dot": dot, "bold": bold}
        for (_, text, dot, bold), y in zip(lines, places, strict=True)
    ]


def _leaders(
    known: Sequence[Holding], names: Mapping[str, str], first: float, end: float, room: int
) -> list[dict[str, object]]:
    """Where another company becomes the largest and stays it for a year: its name, where it has room.

    A name stands above the line, to the left of its point where the line comes from lower than it goes on.
    """
    found: list[dict[str, object]] = []
    free, held = 0.0, None
    for at, h in enumerate(known):
        if h.largest == held or any(later.largest != h.largest for later in known[at : at + 4]):
            continue
        held = h.largest
        name = names.get(h.largest or "", "")
        width, place = text_width(name, 11.5), (position(h.quarter) - first) / ((end - first) or 1.0) * room
        before, after = (known[min(max(at + step, 0), len(known) - 1)].value or 0.0 for step in (-2, 2))
        leans = before < after and place - width >= free
        start = place - width if leans else place
        if free <= start <= room - width:
            under = [first + edge / room * (end - first) for edge in (start, start + width)]
            over = max((k.value or 0.0 for k in known if under[0] <= position(k.quarter) <= under[1]), default=0.0)
            found.append({"x": position(h.quarter), "y": round(h.value or 0.0, 4), "text": name, "leans": leans,
                          "above": round(max(over, h.value or 0.0), 4)})  # fmt: skip
            free = start + width + 8
    return found


@structure
def _spec() -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(values="@years", format="d", grid=False, ticks=True, tickColor="@rule-2", labelFlush=False),
    )

    def y(field: str) -> alt.Y:
        axis = alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format="%")
        return alt.Y(f"{field}:Q", title=None, scale=alt.Scale(domain=[0, 1], nice=False), axis=axis)

    base = alt.Chart(alt.NamedData("rows")).encode(x=x)
    final, later = "datum.x <= last", "datum.x >= last"
    ends = alt.Chart(alt.NamedData("ends")).encode(x=x, y=y("y"), text="text:N")
    leaders = alt.Chart(alt.NamedData("leaders")).encode(x=x, y=y("y"))
    names = alt.Chart(alt.NamedData("leaders")).encode(x=x, y=y("above"), text="text:N")
    tip = (
        f"datum.who + '\\n' + {quarter_at()} + (datum.x > last ? ', provisional' : '') + '\\n'"
        " + format(datum.share, '.1%') + ' of what is measured\\nHHI ' + format(datum.index * 10000, ',.0f') + ', '"
        " + datum.n + ' of ' + datum.m + ' measured'"
    )
    return alt.layer(
        *marks(x),
        base.transform_filter(final).mark_line(color="@muted", strokeWidth=1.5).encode(y=y("index")),
        base.transform_filter(final).mark_line(color="@accent", strokeWidth=3).encode(y=y("share")),
        base.transform_filter(later)
        .mark_line(color="@accent", strokeWidth=3, strokeDash=[2, 5], opacity=0.45)
        .encode(y=y("share")),
        base.transform_filter("datum.x == last").mark_circle(color="@accent", size=70, opacity=1).encode(y=y("share")),
        leaders.mark_circle(size=30, opacity=1, fill="@surface", stroke="@accent", strokeWidth=1.5),
        names.transform_filter("!datum.leans").mark_text(align="left", dy=-12, fill="@ink-2", fontSize=11.5),
        names.transform_filter("datum.leans").mark_text(align="right", dy=-12, fill="@ink-2", fontSize=11.5),
        base.transform_filter("isValid(datum.share)")
        .transform_calculate(left="datum.x - 0.125", right="datum.x + 0.125", tip=tip)
        .mark_rect(opacity=0)
        .encode(x=alt.X("left:Q"), x2="right:Q", y=alt.value(0), y2=alt.value("height"), tooltip="tip:N"),
        ends.mark_circle(size=36, opacity=1, xOffset=8).encode(fill=alt.Fill("dot:N", scale=None)),
        ends.transform_filter("datum.bold").mark_text(align="left", dx=17, fontWeight=700, fill="@ink"),
        ends.transform_filter("!datum.bold").mark_text(align="left", dx=17, fill="@ink-2"),
    ).add_params(alt.param(name="last", value="@final"))
