"""What an operator sees of a table in the UI: how new it is, its newest rows, and a small chart.

Belongs here: metadata of a materialisation made from its frame. Does not belong here: charts of the pages (dashboard).

Dagster's UI shows Markdown without pictures, so the chart is a line of block characters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import dagster as dg
import polars as pl

from analytics.contracts import Table
from analytics.windows import index

# Columns that tell how new a table is, in the order in which they are looked for.
PERIOD_COLUMNS = ("calendar_quarter", "period_end", "date", "newest_quarter", "last_quarter", "started_at", "known_on")
KNOWN_COLUMNS = ("known_at", "date", "newest_known_at", "fetched_at", "started_at", "known_on")

ROWS, COLUMNS, POINTS = 8, 9, 24
BLOCKS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Chart:
    """A line for each series: the mean of `value` by quarter over the rows that have these values."""

    title: str
    value: str
    series: str | None = None
    where: Mapping[str, str] = field(default_factory=dict)
    percent: bool = True


_LAYERS = {"lens": "ecosystem", "basis": "consolidated", "window": "ttm"}
# Tables whose chart says more than the number of their rows by period.
CHARTS = {
    "marts.company_metrics": Chart(
        "Operating margin, mean of companies", "value", None, {"metric": "operating_margin", "window": "ttm"}
    ),
    "marts.layer_metrics": Chart("Operating margin", "value", "layer", _LAYERS | {"metric": "operating_margin"}),
    "marts.value_capture": Chart(
        "Share of positive operating income", "share_of_positive", "layer", _LAYERS | {"pool": "operating_income"}
    ),
}


def newest(frame: pl.DataFrame, contract: Table, today: date | None = None) -> dict[str, Any]:
    """How new a table is, as metadata: newest period, its age in days, as of which day; what it has no column for is
    left out.

    Args:
        frame: the rows that were made. contract: their table. today: from which age is counted; the clock's by default.
    """
    told: dict[str, Any] = {}
    for column in PERIOD_COLUMNS:
        if column in contract.polars_schema and (value := frame[column].max()) is not None:
            told["newest period"] = str(value)
            age = ((today or datetime.now(UTC).date()) - _end(value)).days
            told["age of newest period (days)"] = age
            break
    for column in KNOWN_COLUMNS:
        if column in contract.polars_schema and isinstance(value := frame[column].max(), date):
            told["as of"] = str(value.date() if isinstance(value, datetime) else value)
            break
    return told


def _end(period: Any) -> date:
    """The last day of a period: a day itself, or a calendar quarter's end."""
    if isinstance(period, datetime):
        return period.date()
    if isinstance(period, date):
        return period
    after = index(str(period)) + 1
    return date.fromordinal(date(after // 4, after % 4 * 3 + 1, 1).toordinal() - 1)


def preview(frame: pl.DataFrame, contract: Table) -> dg.MarkdownMetadataValue:
    """The newest rows of a table under a small chart."""
    drawn = _chart(frame, contract)
    return dg.MetadataValue.md("\n\n".join(part for part in (drawn, _rows(frame, contract)) if part))


def _chart(frame: pl.DataFrame, contract: Table) -> str:
    chart = CHARTS.get(contract.full_name)
    time = next((c for c in PERIOD_COLUMNS if c in contract.polars_schema), None)
    if time is None or frame.is_empty():
        return ""
    if chart is None:
        counts = _by_period(frame, time, pl.len().cast(pl.Float64))
        return f"Rows by {time}\n\n```\n{_line('', counts, percent=False)}\n```" if counts.height > 1 else ""
    rows = _charted(frame, chart)
    names: Sequence[str | None] = [None]
    if chart.series:
        names = rows[chart.series].unique().sort().to_list()
    width = max((len(n or "") for n in names), default=0)
    lines = []
    for name in names:
        own = rows if chart.series is None else rows.filter(pl.col(chart.series) == name)
        points = _by_period(own, time, pl.col(chart.value).mean())
        if points["y"].drop_nulls().len() > 1:
            lines.append(_line((name or "").ljust(width), points, percent=chart.percent))
    where = ", ".join(chart.where.values())
    return f"{chart.title} by {time} ({where})\n\n```\n" + "\n".join(lines) + "\n```" if lines else ""


def _charted(frame: pl.DataFrame, chart: Chart) -> pl.DataFrame:
    return frame.filter([pl.col(c) == v for c, v in chart.where.items()])


def _by_period(rows: pl.DataFrame, time: str, value: pl.Expr) -> pl.DataFrame:
    """The newest periods and the value of each: columns x (text) and y."""
    by = pl.col(time) if rows[time].dtype == pl.String else pl.col(time).dt.truncate("1mo")
    return (
        rows.group_by(x=by)
        .agg(y=value)
        .drop_nulls("x")
        .sort("x")
        .tail(POINTS)
        .with_columns(pl.col("x").cast(pl.String))
    )


def _line(name: str, points: pl.DataFrame, *, percent: bool) -> str:
    values = points["y"].to_list()
    there = [v for v in values if v is not None]
    low, high = min(there), max(there)
    steps = [
        "·" if v is None else BLOCKS[round((v - low) / (high - low) * (len(BLOCKS) - 1)) if high > low else 3]
        for v in values
    ]
    first, last = (_short(v, percent=percent) for v in (there[0], there[-1]))
    text = f"{points['x'][0]} {first:>8} {''.join(steps)} {last:>8} {points['x'][-1]}"
    return f"{name}  {text}" if name else text


def _short(value: float, *, percent: bool) -> str:
    return f"{value:.1%}" if percent else f"{value:,.0f}"


def _rows(frame: pl.DataFrame, contract: Table) -> str:
    time = next((c for c in PERIOD_COLUMNS if c in contract.polars_schema), None)
    chart = CHARTS.get(contract.full_name)
    chosen = _charted(frame, chart).drop_nulls(chart.value) if chart else frame
    shown = chosen.top_k(ROWS, by=time) if time and chosen.height else chosen.head(ROWS)
    columns = [c.name for c in contract.columns][:COLUMNS]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in shown.select(columns).iter_rows():
        lines.append("| " + " | ".join(_cell(v) for v in row) + " |")
    title = f"The newest {shown.height} of {frame.height:,} rows"
    more = f", {COLUMNS} of {len(contract.columns)} columns" if len(contract.columns) > COLUMNS else ""
    return f"{title}{more}\n\n" + "\n".join(lines)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= 60 else text[:59] + "…"
