"""The site: from published tables to a folder of pages.

Belongs here: which pages there are, the environment of the templates, static files and their hashes, writing.
Does not belong here: what a page shows (pages, cards), how a chart is drawn (charts).
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version as installed
from importlib.resources import files
from pathlib import Path

import jinja2
import polars as pl
import vl_convert
from markupsafe import Markup, escape

from dashboard import formats, theme
from dashboard.cards.card import Card, Table
from dashboard.charts.picture import Picture, Row, Spec
from dashboard.ledger import Ledger
from dashboard.pages import company, coverage, downloads, layer, methods, overview
from dashboard.pages.page import Page, lens_path

# No request leaves the folder: scripts, styles and pictures come from it, nothing else comes at all. No unsafe-eval
# and no inline script; data travel as JSON in a script element of a type that browsers do not run.
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'none'; base-uri 'none'; form-action 'none'"
)


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
    static = _static(out, cache)
    pages = _pages(ledger)
    environment = _environment()
    with_figures = {p.lens for p in pages if p.section == "overview" and p.cards}
    shared = {
        "csp": CSP, "version": version, "run_id": run_id, "as_of": as_of, "static": static, "sources": ledger.sources,
        "lenses": ledger.lenses, "lens_names": {x.lens: x.name for x in ledger.lenses},
        "default_lens": ledger.lenses[0].lens, "lenses_with_figures": with_figures, "lens_path": lens_path,
    }  # fmt: skip
    charts = 0
    for page in pages:
        payload, count = _payload(page.cards)
        charts += count
        text = environment.get_template(page.template).render({**shared, **page.context}, page=page, payload=payload)
        path = out / page.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    written = [*(p.path for p in pages), *static.values()]
    return SiteReport([p.path for p in pages], {name: (out / name).stat().st_size for name in written}, charts)


def _pages(ledger: Ledger) -> list[Page]:
    return [
        *(overview.page(ledger, lens) for lens in ledger.lenses),
        *(layer.page(ledger, lens, one) for lens in ledger.lenses for one in ledger.layers(lens.lens)),
        *company.pages(ledger),
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
        "quarter": formats.quarter, "day": formats.day, "millions": company.millions, "column": formats.column,
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


def _payload(cards: Sequence[Card]) -> tuple[Markup | None, int]:
    """Return the charts of a page as JSON, specifications and data sets once each, and how many charts there are."""
    specs: dict[int, int] = {}
    datasets: dict[int, int] = {}
    found: dict[str, object] = {"config": theme.vega_config(), "specs": [], "data": [], "charts": {}}
    all_specs: list[Spec] = []
    all_data: list[object] = []
    charts: dict[str, object] = {}

    def entry(picture: Picture) -> dict[str, object]:
        if id(picture.spec) not in specs:
            specs[id(picture.spec)] = len(all_specs)
            all_specs.append({k: v for k, v in picture.spec.items() if k != "$schema"})
        names = {}
        for name, rows in picture.data.items():
            if id(rows) not in datasets:
                datasets[id(rows)] = len(all_data)
                all_data.append(_columnar(rows))
            names[name] = datasets[id(rows)]
        return {"s": specs[id(picture.spec)], "d": names, "t": picture.all_tokens, "h": picture.reserved}

    for card in cards:
        for view in card.views:
            if view.pictures:
                one = {which: entry(picture) for which, picture in view.pictures.items()}
                charts[f"{card.id}.{view.key}"] = {**one, "break": card.break_at}
            for index, panel in enumerate(view.panels):
                if panel.picture:
                    charts[f"{card.id}.{view.key}.{index}"] = {"wide": entry(panel.picture), "break": 0}
    if not charts:
        return None, 0
    found |= {"specs": all_specs, "data": all_data, "charts": charts}
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    # Inside a script element only '<' can end it; as an escape it is the same JSON.
    return Markup(text.replace("<", "\\u003c")), len(charts)


def _columnar(rows: Sequence[Row]) -> dict[str, object]:
    names = list(dict.fromkeys(key for row in rows for key in row))
    return {"c": names, "r": [[row.get(name) for name in names] for row in rows]}


def _runtime(cache: Path | None) -> str:
    """The chart runtime, in a function of its own so that its names stay in it; from the cache if it is there."""
    kept = cache / f"vega-{installed('vl-convert-python')}.js" if cache else None
    if kept and kept.is_file():
        return kept.read_text(encoding="utf-8")
    bundle = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub lacks the default
    text = f"(function(){{{bundle}\n}})();\n"
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(".part")
        aside.write_text(text, encoding="utf-8")
        aside.replace(kept)
    return text


def _static(out: Path, cache: Path | None) -> dict[str, str]:
    """Write the static files under names that hold a digest of their content; return name -> path."""
    own = files("dashboard") / "static"
    contents = {
        name: (own / name).read_text(encoding="utf-8") for name in ("site.js", "company.js", "theme.js", "mark.svg")
    }
    contents["site.css"] = theme.css() + (own / "site.css").read_text(encoding="utf-8")
    contents["vega.js"] = _runtime(cache)
    written = {}
    for name, text in contents.items():
        stem, ending = name.rsplit(".", 1)
        digest = hashlib.sha256(text.encode()).hexdigest()[:10]
        path = f"static/{stem}-{digest}.{ending}"
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / path).write_text(text, encoding="utf-8")
        written[name] = path
    return written
