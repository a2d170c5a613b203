"""Two hundred numbers read off rendered pages, drawn with a seed, are those of the published database."""

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from playwright.sync_api import Browser, Page

from dashboard.cards import capex, concentration, margins, profit_pools, stress
from dashboard.ledger import BASE_QUARTER
from dashboard.pages.layer import FAMILIES
from tests.browser.look import opened

pytestmark = pytest.mark.browser

SEED, HOW_MANY = 20261121, 200
LENS = "ecosystem"
LAYERS = ("compute-memory", "hyperscalers", "storage")
COMPANIES = ("nvidia", "tsmc", "microsoft")
METRICS, THEN = "marts.layer_metrics", "marts.layer_metrics_then"
COLUMNS = {"Layer": "value", "Median": "median", "First quartile": "p25", "Third quartile": "p75",
           "Without the largest": "value_ex_largest"}  # fmt: skip

# Every view of every card: [card, view, title, source line, [head, …rows]]; a cell is its text, or its unrounded value.
TABLES = """() => layerLedger.all(".card").flatMap(card => layerLedger.keys(card).map(key => {
  layerLedger.show(card, key);
  const view = layerLedger.active(card), cell = c => c.querySelector("data") ? Number(c.querySelector("data").value)
    : c.textContent.trim().replace(/\\u00a0/g, " ");
  return [card.id, key, view.querySelector("h2").textContent.replace(/\\u00a0/g, " "),
    (view.querySelector(".source") || view).textContent,
    [...view.querySelectorAll(".twin tr")].map(r => [...r.children].map(cell))];
}))"""
SHEET = """() => [...document.querySelectorAll("#metrics button.why")]
  .map(b => [b.dataset.why, b.textContent.replace(/\\u2212/g, "-").replace(/,/g, "")])"""


class Read(NamedTuple):
    """A number as a page shows it (None for n/a), how exactly, where it stands, and what the database is asked."""

    shown: float | None
    tolerance: float
    where: str
    column: str
    table: str
    key: tuple[tuple[str, str], ...]


def quarter(text: str) -> str:
    return re.sub(r"\s", "", text)


def metric_at(layer: str, basis: str, metric: str, at: str, window: str = "ttm") -> tuple[tuple[str, str], ...]:
    return (("lens", LENS), ("layer", layer), ("basis", basis), ("metric", metric), ("calendar_quarter", at),
            ("window", window))  # fmt: skip


def exact(value: Any, where: str, column: str, table: str, key: tuple[tuple[str, str], ...]) -> Read:
    if value == "n/a":
        return Read(None, 0, where, column, table, key)
    return Read(float(value), abs(float(value)) * 1e-5, where, column, table, key)


class Shown(NamedTuple):
    """One view of a card of the home page: where it is, the parts of its key, its table, ids of layers by name."""

    where: str
    parts: list[str]
    head: list[str]
    rows: list[list[Any]]
    as_of: str
    layers: dict[str, str]


def known_then(layer: str, metric: str, at: str, day: str) -> tuple[tuple[str, str], ...]:
    return (("lens", LENS), ("layer", layer), ("metric", metric), ("calendar_quarter", at), ("known_on", day))


def of_margins(view: Shown) -> Iterator[Read]:
    metric, basis, window, statistic, known = view.parts
    for at, *values in view.rows:
        for name, value in zip(view.head[1:], values, strict=True):
            layer = view.layers[name]
            if value == "n/a":  # where the aggregate is unknown the median is not shown
                continue
            if known != "now":
                yield exact(value, view.where, "value", THEN, known_then(layer, metric, quarter(at), known))
                continue
            key = metric_at(layer, basis, metric, quarter(at), window)
            yield exact(value, view.where, "median" if statistic == "median" else "value", METRICS, key)


def of_capture(view: Shown) -> Iterator[Read]:
    pool, basis = view.parts
    for at, *values in view.rows:
        for name, value in zip(view.head[1:], values, strict=True):
            key = (("lens", LENS), ("layer", view.layers[name]), ("pool", pool), ("basis", basis),
                   ("calendar_quarter", quarter(at)), ("window", "ttm"))  # fmt: skip
            yield exact(value, view.where, "share_of_positive", "marts.value_capture", key)


def of_capex(view: Shown) -> Iterator[Read]:
    metric, window, statistic, known = view.parts
    if known != "now":
        yield from of_past_capex(view)
        return
    now = quarter(re.findall(r"\d{4}\sQ\d", view.head[2])[-1])
    for name, then, value, _ in view.rows:
        for at, shown in ((BASE_QUARTER, then), (now, value)):
            if shown != "n/a":
                key = metric_at(view.layers[name], "consolidated", metric, at, window)
                yield exact(shown, view.where, "median" if statistic == "median" else "value", METRICS, key)


def of_past_capex(view: Shown) -> Iterator[Read]:
    metric, _, _, day = view.parts
    for name, then, newest, value, now in view.rows:
        layer = view.layers[name]
        for at, shown in ((BASE_QUARTER, then), (quarter(newest), value)):
            if shown != "n/a":
                yield exact(shown, view.where, "value", THEN, known_then(layer, metric, at, day))
        if value != "n/a":
            key = metric_at(layer, "consolidated", metric, quarter(newest))
            yield exact(now, view.where, "value", METRICS, key)


def of_concentration(view: Shown) -> Iterator[Read]:
    (item,) = view.parts
    basis = concentration.ITEMS[item][2]
    for name, _, then, then_hhi, _, _, now, now_hhi, _, _ in view.rows:
        for at, share, hhi in ((BASE_QUARTER, then, then_hhi), (view.as_of, now, now_hhi)):
            for shown, column in ((share, "largest_share"), (hhi, "hhi")):
                if shown != "n/a":
                    key = (("lens", LENS), ("layer", view.layers[name]), ("basis", basis), ("item", item),
                           ("calendar_quarter", at), ("window", "ttm"))  # fmt: skip
                    yield exact(shown, view.where, column, "marts.concentration", key)


def of_pools(view: Shown) -> Iterator[Read]:
    item, basis, _ = view.parts
    for name, company, revenue, profit, _, at in view.rows:
        for shown, which in ((revenue, "revenue"), (profit, item)):
            if shown != "n/a":
                key = (("lens", LENS), ("layer", view.layers[name]), ("basis", basis), ("item", which),
                       ("name", company), ("calendar_quarter", quarter(at)), ("window", "ttm"))  # fmt: skip
                yield exact(shown, view.where, "amount_usd", "amounts", key)


def of_stress(view: Shown) -> Iterator[Read]:
    for name, *values in view.rows:
        for metric, value in zip(stress.GAUGES, values, strict=True):
            yield exact(
                value, view.where, "value", METRICS, metric_at(view.layers[name], "consolidated", metric, view.as_of)
            )


HOME = {"margins": of_margins, "capture": of_capture, "capex": of_capex, "profit-pools": of_pools, "stress": of_stress,
        "concentration": of_concentration}  # fmt: skip


def of_home(page: Page, layers: dict[str, str]) -> Iterator[Read]:
    """The numbers of the home page's tables: layers by quarter, layers by measure."""
    for card, key, _, source, table in page.evaluate(TABLES):
        if card in HOME:
            at = re.findall(r"\d{4}\sQ\d", source)[-1]
            head, *rows = table
            yield from HOME[card](Shown(f"index.html#{card}.{key}", key.split("."), head, rows, quarter(at), layers))


def of_layer(page: Page, layer: str) -> Iterator[Read]:
    """The numbers of a layer's page: its tables, and the two figures of each title."""
    bases = {card: basis for card, _, basis, _ in FAMILIES}
    for card, key, title, _, (head, *rows) in page.evaluate(TABLES):
        if card not in bases:
            continue
        metric, where = key.split(".")[0], f"{layer}#{card}.{key}"
        window = "quarter" if "quarter" in key.split(".") else "ttm"
        for row in rows:
            for name, column in COLUMNS.items():
                key_at = metric_at(layer, bases[card], metric, quarter(row[0]), window)
                yield exact(row[head.index(name)], where, column, METRICS, key_at)
        told = re.search(r": (−?[\d,.]+)([%×]) in (\d{4} Q\d)", title)
        assert told, title
        value, unit, at = float(told[1].replace("−", "-").replace(",", "")), told[2], quarter(told[3])
        key_at = metric_at(layer, bases[card], metric, at, window)
        scale = 100 if unit == "%" else 1
        rounding = 0.5 / scale if unit == "%" else 0.5 if abs(value) > 99 else 0.05
        yield Read(value / scale, rounding * 1.001, f"{where}: {title}", "value", METRICS, key_at)


def of_company(page: Page, company: str) -> Iterator[Read]:
    """The ratios of a company's page, as rounded there."""
    for why, text in page.evaluate(SHEET):
        metric, at = why.split(" ")
        key = (("company_id", company), ("metric", metric), ("calendar_quarter", at), ("window", "ttm"))
        for unit, scale in (("%", 100), ("×", 1)):
            if text.endswith(unit):
                shown = float(text[:-1]) / scale
                rounding = 0.5 if unit == "×" and abs(shown) > 99 else 0.05  # as formats.times
                yield Read(shown, rounding / scale * 1.001, f"{company}: {why}", "value", "marts.company_metrics", key)


@pytest.fixture(scope="module")
def numbers(browser: Browser, site: Path, database: duckdb.DuckDBPyConnection) -> list[Read]:
    layers = dict(database.execute("select name, layer from core.layers where lens = ?", [LENS]).fetchall())
    base, found = site.as_uri() + "/", list[Read]()
    with opened(browser, base, "index.html", 1280) as watched:
        found += of_home(watched.page, layers)
        for layer in LAYERS:
            watched.go(f"{base}layers/{LENS}/{layer}.html")
            found += of_layer(watched.page, layer)
        for company in COMPANIES:
            watched.go(f"{base}companies/{company}.html")
            found += of_company(watched.page, company)
    return found


@pytest.fixture(scope="module")
def database(site: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(site / "layerledger.duckdb", read_only=True)
    yield connection
    connection.close()


def asked(database: duckdb.DuckDBPyConnection, read: Read) -> float | None:
    """What the database says; exactly one row must answer, or none where a layer had no member yet and n/a is shown."""
    table = read.table
    if table == "amounts":
        # A member is a company, or a unit or product of one, which stands in core.companies too.
        table = "(select a.*, c.name from marts.member_amounts a join core.companies c on c.company_id = a.member_id)"
    where = " and ".join(f'"{name}" = ?' for name, _ in read.key)
    rows = database.execute(f"select {read.column} from {table} where {where}", [v for _, v in read.key]).fetchall()
    if not rows and read.shown is None:
        return None
    assert len(rows) == 1, f"{read}: {len(rows)} rows"
    value: float | None = rows[0][0]
    return value


def test_numbers_on_the_pages_are_those_of_the_database(
    numbers: list[Read], database: duckdb.DuckDBPyConnection
) -> None:
    titles = [read for read in numbers if ": " in read.where and "#" in read.where]
    chosen = random.Random(SEED).sample(numbers, HOW_MANY) + titles
    wrong = []
    for read in chosen:
        value = asked(database, read)
        agree = value is None if read.shown is None else value is not None and abs(value - read.shown) <= read.tolerance
        if not agree:
            wrong.append(f"{read.where} {dict(read.key)}: shown {read.shown}, {read.table} has {value}")
    assert wrong == []
    assert len(titles) > 20


def test_the_numbers_come_from_every_kind_of_table(numbers: list[Read]) -> None:
    assert {read.table for read in numbers} == {
        "marts.layer_metrics", "marts.value_capture", "marts.company_metrics", "amounts", "marts.concentration",
        "marts.layer_metrics_then",
    }  # fmt: skip
    assert len(numbers) > 5000
    assert any(read.shown is None for read in numbers)
    assert set(margins.METRICS) | set(capex.METRICS) <= {dict(read.key).get("metric") for read in numbers}
    assert set(profit_pools.ITEMS) <= {dict(read.key).get("item") for read in numbers}
