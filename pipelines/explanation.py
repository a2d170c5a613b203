"""The `explain` command's reading and printing: a company's tables from the home, a tree on the screen.

Belongs here: which rows to read, how a tree is written. Does not belong here: the derivation (analytics.explain).
"""

from dataclasses import asdict
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
from rich.markup import escape
from rich.tree import Tree

from analytics import explain, statements
from analytics.metrics import company_metrics
from assets.warehouse import connect


def of(database: Path, company_id: str, metric: str, quarter: str, known_on: date | None = None) -> explain.Node:
    """Explain a metric from a DuckDB file of ours: as it was published, or as known on a day, derived anew.

    Raises:
        explain.Unexplained: nothing is known of what was asked for.
    """
    with connect(database, read_only=True) as connection:
        tables = {name: _rows(connection, name, company_id) for name in explain.TABLES}
        if known_on is not None:
            companies, rates = _rows(connection, "core.companies", company_id), _rows(connection, "core.fx_rates")
            derived = statements.derive(tables["raw.observations"], companies, rates, known_on)
            prices = tables["core.prices"].filter(pl.col("date") <= known_on)
            tables |= {
                "core.company_quarters": derived.quarters,
                "core.gaps": derived.gaps,
                "core.prices": prices,
                "marts.disagreements": derived.disagreements,
                "marts.company_metrics": company_metrics(derived.quarters, companies, prices),
            }
    return explain.explain(tables, company_id, metric, quarter)


def _rows(connection: duckdb.DuckDBPyConnection, name: str, company_id: str | None = None) -> pl.DataFrame:
    """A table, or the rows of one company in it."""
    condition, values = ("", []) if company_id is None else (" WHERE company_id = $1", [company_id])
    frame: pl.DataFrame = connection.sql(f"SELECT * FROM {name}{condition}", params=values).pl()
    return frame


def tree(node: explain.Node) -> Tree:
    """The explanation as a tree to print."""
    root = Tree(_line(node))
    _grow(root, node)
    return root


def as_json(node: explain.Node) -> dict[str, object]:
    """The explanation as plain data."""
    return asdict(node)


def _grow(branch: Tree, node: explain.Node) -> None:
    for child in node.children:
        _grow(branch.add(_line(child)), child)


def _line(node: explain.Node) -> str:
    shown = f" [bold]{_number(node.value, node.unit)}[/]" if node.value is not None else ""
    alarm = "CONTRADICTION" in node.detail or "NOT IN" in node.detail
    detail = f"  [{'bold red' if alarm else 'dim'}]{escape(node.detail)}[/]" if node.detail else ""
    return f"{escape(node.label)}{shown}{detail}"


def _number(value: float, unit: str) -> str:
    if unit == "fraction":
        return f"{value:.4f} ({value:.2%})"
    if unit == "times":
        return f"{value:.4f}×"
    if unit == "years":
        return f"{value:.4f} years"
    return f"{value:,.0f} {unit}"
