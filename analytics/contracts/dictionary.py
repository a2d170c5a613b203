"""The data dictionary: the contracts as a page to read.

Belongs here: the text of docs/tables.md. `python -m analytics.contracts.dictionary` prints it; a test compares.
"""

from analytics.contracts.model import Column, Table
from analytics.contracts.tables import TABLES


def _row(column: Column, table: Table) -> str:
    name = f"**{column.name}**" if column.name in table.key else column.name
    kind = str(column.dtype).split("(", maxsplit=1)[0].lower() + ("" if not column.nullable else ", may be null")
    values = f" One of: {', '.join(column.values)}." if column.values else ""
    return f"| {name} | {kind} | {column.unit or ''} | {column.description}{values} |"


def markdown() -> str:
    """The data dictionary of all tables, as Markdown."""
    parts = [
        "# Tables",
        "",
        "Made from `analytics/contracts/tables/` (`make docs`); do not edit. Bold columns are the key.",
    ]
    for table in TABLES:
        parts += [
            "",
            f"## {table.full_name}",
            "",
            table.description,
            "",
            "| column | type | unit | meaning |",
            "|-|-|-|-|",
        ]
        parts += [_row(column, table) for column in table.columns]
    return "\n".join(parts) + "\n"


if __name__ == "__main__":
    print(markdown(), end="")
