"""The second derivation: the order of the SQL files that lead from raw to every table.

Belongs here: which file makes which table of schema `own`, and in what order. Does not belong here: a rule; each stands
in its file, with the rule in words above it.
"""

from collections.abc import Callable
from datetime import date
from importlib import resources

import duckdb

from assets.audit import declared

# From observations to the statements, before and after the identities.
STATED = (
    "fx_rates", "heard", "grid", "placed", "vintages", "stated", "changes", "basis_changes",
    "untouched", "standing", "to_date", "differences", "candidates",
    "spoken", "whole_years", "anomalies", "sound", "open_years", "closed", "rows",
)  # fmt: skip
COMPLETED = (
    "complete", "gaps", "segment_rows", "rates", "company_quarters", "company_years", "segment_quarters",
    "restatements", "disagreements",
)  # fmt: skip
# From the statements to layers and pools.
MARTS = (
    "prices", "dollars", "reporters", "facts", "terms", "measures", "company_metrics", "members", "known_dollars",
    "weights", "measured", "known_items", "statuses", "groups", "layer_metrics", "member_amounts", "value_capture",
    "coverage", "freshness", "concentration", "universe",
)  # fmt: skip
STEPS = len(STATED) + 1 + len(COMPLETED) + len(MARTS)

Step = Callable[[str], None]


def text(path: str) -> str:
    """The text of one SQL file of the package."""
    return resources.files("assets.audit").joinpath("sql", path).read_text(encoding="utf-8")


def rederive(
    connection: duckdb.DuckDBPyConnection, as_known_on: date | None = None, step: Step = lambda _: None
) -> None:
    """Derive every table anew into schema `own`, from schema raw and the registry in schema core of the connection.

    Args:
        connection: holds raw.*, core.companies and core.memberships; schemas own and declared are made in it.
        as_known_on: hear nothing that became known later; None: all that is known.
        step: called with the name of each table before it is made.
    """
    statements(connection, as_known_on, step)
    _make(connection, MARTS, step)


def statements(
    connection: duckdb.DuckDBPyConnection, as_known_on: date | None = None, step: Step = lambda _: None
) -> None:
    """The first part of `rederive`: statements, segments and rates; needs no memberships and prices."""
    connection.execute("CREATE SCHEMA own")
    connection.execute("SET VARIABLE as_known_on = CAST($day AS DATE)", {"day": as_known_on})
    declared.load(connection)
    connection.execute(text("macros.sql"))
    _make(connection, STATED, step)
    step("identities")
    for (position,) in connection.sql("SELECT position FROM declared.identities ORDER BY position").fetchall():
        connection.execute(text("identity.sql"), {"position": position})
    _make(connection, COMPLETED, step)


def _make(connection: duckdb.DuckDBPyConnection, names: tuple[str, ...], step: Step) -> None:
    for name in names:
        step(name)
        connection.execute(f"CREATE TABLE own.{name} AS {text(f'own/{name}.sql')}")
