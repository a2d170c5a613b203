"""What the command tells of a published database: the layers, and what is failing."""

from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from analytics.contracts import empty, table
from assets.live.failing import Failing
from assets.publish import DATABASE
from assets.warehouse import connect, write_table
from dashboard import formats
from dashboard.cards import margins
from dashboard.ledger import TABLES, Ledger
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
    """Three layers: one whose newest quarter is provisional, one that is a quarter ahead, one without figures."""
    lenses, layers = table("core.lenses"), table("core.layers")
    lens = {"lens": "ecosystem", "name": "The ecosystem", "position": 1, "description": "", "source": ""}
    places = [
        {"lens": "ecosystem", "layer": layer, "name": layer.title(), "position": n, "description": "", "parent": None,
         "colour": "models", "named_by_source": True, "note": None}
        for n, layer in enumerate(("models", "foundries", "storage"), 1)
    ]  # fmt: skip
    metrics = [
        metric("foundries", "2026Q1", "operating_margin", 0.5, "final"),
        metric("foundries", "2026Q1", "capex_to_revenue", 0.339, "final"),
        metric("foundries", "2026Q1", "debt_to_ocf", None, "final"),
        metric("foundries", "2026Q2", "operating_margin", 0.6, "provisional"),
        metric("storage", "2026Q1", "operating_margin", 0.2, "final"),
        metric("storage", "2026Q1", "capex_to_revenue", 0.05, "provisional"),
        metric("storage", "2026Q1", "debt_to_ocf", 1.5, "final"),
        metric("storage", "2026Q2", "operating_margin", 0.3, "final"),
        metric("models", "2026Q1", "operating_margin", None, "provisional"),
    ]
    with connect(tmp_path / DATABASE) as database:
        write_table(database, lenses, pl.DataFrame([lens], schema=lenses.polars_schema))
        write_table(database, layers, pl.DataFrame(places, schema=layers.polars_schema))
        write_table(database, METRICS, pl.DataFrame(metrics, schema=METRICS.polars_schema))
        write_table(database, FETCHES, empty(FETCHES))
    return tmp_path


def test_layers_stand_in_order_at_the_quarter_that_is_final_in_all_and_without_a_total(current):
    console = Console(file=StringIO(), width=120)
    console.print(layers_table(current))
    title, _, models, foundries, storage, caption = console.file.getvalue().splitlines()  # type: ignore[attr-defined]
    assert title.strip() == "The ecosystem: twelve months to 2026Q1, or earlier"
    assert models.split() == ["Models", "none", "yet", "–", "–", "–", "–"]
    assert foundries.split() == ["Foundries", "2026Q1", "50.0%", "33.9%", "–", "3", "of", "4"]
    # Storage is final in 2026Q2, foundries are not; its capex of 2026Q1 is not final and so no figure.
    assert storage.split() == ["Storage", "2026Q1", "20.0%", "–", "1.5×", "3", "of", "4"]
    assert "Listed companies" in caption


def test_the_closing_table_tells_what_the_home_page_tells(refreshed_home: Path) -> None:
    current = refreshed_home / "published/current"
    with connect(current / DATABASE, read_only=True) as connection:
        tables = {name: connection.sql(f"FROM {name}").pl() for name in TABLES}
        ((lens,),) = connection.sql("SELECT lens FROM core.lenses ORDER BY position LIMIT 1").fetchall()
    printed = layers_table(current)
    names, quarters, told = (list(printed.columns[at].cells) for at in range(3))
    ledger = Ledger(tables, date(2026, 9, 30))
    shown = next(
        v for v in margins.card(ledger, lens).views if v.key == "operating_margin.consolidated.ttm.aggregate.now"
    )
    assert [panel.name for panel in shown.panels] == names
    common = ledger.headline(lens, "consolidated")
    assert f"to {common}" in str(printed.title)
    for panel, quarter, value in zip(shown.panels, quarters, told, strict=True):
        # The panel names its quarter where that is not the one of all, and writes no decimals.
        figure, _, own = panel.value.partition(", ")
        assert (own or formats.quarter(common)) == formats.quarter(str(quarter)) or quarter == "none yet"
        layer = next(one.layer for one in ledger.layers(lens) if one.name == panel.name)
        known = ledger.value(lens, layer, "consolidated", "operating_margin", str(quarter))
        assert (figure, value) == (
            (formats.UNKNOWN, "–") if known is None else (formats.percent(known), f"{known:.1%}")
        )


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
