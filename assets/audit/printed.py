"""The scorecard for a person at a terminal.

Belongs here: rich tables of an audit. Does not belong here: counting (scorecard.py).
"""

from collections.abc import Iterator

import polars as pl
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from assets.audit.scorecard import COUNTED, Audit

# So many contradictions are told; the JSON has more, the counts are whole.
TOLD = 40


def scorecard(audit: Audit) -> RenderableType:
    """Tables compared, checks, the statements by item and by company, and the first contradictions."""
    return Group(*_parts(audit))


def _parts(audit: Audit) -> Iterator[RenderableType]:
    day = f", as known on {audit.as_known_on}" if audit.as_known_on else ""
    tables = _table(f"Derived again from raw{day}", "table", "rows", "differing")
    for comparison in audit.comparisons:
        tables.add_row(comparison.table, f"{comparison.rows:,}", _count(comparison.differing))
    yield tables
    checks = _table("Checks", "check", "failing", "what does not hold", left=(2,))
    for check in audit.checks:
        style = "red" if check.severity == "error" else "yellow"
        checks.add_row(check.name.replace("_", " "), _count(check.failing, style), check.says if check.failing else "")
    yield checks
    yield _counts("Statements by item", audit.by("item"))
    yield _counts("Statements by company", audit.by("company_id"))
    lines = list(audit.told())
    for line in lines[:TOLD]:
        yield Text(f"CONTRADICTION {line}", style="red")
    if len(lines) > TOLD:
        yield Text(f"… and {len(lines) - TOLD} more; --json tells them", style="red")
    verdict = f"{audit.contradictions:,} contradictions" if audit.contradictions else "no contradiction"
    style = "bold red" if audit.contradictions else "bold green"
    yield Text(f"{audit.rows:,} rows compared, {len(audit.checks)} checks: {verdict}", style=style)


def _counts(title: str, rows: pl.DataFrame) -> Table:
    table = _table(title, rows.columns[0], *COUNTED)
    for first, *counts in rows.iter_rows():
        table.add_row(escape(str(first)), *(f"{n:,}" for n in counts[:-1]), _count(counts[-1]))
    return table


def _table(title: str, first: str, *others: str, left: tuple[int, ...] = ()) -> Table:
    table = Table(title=title, box=None, title_justify="left", header_style="bold", pad_edge=False)
    for number, column in enumerate((first, *others)):
        is_left = number == 0 or number in left
        table.add_column(column.replace("_", " "), justify="left" if is_left else "right", no_wrap=number == 0)
    return table


def _count(n: int, style: str = "red") -> str:
    return f"[{style}]{n:,}[/]" if n else "0"
