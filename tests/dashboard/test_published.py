"""The pages of a real refresh, read back: every number says its months, and is the database's of those months.

On a page that compares layers a metric is of one and the same quarter for all of them, wherever it stands; on the page
of one layer it is of the layer's own newest final quarter. Tables of charts are read in tests/browser/test_numbers.py.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

from analytics.metrics.registry import METRICS
from dashboard import formats
from dashboard.pages.layer import FAMILIES

VOID = frozenset({"meta", "link", "input", "br", "hr", "img", "path", "rect", "circle", "line"})
QUARTER = re.compile(r"(20\d\d) (Q[1-4])")
MONTHS = re.compile(r"twelve months to 20\d\d Q[1-4]|at the end of 20\d\d Q[1-4]|\bon \d+ [A-Z][a-z]{2} 20\d\d")
FIGURE = re.compile(r"\$\d|\d(\.\d)?[%×]|\d+ of \d+")
DATED = re.compile(r"(?<!\d)(19|20)\d\d(?!\d)")


class Node:
    """An element of a page: its tag, classes and attributes, and its text; `whole` are all elements in their order."""

    def __init__(self, tag: str, attributes: dict[str, str | None], whole: list["Node"]) -> None:
        self.tag, self.attributes, self._whole = tag, attributes, whole
        self.classes = (attributes.get("class") or "").split()
        self.words: list[str] = []
        whole.append(self)
        self.start = self.end = len(whole)

    def every(self, what: str) -> list["Node"]:
        """Elements inside with a tag ('dd') or a class ('.panel'), in their order."""
        inside = self._whole[self.start : self.end]
        return [n for n in inside if (what[1:] in n.classes if what[0] == "." else n.tag == what)]

    def first(self, what: str) -> "Node":
        return self.every(what)[0]

    @property
    def text(self) -> str:
        """The words, with plain spaces."""
        return re.sub(r"\s+", " ", "".join(self.words)).strip()


class Reader(HTMLParser):
    """Makes the tree of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.whole: list[Node] = []
        self.open: list[Node] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs), self.whole)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        while any(node.tag == tag for node in self.open):
            done = self.open.pop()
            done.end = len(self.whole)
            if done.tag == tag:
                break

    def handle_data(self, data: str) -> None:
        for node in self.open:
            node.words.append(data)


class Read(NamedTuple):
    """A number of a layer as a page tells it, and what it is said to be of; decimals: as in formats.metric."""

    page: str
    layer: str
    basis: str
    metric: str
    quarter: str
    text: str
    decimals: int = 0


Pages = dict[str, Node]


@pytest.fixture(scope="module")
def pages(refreshed_home: Path) -> Pages:
    folder, found = refreshed_home / "published" / "current", {}
    for path in sorted(folder.rglob("*.html")):
        reader = Reader()
        # What charts draw and what controls lead to travels as JSON; it is read elsewhere. Of the sheets of companies
        # three are read, of the others heads and dates.
        text = re.sub(r"<script.*?</script>", "", path.read_text(encoding="utf-8"), flags=re.S)
        if path.parent.name == "companies" and path.stem not in ("nvidia", "sap", "samsung-electronics"):
            text = re.sub(r"<td(?:(?!20\d\d|</td>).)*</td>", "", text, flags=re.S)
        reader.feed(text)
        reader.close()
        found[path.relative_to(folder).as_posix()] = next(node for node in reader.whole if node.tag == "main")
    return found


@pytest.fixture(scope="module")
def database(refreshed_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(refreshed_home / "published" / "current" / "layerledger.duckdb", read_only=True)
    yield connection
    connection.close()


def quarter(text: str) -> str:
    """The first calendar quarter that a text names after 'to', as the database writes it."""
    found = re.search(r"(?:to|of|in|at) (20\d\d) (Q[1-4])", text)
    assert found, text
    return found[1] + found[2]


def key_figures(main: Node) -> list[tuple[str, str]]:
    return [
        (one.first("dt").text, one.first("dd").text)
        for figures in (*main.every(".figures"), *main.every(".small-figures"))
        for one in figures.every("div")
    ]


def lens_of(path: str, first: str = "ecosystem") -> str:
    parts = path.removesuffix(".html").split("/")
    return parts[1] if len(parts) > 1 else first


def test_every_key_figure_says_its_months(pages: Pages) -> None:
    undated, n = [], 0
    for path, main in pages.items():
        for text, figure in key_figures(main):
            if path == "claims.html":  # counts of claims, as of the day that the first words say
                assert re.match(r"As of \d+ [A-Z][a-z]{2} 20\d\d\.", main.first(".lede").text)
            elif figure != "n/a" and FIGURE.search(figure):
                n += 1
                undated += [f"{path}: {figure} {text}"] if not MONTHS.search(text) else []
    assert undated == []
    assert n > 500


def test_a_first_sentence_with_a_number_says_its_months(pages: Pages) -> None:
    told = [(path, main.first("h1").text, main) for path, main in pages.items()]
    numbers = [(path, h1, main) for path, h1, main in told if re.search(r"\$\d|cents? |\d[%×]|twice", h1)]
    assert len(numbers) > 100
    for path, h1, main in numbers:
        lede = next((p.text for p in main.every(".lede")), "")
        assert QUARTER.search(h1 + " " + lede), f"{path}: {h1}"


def test_every_card_with_a_number_says_its_months(pages: Pages) -> None:
    undated, n = [], 0
    for path, main in pages.items():
        if path in ("methods.html", "data.html"):  # rules with examples worked by hand; lists of files
            continue
        for card in main.every(".card"):
            if card.attributes["id"] in ("assumptions", "rule") or not FIGURE.search(card.text):
                continue
            n += 1
            said = " ".join(one.text for what in ("h2", ".subtitle", ".source", "thead", ".note", "small", "td", "h3")
                            for one in card.every(what))  # fmt: skip
            if not DATED.search(said):
                undated.append(f"{path}#{card.attributes['id']}")
    assert undated == []
    assert n > 500


def layer_pages(pages: Pages) -> Iterator[tuple[str, str, str, Node]]:
    for path, main in pages.items():
        if path.startswith("layers/"):
            _, lens, layer = path.removesuffix(".html").split("/")
            yield path, lens, layer, main


def of_layer_pages(pages: Pages, titles: dict[str, str]) -> Iterator[Read]:
    """Key figures, first sentence, titles of cards and every metric of each layer's own page."""
    for path, _, layer, main in layer_pages(pages):
        for (text, figure), (basis, metric) in zip(key_figures(main), ABOUT, strict=False):
            if figure != "n/a":
                yield Read(path, layer, basis, metric, quarter(text), figure)
        if told := re.search(r"(?:keeps?|kept) (\d+) cents?", main.first("h1").text):
            yield Read(path, layer, "layer", "operating_margin", quarter(main.first("h1").text), told[1] + "%")
        bases = {card: (basis, metrics) for card, _, basis, metrics in FAMILIES}
        for card in main.every(".card"):
            if card.attributes["id"] in bases:
                told = re.search(r"^(.*): (\S+) in (20\d\d Q\d)", card.first("h2").text)
                assert told, f"{path}: {card.first('h2').text}"
                metric = titles[told[1]]
                yield Read(path, layer, bases[str(card.attributes["id"])][0], metric, quarter(f"in {told[3]}"), told[2])
            if card.attributes["id"] == "all-metrics":
                for view in card.every(".view"):
                    basis = view.first("h2").text.split()[0].lower()
                    for row in [*view.every("tr")][1:]:
                        cells = [td.text for td in row.every("td")]
                        at = quarter(f"to {cells[-1]}")
                        yield Read(path, layer, basis, titles[row.first("th").text], at, cells[0], 1)


Names = dict[tuple[str, str], str]
TEXTS = {
    r"operating income, (.+?), twelve": ("layer", "operating_income"),
    r"of revenue goes to capex at (.+?), twelve": ("consolidated", "capex_to_revenue"),
    r"^capex to operating cash flow at (.+?) \(": ("consolidated", "capex_to_ocf"),
    r"more capex than operating cash flow at (.+?), twelve": ("consolidated", "funding_gap"),
}
ABOUT = (("layer", "operating_income"), ("layer", "operating_margin"), ("consolidated", "capex_to_revenue"),
         ("consolidated", "debt_to_ocf"))  # fmt: skip


def of_comparisons(pages: Pages, names: Names) -> Iterator[Read]:
    """Numbers of pages on which layers stand side by side."""
    for path, main in pages.items():
        ids = {name.lower(): layer for (one, name), layer in names.items() if one == lens_of(path)}
        cards = {str(card.attributes["id"]): card for card in main.every(".card")}
        if path.startswith(("index", "lenses/")):
            yield from of_panels(path, cards.get("margins"), ids)
            yield from of_stack(path, cards["stack"], ids)
        if path.startswith(("index", "lenses/", "capex")):
            for text, figure in key_figures(main):
                for pattern, (basis, metric) in TEXTS.items():
                    if told := re.search(pattern, text):
                        yield Read(path, ids[told[1].lower()], basis, metric, quarter(text), figure)
        for about in main.every(".about-layer"):
            for (text, figure), (basis, metric) in zip(key_figures(about), ABOUT, strict=True):
                if figure != "n/a":
                    yield Read(path, str(about.attributes["data-about"]), basis, metric, quarter(text), figure)
    yield from of_columns(pages["lenses.html"])


def of_panels(path: str, card: Node | None, ids: dict[str, str]) -> Iterator[Read]:
    """The headings of the small multiples of margins."""
    for panel in card.every(".panel") if card else []:
        figure, _, own = panel.first("b").text.partition(", ")
        if card and figure != "n/a":
            at = quarter(f"to {own}") if own else quarter(card.first(".source").text)
            layer = ids[panel.first("span").text.lower()]
            yield Read(path, layer, "consolidated", "operating_margin", at, figure)


def of_stack(path: str, card: Node, ids: dict[str, str]) -> Iterator[Read]:
    """The table of the stack: of which months each column is, its subtitle says, profits first."""
    months = [year + number for year, number in QUARTER.findall(card.first(".subtitle").text)]
    columns = (("layer", "operating_margin"), ("layer", "operating_income"), ("consolidated", "capex_to_revenue"))
    for row in card.every(".stack-row")[1:] if months else []:
        for cell, (basis, metric) in zip(row.every(".num"), columns, strict=False):
            if cell.text not in ("n/a", "unknown"):
                at = months[basis == "consolidated"]
                yield Read(path, ids[row.first("a").text.lower()], basis, metric, at, cell.text)


def of_columns(main: Node) -> Iterator[Read]:
    """The lenses side by side: operating income and margin of each layer."""
    for column in main.every(".lens-column"):
        said = column.first(".note").text
        for item in column.every("li") if QUARTER.search(said) else []:
            _, lens, layer = str(item.first("a").attributes["href"]).removesuffix(".html").split("/")
            figures = item.first("span").text.split(" · ")
            for figure, metric in zip(figures, ("operating_income", "operating_margin"), strict=False):
                if "measured" not in figure:
                    yield Read(f"lenses/{lens}.html", layer, "layer", metric, quarter(said), figure)


def written(value: float | None, read: Read, unit: str) -> str:
    text = formats.metric(value, unit, read.decimals)
    if read.text.endswith("×") and unit == "fraction":
        text = formats.times(value)
    return text.replace("\u00a0", " ")


def known(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, ...], float | None]:
    """Values of layers, twelve months: (lens, layer, basis, metric, quarter) -> value."""
    key = "lens, layer, basis, {}, calendar_quarter, {} from marts.{} where \"window\" = 'ttm'"
    rows = database.execute("select " + key.format("metric", "value", "layer_metrics")).fetchall()
    rows += database.execute("select " + key.format("pool", "amount_usd", "value_capture")).fetchall()
    return {tuple(row[:-1]): row[-1] for row in rows}


@pytest.fixture(scope="module")
def reads(pages: Pages, database: duckdb.DuckDBPyConnection) -> list[Read]:
    titles = {metric.title: metric.id for metric in METRICS}
    names = {(lens, name): layer for lens, name, layer in
             database.execute("select lens, name, layer from core.layers").fetchall()}  # fmt: skip
    return [*of_layer_pages(pages, titles), *of_comparisons(pages, names)]


def test_numbers_are_the_database_s_of_the_months_that_they_say(
    reads: list[Read], database: duckdb.DuckDBPyConnection
) -> None:
    units = {metric.id: metric.unit for metric in METRICS} | {"operating_income": "USD"}
    wrong, values = [], known(database)
    for read in reads:
        value = values[lens_of(read.page), read.layer, read.basis, read.metric, read.quarter]
        if written(value, read, units[read.metric]) != read.text:
            wrong.append(f"{read}: the database has {value}")
    assert wrong == []
    assert len(reads) > 1000
    kinds = {read.page.split("/")[0] for read in reads}
    assert kinds >= {"index.html", "lenses", "layers", "stack", "capex.html"}


def test_no_page_tells_a_metric_of_two_quarters(reads: list[Read]) -> None:
    """Of one layer on its own page; of all layers on a page that compares them, but for those that lag and say so."""
    own, shared = defaultdict(set), defaultdict(lambda: defaultdict(set))
    for read in reads:
        own[read.page, read.layer, read.basis, read.metric].add(read.quarter)
        if not read.page.startswith("layers/"):
            shared[read.page, read.basis, read.metric][read.quarter].add(read.layer)
    assert {key: found for key, found in own.items() if len(found) > 1} == {}
    for key, found in shared.items():
        newest = max(found)
        lagging = [layer for at, layers in found.items() if at != newest for layer in layers]
        assert len(lagging) <= len(found[newest]), f"{key}: {dict(found)}"
