"""The page of one listed company: statements, metrics, segments, what changed, who disagrees, where it sits.

Belongs here: what the page shows, and the figures with their observations that its numbers are explained from.
Does not belong here: the tree itself, which the page's script draws from them (static/company.js).
"""

import json
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import polars as pl
from markupsafe import Markup
from polars import selectors

from analytics.contracts import empty, table
from analytics.items import BY_ID, IDENTITIES, ITEMS
from analytics.metrics.registry import METRICS
from analytics.segments import furthest
from dashboard import formats
from dashboard.cards import accounts, market
from dashboard.cards.card import Card
from dashboard.ledger import SOURCE_NAMES, Layer, Ledger, Member
from dashboard.pages import health
from dashboard.pages.page import STATUS, Page, company_path, layer_path, measured_as

# Numbers in millions have more digits than a column has room for where one of the currency is worth little.
BILLIONS = frozenset({"KRW"})
# Numbers of twelve quarters are explained; a change over twelve months reaches two years further back.
QUARTERS, YEARS, EXPLAINED_YEARS = 12, 10, 5
ROWS = 20


class Cell(NamedTuple):
    """One number of a table: as written, and which figure or metric explains it (None for an unknown one).

    exact: the number itself, where the text is rounded by more than a million.
    """

    text: str
    figure: str | None
    exact: float | None = None


class Sheet(NamedTuple):
    """One table of numbers: its columns, and its rows as title and cells, already HTML."""

    columns: list[str]
    rows: list[tuple[str, Markup]]


def pages(ledger: Ledger) -> list[Page]:
    """Return a page for each listed company that has figures."""
    parts = {
        name: {str(key[0]): part for key, part in ledger.tables[name].partition_by("company_id", as_dict=True).items()}
        for name in (
            "core.company_quarters", "core.company_years", "core.segment_quarters", "core.gaps", "core.anomalies",
            "marts.company_metrics", "marts.restatements", "marts.disagreements", "marts.freshness",
        )
    }  # fmt: skip
    none = {name: empty(table(name)) for name in parts}
    observations = _observations(ledger)
    places, amounts = _places(ledger), accounts.by_company(ledger)
    return [
        _page(
            ledger,
            company,
            {name: part.get(company, none[name]) for name, part in parts.items()},
            observations,
            places,
            accounts.card(str(ledger.companies[company]["name"]), *amounts.get(company, ({}, {}))),
        )
        for company in ledger.reporting
    ]


def _page(
    ledger: Ledger,
    company_id: str,
    tables: Mapping[str, pl.DataFrame],
    observations: Mapping[str, list[object]],
    places: Mapping[str, list[dict[str, object]]],
    dollars: Card | None,
) -> Page:
    company = ledger.companies[company_id]
    name = str(company["name"])
    quarters = tables["core.company_quarters"].sort("period_end")
    figures = _Figures(quarters, tables["marts.disagreements"], observations)
    currency = str(company["currency"])
    newest = tables["marts.freshness"]
    value = market.card(ledger, company_id, tables["marts.company_metrics"])
    return Page(
        path=company_path(company_id),
        template="company.html",
        title=f"{name}: Layer Ledger",
        description=f"Statements, margins, capital spending and debt of {name}, each number with its source.",
        section="companies",
        lens=ledger.lenses[0].lens,
        cards=[card for card in (dollars, value) if card],
        context={
            "company": company,
            "status": STATUS[str(company["status"])],
            "headline": _headline(ledger, company_id, name),
            "figures": _key_figures(ledger, company_id, tables["marts.company_metrics"]),
            "places": places.get(company_id, []),
            "currency": currency,
            "unit": _unit(currency),
            "year_end": formats.month(int(str(company["fiscal_year_end_month"]))),
            "statements": _statements(quarters, figures, "value", currency),
            "statements_usd": _statements(quarters, figures, "value_usd", "USD") if currency != "USD" else None,
            "years": _years(tables["core.company_years"], currency),
            "metrics": _metrics(tables["marts.company_metrics"]),
            "segments": _segments(tables["core.segment_quarters"], currency),
            "restatements": _restatements(tables["marts.restatements"], currency),
            "bases": _bases(quarters),
            "disagreements": _disagreements(tables["marts.disagreements"], currency),
            "gaps": _gaps(tables["core.gaps"]),
            "anomalies": [health.told(row) for row in tables["core.anomalies"].iter_rows(named=True)],
            "kinds": health.KINDS,
            "freshness": newest.row(0, named=True) if newest.height else None,
            "explained": figures.payload(),
            "title_of": {i.id: i.title for i in ITEMS},
            "source_names": SOURCE_NAMES,
        },
    )


def _headline(ledger: Ledger, company_id: str, name: str) -> str:
    margins = ledger.company_values.get((company_id, "operating_margin"))
    if not margins:
        return name
    quarter, margin = margins[-1]
    told = (
        f"keeps {formats.cents(margin)} of each dollar of sales as operating profit"
        if margin >= 0
        else f"loses {formats.cents(-margin) if margin > -1 else f'${-margin:.2f}'} on each dollar of sales"
    )
    return f"{name} {told}, twelve months to {formats.quarter(quarter)}"


def _key_figures(ledger: Ledger, company_id: str, metrics: pl.DataFrame) -> list[tuple[str, str]]:
    """Up to four key figures: (figure, what it is), each at its newest quarter; market value on the day it is of."""
    wanted = (
        ("market_cap", "market value", "USD"),
        ("revenue_growth_yoy", "revenue growth on the year before", "fraction"),
        ("capex_to_revenue", "of revenue goes to capex", "fraction"),
        ("debt_to_ocf", "total debt to operating cash flow", "times"),
    )
    found = []
    for metric, text, unit in wanted:
        values = ledger.company_values.get((company_id, metric))
        if values:
            quarter, value = values[-1]
            day = metrics.filter((pl.col("metric") == metric) & (pl.col("calendar_quarter") == quarter))["period_end"][
                0
            ]
            when = f"on {formats.day(day)}" if metric == "market_cap" else formats.months(quarter)
            found.append((formats.metric(value, unit, 0), f"{text}, {when}"))
    return found


def _places(ledger: Ledger) -> dict[str, list[dict[str, object]]]:
    """Where each company sits: lens, layer, as which member, how measured."""
    found: dict[str, list[dict[str, object]]] = {}
    for lens in ledger.lenses:
        layers: dict[str, Layer] = {layer.layer: layer for layer in ledger.layers(lens.lens)}
        for member in ledger.members(lens.lens):
            found.setdefault(member.company_id, []).append(_place(lens.lens, lens.name, layers[member.layer], member))
    return found


def _place(lens: str, lens_name: str, layer: Layer, member: Member) -> dict[str, object]:
    return {
        "lens": lens_name,
        "layer": layer,
        "path": layer_path(lens, layer),
        "member": member.name,
        "how": measured_as(member),
        "primary": member.primary,
        "ours": not member.named_by_source,
        "since": member.valid_from,
        "until": member.valid_to,
        "note": member.note,
    }


class _Figures:
    """The figures that the page's numbers are explained from, each with its observations."""

    def __init__(
        self, quarters: pl.DataFrame, disagreements: pl.DataFrame, observations: Mapping[str, list[object]]
    ) -> None:
        newest = quarters["period_end"].max()
        assert isinstance(newest, date)
        first = date(newest.year - EXPLAINED_YEARS, 1, 1)
        recent = quarters.filter(pl.col("period_end") >= first)
        self.index = {
            (item, end, derivation == "year_only"): at
            for at, (item, end, derivation) in enumerate(recent.select("item", "period_end", "derivation").iter_rows())
        }
        columns = (
            "item", "period_start", "period_end", "calendar_quarter", "value", "currency", "value_usd", "derivation",
            "source", "concept", "known_at", "observation_id", "minus_observation_id",
        )  # fmt: skip
        used: dict[str, int] = {}
        self._rows, self._observations = [], []
        for row in recent.select(columns).with_columns(_dates_as_text()).iter_rows():
            ids = []
            for identifier in row[-2:]:
                if identifier is not None and identifier in observations:
                    if identifier not in used:
                        used[identifier] = len(used)
                        self._observations.append(observations[identifier])
                    ids.append(used[identifier])
            self._rows.append([*row[:-2], ids])
        self._others = [
            [r["item"], str(r["period_end"]), r["other_value"], r["other_concept"], r["other_source"], r["kind"]]
            for r in disagreements.iter_rows(named=True)
            if r["period_end"] >= first
        ]

    def payload(self) -> Markup:
        """As JSON for the page's script."""
        own = {"figures": self._rows, "observations": self._observations, "others": self._others}
        return Markup(f"{{{_inner_json(own)},{_definitions()}}}")


def _inner_json(found: Mapping[str, object]) -> str:
    """An object as JSON without its braces; '<' as an escape, which alone could end a script element."""
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text[1:-1].replace("<", "\\u003c")


@cache
def _definitions() -> str:
    """What every page's script needs to know of items and metrics."""
    return _inner_json(
        {
            "items": {i.id: [i.title, i.kind] for i in ITEMS},
            "identities": {i.item: i.terms for i in IDENTITIES},
            "metrics": {m.id: [m.title, m.formula, [[a.name, a.taken, a.terms] for a in m.amounts]] for m in METRICS},
            "sources": SOURCE_NAMES,
        }
    )


def _dates_as_text() -> pl.Expr:
    return selectors.date().cast(pl.String)


def _observations(ledger: Ledger) -> dict[str, list[object]]:
    """What each observation that speaks says: concept, period, value, unit, reference, known time and its basis."""
    first = date(ledger.as_of.year - EXPLAINED_YEARS - 2, 1, 1)
    quarters = ledger.tables["core.company_quarters"].filter(pl.col("period_end") >= first)
    used = pl.concat([quarters["observation_id"], quarters["minus_observation_id"].drop_nulls()]).unique()
    raw = ledger.tables["raw.observations"].filter(pl.col("observation_id").is_in(used.implode()))
    raw = raw.with_columns(_dates_as_text())
    columns = ("concept", "period_start", "period_end", "value", "unit", "reference", "known_at", "known_at_basis")
    return {row[0]: list(row[1:]) for row in raw.select("observation_id", *columns).iter_rows()}


def millions(value: float | None) -> str:
    """Write an amount in millions: whole from ten million on, one decimal below; nothing is '0'."""
    if value is None:
        return formats.UNKNOWN
    if abs(value) >= 1e7 or value == 0:
        return formats.number(round(value / 1e6))
    return f"{value / 1e6:,.1f}".replace("-", formats.MINUS)


def _unit(currency: str) -> str:
    """The unit in which statements of a currency are written, in words."""
    return f"{'Billions' if currency in BILLIONS else 'Millions'} of {currency}"


def _amount(item: str, value: float, currency: str, figure: str | None = None) -> Cell:
    """An amount in the unit of its currency; shares are in millions whatever the currency."""
    if currency not in BILLIONS or BY_ID[item].unit == "shares":
        return Cell(millions(value), figure)
    return Cell(millions(value / 1e3), figure, value)


def _sheet(rows: Iterable[tuple[str, dict[str, Cell]]], oldest_first: list[str]) -> Sheet:
    """A table with the newest period beside the titles, where a phone shows it."""
    columns = oldest_first[::-1]
    return Sheet(columns, [(title, Markup("".join(_td(cells.get(c)) for c in columns))) for title, cells in rows])


def _td(cell: Cell | None) -> str:
    """A cell as HTML; its text is a number of ours and needs no escaping."""
    if cell is None:
        return f'<td class="num na">{formats.UNKNOWN}</td>'
    text = cell.text if cell.exact is None else f"<data value={cell.exact:.15g}>{cell.text}</data>"
    if cell.figure is None:
        return f"<td class=num>{text}</td>"
    return f'<td class=num><button type=button class=why data-why="{cell.figure}">{text}</button></td>'


def _statements(quarters: pl.DataFrame, figures: _Figures, column: str, currency: str) -> Sheet:
    """Items by fiscal quarter, the newest quarters, in the unit of the currency."""
    known = quarters.filter((pl.col("derivation") != "year_only") & pl.col(column).is_not_null())
    ends = known["period_end"].unique().sort().tail(QUARTERS).to_list()
    cells: dict[str, dict[str, Cell]] = {}
    for item, end, value in (
        known.filter(pl.col("period_end").is_in(ends)).select("item", "period_end", column).iter_rows()
    ):
        at = figures.index.get((item, end, False))
        cells.setdefault(item, {})[str(end)] = _amount(item, value, currency, None if at is None else str(at))
    return _sheet(((i.title, cells[i.id]) for i in ITEMS if i.id in cells), [str(end) for end in ends])


def _years(years: pl.DataFrame, currency: str) -> Sheet:
    """Items by fiscal year, in the unit of the reporting currency."""
    if years.is_empty():
        return Sheet([], [])
    last = years["fiscal_year"].unique().sort().tail(YEARS).to_list()
    cells: dict[str, dict[str, Cell]] = {}
    for item, year, value in (
        years.filter(pl.col("fiscal_year").is_in(last)).select("item", "fiscal_year", "value").iter_rows()
    ):
        cells.setdefault(item, {})[str(year)] = _amount(item, value, currency)
    return _sheet(((i.title, cells[i.id]) for i in ITEMS if i.id in cells), [str(year) for year in last])


def _metrics(metrics: pl.DataFrame) -> Sheet:
    """Metrics over trailing twelve months by calendar quarter."""
    known = metrics.filter((pl.col("window") == "ttm") & pl.col("value").is_not_null())
    quarters = known["calendar_quarter"].unique().sort().tail(QUARTERS).to_list()
    units = {m.id: m.unit for m in METRICS}
    cells: dict[str, dict[str, Cell]] = {}
    recent = known.filter(pl.col("calendar_quarter").is_in(quarters))
    for metric, quarter, value in recent.select("metric", "calendar_quarter", "value").iter_rows():
        text = formats.metric(value, units[metric], 1)
        cells.setdefault(metric, {})[quarter] = Cell(text, f"{metric} {quarter}")
    return _sheet(((m.title, cells[m.id]) for m in METRICS if m.id in cells), quarters)


def _segments(segments: pl.DataFrame, currency: str) -> Sheet:
    """Segments by fiscal quarter (a whole year is marked), in the unit of the reporting currency."""
    if segments.is_empty():
        return Sheet([], [])
    ends = segments["period_end"].unique().sort().tail(QUARTERS).to_list()
    cells: dict[str, dict[str, Cell]] = {}
    rows = furthest(segments.filter(pl.col("period_end").is_in(ends))).sort("segment", "item")
    for segment, item, end, value, derivation in rows.select(
        "segment", "item", "period_end", "value", "derivation"
    ).iter_rows():
        title = f"{segment}: {BY_ID[item].title.lower()}"
        cell = _amount(item, value, currency)
        text = cell.text + (" (year)" if derivation == "year_only" else "")
        cells.setdefault(title, {})[str(end)] = cell._replace(text=text)
    return _sheet(cells.items(), [str(end) for end in ends])


def _restatements(rows: pl.DataFrame, currency: str) -> list[dict[str, object]]:
    found = rows.sort("known_at", descending=True).head(ROWS).iter_rows(named=True)
    return [_both(row, ("old_value", "new_value"), currency) for row in found]


def _bases(quarters: pl.DataFrame) -> list[dict[str, object]]:
    """Items whose older figures are on another basis: title, end of the newest such figure, day of the change."""
    older = quarters.filter(pl.col("basis_until").is_not_null() & (pl.col("period_end") >= date(2015, 1, 1)))
    changed = older.group_by("item", since="basis_until").agg(last=pl.col("period_end").max())
    return changed.sort("since", "item", descending=[True, False]).to_dicts()


def _disagreements(rows: pl.DataFrame, currency: str) -> list[dict[str, object]]:
    found = rows.sort("period_end", "item", descending=[True, False]).head(ROWS).iter_rows(named=True)
    return [_both(row, ("value", "other_value"), currency) for row in found]


def _both(row: dict[str, Any], values: tuple[str, str], currency: str) -> dict[str, object]:
    """A row with the cells of two of its values, 'first' and 'other'."""
    cells = (Markup(_td(None if row[v] is None else _amount(row["item"], row[v], currency))) for v in values)
    return {**row, **dict(zip(("first", "other"), cells, strict=True))}


def _gaps(rows: pl.DataFrame) -> list[dict[str, object]]:
    """Unknown quarters of stated years since 2015, counted by reason."""
    if rows.is_empty():
        return []
    recent = rows.filter(pl.col("period_end") >= date(2015, 1, 1))
    return (
        recent.group_by("reason")
        .agg(quarters=pl.len(), items=pl.col("item").unique().sort(), newest=pl.col("period_end").max())
        .sort("quarters", "reason", descending=[True, False])
        .to_dicts()
    )
