"""The site: from published tables to a folder of pages.

Belongs here: which pages there are, the environment of the templates, static files and their hashes, writing.
Does not belong here: what a page shows (pages, cards), how a chart is drawn (charts).
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup, escape

from dashboard import formats, news, runtime, search, theme
from dashboard.cards.card import Table
from dashboard.charts.picture import Spec
from dashboard.ledger import Ledger
from dashboard.pages import (
    capex,
    claims,
    company,
    coverage,
    debt,
    downloads,
    layer,
    lenses,
    methods,
    overview,
    question,
    stack,
)
from dashboard.pages.page import Page, lens_path, navigation
from dashboard.payload import Payload

# No request leaves the folder: scripts, styles and pictures come from it, nothing else comes at all. No unsafe-eval
# and no inline script; data travel as JSON in a script element of a type that browsers do not run.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'"
)


FEED = "feed.xml"
STYLES = ("site.css", "content.css")
SCRIPTS = ("theme.js", "site.js", "tools.js", "search.js", "company.js", "stack.js", "question.js", "claims.js")


@dataclass(frozen=True)
class SiteReport:
    """What was written: paths of the pages, all files with their bytes, and charts drawn."""

    pages: Sequence[str]
    bytes: Mapping[str, int]
    charts: int


def build(
    tables: Mapping[str, pl.DataFrame],
    out: Path,
    *,
    run_id: str,
    as_of: date,
    version: str,
    cache: Path | None = None,
) -> SiteReport:
    """Write index.html and all pages into `out`, which is made if it is not there.

    `tables` maps names such as "core.companies" to frames that keep their contracts (ledger.TABLES). `cache` is
    a folder in which the chart runtime is kept from one build to the next, because making it takes a second.

    Raises:
        ValueError: a table is missing, or the tables hold no lens.
        OSError: the folder cannot be written.
    """
    ledger = Ledger(tables, as_of)
    if not ledger.lenses:
        raise ValueError("core.lenses is empty, so there is no page to write")
    with ThreadPoolExecutor(1) as aside:  # it does not hold Python's lock, so the pages take shape meanwhile
        script = aside.submit(runtime.script, cache)
        pages = _pages(ledger)
        static = _static(out, {"vega.js": script.result(), "index.js": search.script(ledger, pages)})
    environment = _environment()
    shared = {
        "csp": CSP, "version": version, "run_id": run_id, "as_of": as_of, "static": static, "sources": ledger.sources,
        "lenses": ledger.lenses, "lens_names": {x.lens: x.name for x in ledger.lenses},
        "default_lens": ledger.lenses[0].lens, "lens_path": lens_path,
        "navigation": navigation(pages, ledger.lenses[0].lens),
    }  # fmt: skip
    charts, compiled = 0, _compiler(cache)
    for page in pages:
        payload = Payload(compiled)
        text = environment.get_template(page.template).render({**shared, **page.context}, page=page, payload=payload)
        path = out / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        charts += payload.charts
    (out / FEED).write_text(news.feed(news.events(ledger), as_of), encoding="utf-8")
    written = [*(p.path for p in pages), *static.values(), FEED]
    return SiteReport([p.path for p in pages], {name: (out / name).stat().st_size for name in written}, charts)


def _pages(ledger: Ledger) -> list[Page]:
    return [
        *(overview.page(ledger, lens) for lens in ledger.lenses),
        *(layer.page(ledger, lens, one) for lens in ledger.lenses for one in ledger.layers(lens.lens)),
        *(stack.page(ledger, lens) for lens in ledger.lenses),
        *(page for make in (capex.page, debt.page) for lens in ledger.lenses if (page := make(ledger, lens))),
        *(page for make in (question.page, claims.page) if (page := make(ledger))),
        *company.pages(ledger),
        lenses.page(ledger),
        coverage.page(ledger),
        methods.page(ledger),
        downloads.page(ledger),
    ]


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("dashboard"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., str]] = {
        "dollars": formats.dollars, "percent": formats.percent, "times": formats.times, "number": formats.number,
        "quarter": formats.quarter, "months": formats.months, "day": formats.day, "column": formats.column,
        "tidy": formats.tidy,
    }  # fmt: skip
    environment.filters.update(filters)
    environment.globals["rows"] = table_rows
    return environment


def table_rows(table: Table) -> Markup:
    """Return the rows of a table twin as HTML, each figure in a <data> element with its unrounded value."""
    units = [column.unit for column in table.columns]
    lines = []
    for row in table.rows:
        cells = []
        for at, (value, unit) in enumerate(zip(row, units, strict=True)):
            text = table.written(value, unit)
            if at == 0:
                cells.append(f"<th scope=row>{escape(text)}</th>")
            elif unit is None:
                cells.append(f"<td>{escape(text)}</td>")
            elif value is None:
                cells.append(f"<td class=na>{text}</td>")
            else:
                cells.append(f"<td><data value={value:.7g}>{text}</data></td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return Markup("\n".join(lines))


def _compiler(cache: Path | None) -> Callable[[Spec], dict[str, Any]]:
    """Specifications are shared between charts and pages: each is compiled once."""
    done: dict[int, dict[str, Any]] = {}

    def compiled(spec: Spec) -> dict[str, Any]:
        if id(spec) not in done:
            done[id(spec)] = runtime.compiled(spec, cache)
        return done[id(spec)]

    return compiled


def _static(out: Path, made: Mapping[str, str]) -> dict[str, str]:
    """Write the static files under names that hold a digest of their content; return name -> path."""
    own = files("dashboard") / "static"
    contents = {name: (own / name).read_text(encoding="utf-8") for name in (*SCRIPTS, "mark.svg")}
    contents["site.css"] = theme.css() + "".join((own / name).read_text(encoding="utf-8") for name in STYLES)
    contents |= made
    written = {}
    for name, text in contents.items():
        stem, ending = name.rsplit(".", 1)
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        path = f"static/{stem}-{digest}.{ending}"
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, encoding="utf-8")
        written[name] = path
    return written
