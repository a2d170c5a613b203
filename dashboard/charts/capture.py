"""Capture over time: each layer's share of the positive profit pool, areas to 100 %, in stack order.

The last quarters, which not enough companies have reported, are drawn at 45 % with a dashed edge.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.events import LAUNCH
from dashboard.charts.events import rows as event_rows
from dashboard.charts.labels import spread
from dashboard.charts.picture import Picture, structure
from dashboard.ledger import position

HEIGHT = 470
PROVISIONAL = 0.45


class Slice(NamedTuple):
    """One layer's share in one calendar quarter, a fraction; None where unknown."""

    quarter: str
    share: float | None
    final: bool


def picture(layers: Sequence[tuple[str, str, Sequence[Slice]]], narrow: bool = False) -> Picture:
    """Return the drawing of (name, colour, slices) in stack order.

    Quarters in which any layer with a share is provisional are drawn as provisional, all of them.
    """
    by_quarter: dict[str, dict[str, Slice]] = {}
    for name, _, slices in layers:
        for piece in slices:
            if piece.share is not None:
                by_quarter.setdefault(piece.quarter, {})[name] = piece
    quarters, final = sorted(by_quarter), _final(layers)
    last_final = final[-1] if final else quarters[-1]
    rows, ends = [], []
    for index, quarter in enumerate(quarters):
        edge, at = 1.0, formats.quarter(quarter) + ("" if quarter <= last_final else ", provisional")
        for name, colour, _ in layers:
            one = by_quarter[quarter].get(name)
            share = one.share if one and one.share is not None else 0.0
            row: dict[str, object] = {
                "x": position(quarter),
                "left": position(quarters[max(index - 1, 0)]),
                "y": round(edge, 5),
                "y2": round(edge - share, 5),
                "layer": name,
                "fill": f"@{colour}",
                "final": quarter <= last_final,
                "also": quarter >= last_final,  # the provisional part starts where the final one ends
                "tip": f"{name}\ntwelve months to {at}\n{formats.percent(share, 1)} of the positive pool",
            }
            rows.append(row)
            if quarter == last_final and share > 0:
                ends.append((name, colour, edge - share / 2, share))
            edge -= share
    inside = _inside(layers, by_quarter, [q for q in quarters if q <= last_final])
    labelled = [e for e in ends if e[3] >= 0.0095][::-1]
    places = spread([e[2] for e in labelled], 16 / HEIGHT, 0.01, 0.99)
    labels = [
        {"x": position(quarters[-1]), "y": y, "dot": f"@{colour}",
         "text": f"{name} {formats.percent(share)}"}
        for (name, colour, _, share), y in zip(labelled, places, strict=True)
    ]  # fmt: skip
    first, last = position(quarters[0]), position(quarters[-1])
    years = range(int(first) + (first > int(first)), int(last) + 1)
    step = 2 if len(years) > (5 if narrow else 8) else 1
    tokens = {"@first": first, "@last": last, "@years": [y for y in years if (years[-1] - y) % step == 0]}
    provisional = [{"x": (position(last_final) + last) / 2, "text": "provisional"}] if last_final < quarters[-1] else []
    events = event_rows([LAUNCH], first, last)
    data = {
        "areas": rows,
        "labels": [] if narrow else labels,
        "inside": inside,
        "provisional": provisional,
        "events": events,
    }
    return Picture(_spec(narrow), data, HEIGHT - 140 * narrow, 39, tokens)


def _final(layers: Sequence[tuple[str, str, Sequence[Slice]]]) -> list[str]:
    """The quarters in which every layer with a share is final, oldest first."""
    shown = {s.quarter for _, _, slices in layers for s in slices if s.share is not None}
    late = {s.quarter for _, _, slices in layers for s in slices if s.share is not None and not s.final}
    return sorted(shown - late)


def key(layers: Sequence[tuple[str, str, Sequence[Slice]]]) -> list[tuple[str, str, float | None]]:
    """Return (name, colour, newest share) of each layer: what the labels say, where there is no room for them."""
    finals = _final(layers)
    newest = finals[-1] if finals else None
    return [
        (name, colour, next((s.share for s in slices if s.quarter == newest), None)) for name, colour, slices in layers
    ]


def _inside(
    layers: Sequence[tuple[str, str, Sequence[Slice]]],
    shares: Mapping[str, Mapping[str, Slice]],
    quarters: Sequence[str],
) -> list[dict[str, object]]:
    """Shares written inside the big areas, every third year."""
    chosen = [q for q in quarters[1:-1] if q.endswith("Q4") and (int(q[:4]) - int(quarters[-1][:4])) % 3 == 0]
    rows: list[dict[str, object]] = []
    for quarter in chosen:
        edge = 1.0
        for name, colour, _ in layers:
            one = shares[quarter].get(name)
            share = one.share if one and one.share is not None else 0.0
            if share >= 0.07:
                rows.append({"x": position(quarter), "y": edge - share / 2, "fill": f"@on-{colour}",
                             "text": formats.percent(share)})  # fmt: skip
            edge -= share
    return rows


@structure
def _spec(narrow: bool) -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@first", "@last"], nice=False, zero=False),
        axis=alt.Axis(values="@years", format="d", grid=False, ticks=True, tickColor="@rule-2", labelFlush=True),
    )
    y = alt.Y(
        "y:Q",
        title=None,
        stack=None,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(values=[0, 0.25, 0.5, 0.75, 1], format="%", grid=False),
    )
    areas = alt.Chart(alt.NamedData("areas")).encode(
        x=x, y=y, y2="y2:Q", detail="layer:N", fill=alt.Fill("fill:N", scale=None)
    )
    layers = [
        areas.transform_filter("datum.final").mark_area(stroke="@surface", strokeWidth=1),
        areas.transform_filter("datum.also").mark_area(
            stroke="@surface", strokeWidth=1, strokeDash=[3, 3], fillOpacity=PROVISIONAL
        ),
        # One transparent band a quarter and layer, to hover over.
        areas.mark_rect(opacity=0).encode(x=alt.X("left:Q"), x2="x:Q", tooltip="tip:N"),
        alt.Chart(alt.NamedData("events")).mark_rule(color="@surface", strokeDash=[2, 3], opacity=0.8).encode(x=x),
        alt.Chart(alt.NamedData("events"))
        .mark_text(baseline="bottom", dy=-4, fill="@muted", fontSize=11)
        .encode(x=x, y=alt.value(0), text="text:N"),
        alt.Chart(alt.NamedData("inside"))
        .mark_text(fontWeight=600)
        .encode(x=x, y=y, text="text:N", fill=alt.Fill("fill:N", scale=None)),
        alt.Chart(alt.NamedData("provisional"))
        .mark_text(dy=-6, baseline="bottom", align="right", fill="@muted", fontSize=11.5)
        .encode(x=alt.value("width"), y=alt.value(0), text="text:N"),
    ]
    if not narrow:
        labels = alt.Chart(alt.NamedData("labels")).encode(x=x, y=y)
        layers += [
            labels.mark_circle(size=46, opacity=1, xOffset=9).encode(fill=alt.Fill("dot:N", scale=None)),
            labels.mark_text(align="left", dx=18, fill="@ink").encode(text="text:N"),
        ]
    return alt.layer(*layers)
