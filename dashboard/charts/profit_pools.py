"""Profit pools: a block per company, width its revenue, height its margin, so its area is its profit.

Wide, the layers stand side by side; on a phone the picture is turned and they go down the page. A layer without figures
is hatched, and its size means nothing.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import altair as alt

from dashboard import formats
from dashboard.charts.labels import Box, Wanted, crossed, place
from dashboard.charts.picture import Picture, structure, text_width

WIDE, PLOT, LABELS = 1092, 300, 112  # pixels: plot width, height of the blocks, room for labels above
NARROW, STACK, TURNED = 342, 500, 340  # pixels: least width, height of the blocks on a phone and on a wide screen
GAP, UNKNOWN_SIZE = 8, 30
LOWEST, HIGHEST = -0.10, 0.80
UNKNOWN_FILL = "url(#hatch)"
LATE = 0.45
CROWDED = 2  # leaders through labels that a picture may have


class Block(NamedTuple):
    """One member: its revenue and its profit in US dollars; `late` is the quarter of figures older than the rest.

    A late block is drawn pale, after the others, and is not in its layer's profit and margin.
    """

    name: str
    revenue: float
    profit: float
    late: str | None = None

    @property
    def margin(self) -> float:
        """Profit over revenue."""
        return self.profit / self.revenue


class Pool(NamedTuple):
    """One layer: its measured members, profit in US dollars and margin (None where unknown), and what to say if so."""

    name: str
    colour: str
    blocks: Sequence[Block]
    profit: float | None
    margin: float | None
    unknown: str = "no public figures"
    provisional: bool = False


def clipped(pools: Sequence[Pool]) -> list[Block]:
    """Return the blocks whose margin lies outside what is drawn, the lowest margin first."""
    blocks = [b for pool in pools for b in _shown(pool) if not LOWEST <= b.margin <= HIGHEST]
    return sorted(blocks, key=lambda b: b.margin)


def picture(pools: Sequence[Pool], measure: str, narrow: bool = False) -> Picture:
    """Return the drawing of pools in stack order; `measure` names the profit, 'operating income'."""
    return _narrow(pools, measure) if narrow else _wide(pools, measure)


def _shown(pool: Pool) -> list[Block]:
    """The blocks of a known layer, the highest margin first; none where the layer is unknown."""
    if pool.profit is None:
        return []
    return sorted((b for b in pool.blocks if b.revenue > 0), key=lambda b: (b.late is not None, -b.margin))


def _extent(pools: Sequence[Pool]) -> tuple[float, float, list[float]]:
    margins = [b.margin for pool in pools for b in _shown(pool)] or [0.0]
    low = LOWEST if min(margins) < 0 else 0.0
    high = min(max(0.3, *margins), HIGHEST)
    return low, high, [step / 5 for step in range(int(high * 5 + 1e-9) + 1)]


def _look(pool: Pool, block: Block, measure: str) -> dict[str, object]:
    """What a block's row holds beside its place."""
    tip = (
        f"{block.name}\n{pool.name}\n{measure} {formats.dollars(block.profit)}"
        f"\nmargin {formats.percent(block.margin, 1)}\nrevenue {formats.dollars(block.revenue)}"
        + (f"\ntwelve months to {formats.quarter(block.late)}, not counted" if block.late else "")
    )
    return {"known": True, "late": bool(block.late) or pool.provisional, "fill": f"@{pool.colour}", "tip": tip}


def _caption(pool: Pool) -> str:
    if pool.profit is None:
        return pool.unknown
    late = " · provisional" if pool.provisional else ""
    return f"{formats.dollars(pool.profit)} · {formats.percent(pool.margin)}{late}"


def _fill() -> alt.Fill:
    return alt.Fill("fill:N", scale=None)


def _named(name: str) -> alt.Chart:
    return alt.Chart(alt.NamedData(name))


@structure
def _wide_spec() -> alt.TopLevelMixin:
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, WIDE], nice=False, zero=False))
    y = alt.Y(
        "y:Q",
        title=None,
        scale=alt.Scale(domain=["@low", "@top"], nice=False, zero=False),
        axis=alt.Axis(values="@ticks", format="%"),
    )
    blocks = _named("blocks").encode(x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip="tip:N")
    at = {"x": x, "y": y}
    labels = _named("labels")
    names, captions = labels.encode(x=x, y=y, text="name:N"), labels.encode(x=x, y=y, text="caption:N")
    bold: dict[str, Any] = {"align": "left", "baseline": "top", "fontSize": 13, "fontWeight": 700}
    plain: dict[str, Any] = {"align": "left", "baseline": "top", "dy": 17, "fontSize": 12}
    return alt.layer(
        _named("leaders").mark_rule(color="@rule-2").encode(**at, y2="y2:Q"),
        blocks.transform_filter("datum.known && !datum.late")
        .mark_rect(stroke="@surface", strokeWidth=1)
        .encode(fill=_fill()),
        blocks.transform_filter("datum.known && datum.late")
        .mark_rect(fillOpacity=LATE, strokeWidth=1, strokeDash=[3, 3])
        .encode(fill=_fill(), stroke=alt.Stroke("fill:N", scale=None)),
        blocks.transform_filter("!datum.known").mark_rect(
            fill=UNKNOWN_FILL, stroke="@hatch", strokeDash=[3, 3], strokeWidth=1
        ),
        _named("zero").mark_rule(color="@muted").encode(x=x, x2="x2:Q", y=y),
        _named("lines").mark_rule(color="@ink", strokeWidth=2).encode(x=x, x2="x2:Q", y=y, tooltip="tip:N"),
        # Where a leader must run through a label, the label's ground parts it.
        names.mark_text(**bold, fill="@surface", stroke="@surface", strokeWidth=5),
        captions.mark_text(**plain, fill="@surface", stroke="@surface", strokeWidth=5),
        names.mark_text(**bold, fill="@ink"),
        captions.mark_text(**plain, fill="@muted"),
        _named("feet")
        .mark_text(baseline="alphabetic", fontSize=12, fontWeight=600)
        .encode(**at, text="text:N", fill=_fill()),
        _named("scale").mark_rule(color="@ink-2", strokeWidth=3).encode(x=x, x2="x2:Q", y=y),
        _named("scale").mark_text(align="right", dx=-8, fill="@muted").encode(**at, text="text:N"),
        _named("scale").mark_text(align="right", dy=19, fill="@muted").encode(x=alt.X("x2:Q"), y=y, text="area:N"),
    )


def _wide(pools: Sequence[Pool], measure: str) -> Picture:
    low, high, ticks = _extent(pools)
    per_unit = PLOT / (high - low)
    top = low + (PLOT + LABELS) / per_unit
    known = [pool for pool in pools if _shown(pool)]
    free = WIDE - GAP * (len(pools) - 1) - UNKNOWN_SIZE * (len(pools) - len(known))
    total = sum(b.revenue for pool in known for b in _shown(pool)) or 1.0
    per_dollar = (free - 2 * len(known)) / total  # two pixels a layer, so that the smallest can be seen
    blocks: list[dict[str, Any]] = []
    lines, feet, wanted, obstacles = [], [], [], []
    at = 0.0
    for pool in pools:
        start, shown = at, _shown(pool)
        counted = start
        if not shown:
            at += UNKNOWN_SIZE
            blocks.append({"x": start, "x2": at, "y": 0, "y2": high * 0.45, "known": False,
                           "tip": f"{pool.name}\n{pool.unknown}"})  # fmt: skip
            peak = high * 0.45
            obstacles.append(Box(start, 0, at, (peak - low) * per_unit))
        for block in shown:
            wide = block.revenue * per_dollar + 2 / len(shown)
            height = min(max(block.margin, low), high)
            blocks.append({"x": at, "x2": at + wide, "y": 0, "y2": height, **_look(pool, block, measure)})
            obstacles.append(Box(at, 0, at + wide, (max(height, 0) - low) * per_unit))
            foot = _foot(block, wide, height * per_unit)
            feet += [
                {"x": at + wide / 2, "y": (10 + 15 * (len(foot) - 1 - line)) / per_unit, "text": text,
                 "fill": "@ink" if block.late or pool.provisional else f"@on-{pool.colour}"}
                for line, text in enumerate(foot)
            ]  # fmt: skip
            at += wide
            if not block.late:
                counted = at
        if shown and pool.margin is not None and low <= pool.margin <= high:
            lines.append({"x": start, "x2": max(counted, start + 8), "y": pool.margin,
                          "tip": f"{pool.name}\nlayer margin {formats.percent(pool.margin, 1)}"})  # fmt: skip
            obstacles.append(Box(start, 0, at, (pool.margin - low) * per_unit + 2))
        size = max(text_width(pool.name, 13, True), text_width(_caption(pool)))
        # The label of a wide layer stands over it; that of a narrow one has a leader down to its tallest block.
        reach = max((o.top for o in obstacles if o.left >= start and o.right <= at), default=0.0)
        wanted.append(Wanted(size, 38, (start + at) / 2, reach + 6, at - start < 0.55 * size))
        at += GAP
    obstacles.append(Box(WIDE - 250, PLOT + LABELS - 40, WIDE, PLOT + LABELS))  # the scale bar's corner
    boxes = place(wanted, obstacles, WIDE, PLOT + LABELS)
    if crossed(wanted, boxes) > CROWDED:  # many narrow layers side by side: down the page each has a row for its label
        return _narrow(pools, measure, TURNED)
    labels, leaders = [], []
    for pool, want, box in zip(pools, wanted, boxes, strict=True):
        labels.append({"x": box.left, "y": low + box.top / per_unit, "name": pool.name, "caption": _caption(pool)})
        if want.led or box.bottom - want.floor > 12:
            leaders.append({"x": want.anchor, "y": low + (box.bottom + 2) / per_unit,
                            "y2": low + (want.floor - 2) / per_unit})  # fmt: skip
    bar = _round(total / 12)
    data = {
        "blocks": blocks,
        "lines": lines,
        "feet": feet,
        "labels": labels,
        "leaders": leaders,
        "zero": [{"x": 0, "x2": WIDE, "y": 0}],
        "scale": [{"x": WIDE - bar * per_dollar, "x2": WIDE, "y": top - 14 / per_unit,
                   "text": f"width: {formats.dollars(bar)} of revenue", "area": f"area: {measure}"}],
    }  # fmt: skip
    return Picture(
        _wide_spec(), data, PLOT + LABELS, 1, {"@low": low, "@top": top, "@ticks": [t for t in ticks if t <= high]}
    )


def _round(value: float) -> float:
    """The nearest of 1, 2, 5 × a power of ten that is not larger."""
    power = 10 ** (len(f"{int(max(value, 1))}") - 1)
    return float(max(step * power for step in (1, 2, 5) if step * power <= max(value, 1)))


def _foot(block: Block, width: float, height: float) -> list[str]:
    """What fits at the foot of a block, line by line: the name on up to two lines over the amount, or nothing."""
    amount = formats.dollars(block.profit)
    name = f"{block.name} †" if block.late else block.name
    for lines in ([name], name.split(" ", 1)):
        if (
            all(text_width(line, 12, True) + 8 <= width for line in (*lines, amount))
            and height >= 15 * (len(lines) + 1) + 12
        ):
            return [*lines, amount]
    return []


@structure
def _narrow_spec() -> alt.TopLevelMixin:
    x = alt.X(
        "x:Q",
        title=None,
        scale=alt.Scale(domain=["@low", "@high"], nice=False, zero=False),
        axis=alt.Axis(values="@ticks", format="%", orient="top", gridColor="@rule", labelFlush=False),
    )
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(domain=[0, "@height"], reverse=True, nice=False, zero=False))
    blocks = _named("blocks").encode(x=x, x2="x2:Q", y=y, y2="y2:Q", tooltip="tip:N")
    return alt.layer(
        blocks.transform_filter("datum.known && !datum.late")
        .mark_rect(stroke="@surface", strokeWidth=0.7)
        .encode(fill=_fill()),
        blocks.transform_filter("datum.known && datum.late")
        .mark_rect(fillOpacity=LATE, strokeWidth=1, strokeDash=[3, 3])
        .encode(fill=_fill(), stroke=alt.Stroke("fill:N", scale=None)),
        blocks.transform_filter("!datum.known").mark_rect(
            fill=UNKNOWN_FILL, stroke="@hatch", strokeDash=[3, 3], strokeWidth=1
        ),
        _named("zero").mark_rule(color="@muted").encode(x=x, y=y, y2="y2:Q"),
        _named("lines").mark_rule(color="@ink", strokeWidth=2).encode(x=x, y=y, y2="y2:Q", tooltip="tip:N"),
        _named("labels")
        .mark_text(align="left", baseline="alphabetic", fontSize=13, fontWeight=700, fill="@ink")
        .encode(x=x, y=y, text="name:N"),
        _named("labels")
        .mark_text(align="right", baseline="alphabetic", fill="@muted")
        .encode(x=alt.X("right:Q"), y=y, text="caption:N"),
        _named("feet")
        .mark_text(align="left", baseline="middle", dx=6, fontSize=11.5, fontWeight=600)
        .encode(x=x, y=y, text="text:N", fill=_fill()),
        _named("beside")
        .mark_text(align="left", baseline="middle", dx=5, fontSize=11.5, fill="@muted")
        .encode(x=x, y=y, text="text:N"),
    )


def _narrow(pools: Sequence[Pool], measure: str, stack: int = STACK) -> Picture:
    low, high, ticks = _extent(pools)
    high = high * 1.02
    per_unit = NARROW / (high - low)
    total = sum(b.revenue for pool in pools for b in _shown(pool)) or 1.0
    per_dollar = stack / total
    blocks: list[dict[str, Any]] = []
    lines, feet, beside, labels = [], [], [], []
    at = 4.0
    for pool in pools:
        shown = _shown(pool)
        at += 16
        caption = _caption(pool)
        wide = text_width(pool.name, 13, bold=True) + text_width(caption) + 8 > high * per_unit
        # A long name begins where losses do, so that it stays clear of what stands at its right.
        labels.append({"x": low if wide else 0, "y": at - 4, "right": high, "name": pool.name, "caption": caption})
        start = at
        if not shown:
            at += 16
            blocks.append({"x": 0, "x2": high * 0.45, "y": start, "y2": at, "known": False,
                           "tip": f"{pool.name}\n{pool.unknown}"})  # fmt: skip
        for block in shown:
            thick = max(block.revenue * per_dollar, 2.0)
            reach = min(max(block.margin, low), high)
            blocks.append({"x": 0, "x2": reach, "y": at, "y2": at + thick, **_look(pool, block, measure)})
            room = text_width(block.name, 11.5, True) + 14
            middle = at + thick / 2
            if thick >= 13 and reach * per_unit >= room:
                feet.append(
                    {
                        "x": 0,
                        "y": middle,
                        "text": block.name,
                        "fill": "@ink" if block.late or pool.provisional else f"@on-{pool.colour}",
                    }
                )
            elif thick >= 13:
                clear = max(reach, 0.0)
                if pool.margin is not None and clear - 0.01 <= pool.margin <= clear + room / per_unit:
                    clear = pool.margin
                if clear * per_unit + room <= high * per_unit:
                    beside.append({"x": clear, "y": middle, "text": block.name})
            at += thick
        if shown and pool.margin is not None and low <= pool.margin <= high:
            lines.append({"x": pool.margin, "y": start, "y2": at,
                          "tip": f"{pool.name}\nlayer margin {formats.percent(pool.margin, 1)}"})  # fmt: skip
        at += 7
    data = {"blocks": blocks, "lines": lines, "feet": feet, "beside": beside, "labels": labels,
            "zero": [{"x": 0, "y": 4, "y2": at}]}  # fmt: skip
    tokens = {"@low": low, "@high": high, "@ticks": ticks}
    return Picture(_narrow_spec(), data, at, 20, tokens)
