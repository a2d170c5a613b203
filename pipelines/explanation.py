"""The `explain` command's reading and printing: a company's tables from the home, a tree on the screen.

Belongs here: which rows to read, how a tree is written. Does not belong here: the derivation (analytics.explain).
"""

from dataclasses import asdict
from pathlib import Path

from rich.markup import escape
from rich.tree import Tree

from analytics import explain
from assets.warehouse import connect


def of(database: Path, company_id: str, metric: str, quarter: str) -> explain.Node:
    """Explain a metric from a DuckDB file of ours.

    Raises:
        explain.Unexplained: nothing is known of what was asked for.
    """
    with connect(database, read_only=True) as connection:
        tables = {
            name: connection.sql(f"SELECT * FROM {name} WHERE company_id = $1", params=[company_id]).pl()
            for name in explain.TABLES
        }
    return explain.explain(tables, company_id, metric, quarter)


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
    return f"{value:,.0f} {unit}"
