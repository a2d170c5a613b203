"""A ring for then, a dot for now, a row per layer, the highest rate first; of capital spending with its dollars beside.

A value beyond the axis is written in words instead of squeezing the others.
"""

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.picture import Picture, structure

HEIGHT, LEAST, MOST, SHORT = 410, 34, 62, 28  # pixels: what the rows fill, the least and most of one, one on a phone


class Rate(NamedTuple):
    """One layer's rate then and now, fractions (None where unknown), and its dollars now.

    quarter: the newer one, where it is the layer's own. beside: what stands at the right instead of the dollars.
    who: whose the newer rate is, said beside it where there is room.
    """

    name: str
    colour: str
    then: float | None
    now: float | None
    dollars: float | None
    final: bool = True
    unknown: str = "no public figures"
    quarter: str | None = None
    beside: str | None = None
    who: str = ""


def reach(rates: Sequence[Rate]) -> float:
    """Return the end of the axis: the largest value, unless it is more than twice the next."""
    values = sorted((v for r in rates for v in (r.then, r.now) if v is not None), reverse=True)
    while len(values) > 2 and values[0] > max(2 * values[-(len(values) * 3 // 4) - 1], 0.6):
        values.pop(0)
    return max(0.2, values[0] if values else 0.2) * 1.22


def picture(rates: Sequence[Rate], then: str, now: str, measure: str, narrow: bool = False) -> Picture:
    """Return the drawing; `then` and `now` name the two calendar quarters."""
    end = reach(rates)
    ordered = sorted(rates, key=lambda r: (r.now is None, -(r.now or 0)))
    rows: list[dict[str, object]] = []
    for index, rate in enumerate(ordered):
        beside = formats.dollars(rate.dollars) if rate.beside is None else rate.beside
        row: dict[str, object] = {"row": index + 0.5, "name": rate.name, "fill": f"@{rate.colour}",
                                  "beside": beside if rate.now is not None else "", "final": rate.final}  # fmt: skip
        newer = f"{formats.quarter(rate.quarter or now)}{'' if rate.final else ', provisional'}"
        row["tip"] = (
            f"{rate.name}\n{measure}\n{newer}: {rate.who} {formats.percent(rate.now, 1)}\n".replace("  ", " ")
            + f"{formats.quarter(then)}: {formats.percent(rate.then, 1)}"
        )
        if rate.now is None:
            row["words"] = rate.unknown
        elif rate.now > end:
            row["words"] = f"{formats.percent(rate.now)}, beyond {'' if narrow else 'this axis '}▸"
        else:
            ring = None if rate.then is None else min(rate.then, end)
            # The label stands away from the ring; where that side has no room, it stands beyond the ring.
            left = (
                ring is not None
                and ring > rate.now
                and rate.now > (0.45 if narrow else 0.36 if rate.who else 0.2) * end
            )
            ends = (rate.now, rate.now if ring is None else ring)
            # Near the right end it would touch what stands there.
            far = not left and max(ends) > (0.7 if narrow or rate.who else 0.9) * end and min(ends) > 0.35 * end
            row |= {"now": rate.now, "left": left or far, "then": ring,
                    "text": f"{formats.percent(rate.now)} {'' if narrow else rate.who}".strip(),
                    "label": min(ends) if far else rate.now if left else max(ends)}  # fmt: skip
        rows.append(row)
    ticks = [t / 100 for t in range(0, 1000, 10 if end <= 0.4 else 20 if end < 0.9 else 50) if t / 100 <= end * 0.93]
    height = len(rows) * (SHORT if narrow else min(max(HEIGHT / len(rows), LEAST), MOST))
    return Picture(_spec(), {"rates": rows}, height, 19, {"@end": end, "@ticks": ticks, "@rows": len(rows)})


@structure
def _spec() -> alt.TopLevelMixin:
    def x(field: str) -> alt.X:
        return alt.X(
            f"{field}:Q",
            title=None,
            scale=alt.Scale(domain=[0, "@end"], nice=False, zero=False),
            axis=alt.Axis(values="@ticks", format="%", orient="top"),
        )

    # Room for the names and the dollars is made by text outside the plot; the padding keeps it inside the card.
    y = alt.Y("row:Q", axis=None, scale=alt.Scale(domain=[0, "@rows"], reverse=True, nice=False, zero=False))
    base = alt.Chart(alt.NamedData("rates")).encode(y=y)
    fill, stroke = alt.Fill("fill:N", scale=None), alt.Stroke("fill:N", scale=None)
    shown = base.transform_filter("isValid(datum.now)")
    changed = shown.transform_filter("isValid(datum.then)")
    words = base.transform_filter("isValid(datum.words)").encode(x=alt.value(0))
    labels = shown.encode(x=x("label"), text="text:N")
    dots = shown.encode(x=x("now"), tooltip="tip:N")
    return alt.layer(
        base.mark_text(align="right", dx=-8, fill="@ink", fontSize=12.5).encode(x=alt.value(0), text="name:N"),
        base.mark_text(align="right", dx=74, fill="@muted").encode(x=alt.value("width"), text="beside:N"),
        # On a ground of their own, so that no line of the grid runs through them.
        words.mark_text(align="left", dx=6, fontWeight=600, stroke="@surface", strokeWidth=6).encode(text="words:N"),
        words.mark_text(align="left", dx=6, fontWeight=600, fill="@ink-2").encode(text="words:N", tooltip="tip:N"),
        changed.mark_rule(strokeWidth=3, opacity=0.5).encode(x=x("then"), x2="now:Q", stroke=stroke),
        changed.mark_circle(size=60, opacity=1, fill="@surface", strokeWidth=2).encode(
            x=x("then"), stroke=stroke, tooltip="tip:N"
        ),
        dots.transform_filter("datum.final").mark_circle(size=110, opacity=1).encode(fill=fill),
        dots.transform_filter("!datum.final")
        .mark_circle(size=110, opacity=1, fillOpacity=0.45, strokeDash=[2, 2], strokeWidth=1.5)
        .encode(fill=fill, stroke=stroke),
        labels.transform_filter("!datum.left").mark_text(align="left", dx=10, fontWeight=600, fill="@ink"),
        labels.transform_filter("datum.left").mark_text(align="right", dx=-10, fontWeight=600, fill="@ink"),
    )
