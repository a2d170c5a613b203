"""What the command tells of a published database: the layers, and what is failing."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from analytics.contracts import empty, table
from assets.live.failing import Failing
from assets.publish import DATABASE
from assets.warehouse import connect, write_table
from pipelines.report import failures_table, layers_table

FETCHES, METRICS = table("raw.fetches"), table("marts.layer_metrics")


def metric(layer: str, quarter: str, name: str, value: float | None, status: str) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(METRICS.polars_schema, None)
    return row | {
        "lens": "ecosystem", "layer": layer, "basis": "consolidated", "calendar_quarter": quarter, "window": "ttm",
        "metric": name, "value": value, "n_members": 4, "n_measured": 3, "status": status,
    }  # fmt: skip


@pytest.fixture
def current(tmp_path: Path) -> Path:
    """Two layers: one whose newest quarter is provisional, one without figures."""
    lenses, layers = table("core.lenses"), table("core.layers")
    lens = {"lens": "ecosystem", "name": "The ecosystem", "position": 1, "description": "", "source": ""}
    places = [
        {"lens": "ecosystem", "layer": layer, "name": layer.title(), "position": n, "description": "", "parent": None,
         "colour": "models", "named_by_source": True, "note": None}
        for n, layer in enumerate(("models", "foundries"), 1)
    ]  # fmt: skip
    metrics = [
        metric("foundries", "2026Q1", "operating_margin", 0.5, "final"),
        metric("foundries", "2026Q1", "capex_to_revenue", 0.339, "final"),
        metric("foundries", "2026Q1", "debt_to_ebitda", None, "final"),
        metric("foundries", "2026Q2", "operating_margin", 0.6, "provisional"),
        metric("models", "2026Q1", "operating_margin", None, "provisional"),
    ]
    with connect(tmp_path / DATABASE) as database:
        write_table(database, lenses, pl.DataFrame([lens], schema=lenses.polars_schema))
        write_table(database, layers, pl.DataFrame(places, schema=layers.polars_schema))
        write_table(database, METRICS, pl.DataFrame(metrics, schema=METRICS.polars_schema))
        write_table(database, FETCHES, empty(FETCHES))
    return tmp_path


def test_layers_stand_in_order_with_their_newest_final_quarter_and_no_total(current):
    console = Console(file=StringIO(), width=120)
    console.print(layers_table(current))
    title, _, models, foundries, caption = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert "The ecosystem" in title and "trailing twelve months" in title
    assert models.split() == ["Models", "none", "yet", "–", "–", "–", "–"]
    assert foundries.split() == ["Foundries", "2026Q1", "50.0%", "33.9%", "–", "3", "of", "4"]
    assert "Listed companies" in caption


def test_what_fails_is_readable_in_a_window_of_eighty_columns() -> None:
    at = datetime(2026, 9, 30, 6, 31, tzinfo=UTC)
    many = tuple(f"company-{n}" for n in range(6))
    failing = [
        Failing("yahoo", "rate_limited", ("prices", "statements"), many, ("HTTP 429 [slow down]",), at, at, at),
        Failing("sec", "schema_changed", ("facts",), ("palantir",), ("no 'units'",), at, None, None),
    ]
    console = Console(file=StringIO(), width=80)
    console.print(failures_table(failing))
    lines = [line.rstrip() for line in console.file.getvalue().splitlines()]  # type: ignore[attr-defined]
    assert lines == [
        "Not answered; the last good figures stay (times in UTC)",
        "Yahoo rate_limited since 09-30 06:31, last good 2026-09-30, next try 09-30 06:31",
        "  prices, statements of company-0, company-1, company-2, company-3 and 2 more:",
        "  HTTP 429 [slow down]",
        "SEC schema_changed since 09-30 06:31, never good, next try when mended",
        "  facts of palantir: no 'units'",
    ]
