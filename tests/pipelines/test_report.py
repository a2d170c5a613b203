"""What the command tells of a published database: the layers, and what could not be fetched."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from analytics.contracts import empty, table
from assets.publish import DATABASE
from assets.warehouse import connect, write_table
from pipelines.report import failed_fetches, layers_table

NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)
FETCHES, METRICS = table("raw.fetches"), table("marts.layer_metrics")


def fetch(n: int, subject: str, outcome: str, hours: int, message: str | None = None) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(FETCHES.polars_schema, None)
    return row | {
        "fetch_id": str(n), "source": "yahoo", "subject": subject, "outcome": outcome, "message": message,
        "started_at": NOON + timedelta(hours=hours), "requests": 1, "bytes": 0,
    }  # fmt: skip


def test_only_the_newest_answer_to_each_question_counts(tmp_path):
    rows = [
        fetch(1, "chart/NVDA", "rate_limited", 0, "429"),
        fetch(2, "chart/NVDA", "ok", 1),
        fetch(3, "chart/ASML.AS", "ok", 0),
        fetch(4, "chart/ASML.AS", "refused", 2, "403 Forbidden"),
        fetch(5, "chart/TSM", "unchanged", 2),
    ]
    with connect(tmp_path / DATABASE) as database:
        write_table(database, FETCHES, pl.DataFrame(rows, schema=FETCHES.polars_schema))

    assert failed_fetches(tmp_path) == ["yahoo chart/ASML.AS: refused, 403 Forbidden (2026-08-03 14:00 UTC)"]
    assert failed_fetches(tmp_path, NOON + timedelta(hours=3)) == []


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
