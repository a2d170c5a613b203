"""The audit of one database.

Belongs here: opening it beside a database of one's own, and the order of work. Does not belong here: rules (sql/), or
what a home is (pipelines).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from analytics.contracts import TABLES, table
from assets.audit import another_day, checks, compare, rederive
from assets.audit.scorecard import Audit

Step = Callable[[str], None]
SCHEMAS = ("raw", "core", "marts")


class NothingToAudit(LookupError):
    """There is no database, or one without figures; the message says what to do."""


def steps(registry: bool, payloads: bool) -> int:
    """How often an audit calls its `step`."""
    tables = len(compare.TABLES) + registry * len(compare.REGISTRY) + payloads * len(compare.PAYLOADS)
    return rederive.STEPS + tables + len(checks.names()) + 1


@contextmanager
def opened(database: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database for an audit: read-only, seen through views of a database in memory.

    Raises:
        NothingToAudit: the file is not there.
    """
    if not database.exists():
        raise NothingToAudit(f"there is nothing to audit: {database} is not there; run `layerledger refresh`")
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("ATTACH '" + str(database).replace("'", "''") + "' AS home (READ_ONLY)")
        for schema in SCHEMAS:
            connection.execute(f"CREATE SCHEMA {schema}")
        stored = connection.sql(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() "
            f"WHERE database_name = 'home' AND schema_name IN {SCHEMAS}"
        ).fetchall()
        for (name,) in stored:
            connection.execute(f"CREATE VIEW {name} AS FROM home.{name}")
        yield connection


def make_anew(connection: duckdb.DuckDBPyConnection, as_known_on: date) -> None:
    """Put what would be published as known on a day in the place of the derived tables of an opened database."""
    absent = _fill_in(connection)
    if "raw.observations" in absent:
        raise NothingToAudit("the database holds no observations; run `layerledger refresh`")
    names = [t.full_name for t in TABLES if t.schema == "raw"] + list(another_day.REGISTRY)
    given = {name: connection.sql(f"FROM {name}").pl() for name in names}
    for name, frame in another_day.tables(given, as_known_on).items():
        connection.execute(f"DROP {'TABLE' if name in absent else 'VIEW'} {name}")
        _create(connection, name, frame)


def audit(
    connection: duckdb.DuckDBPyConnection,
    *,
    as_known_on: date | None = None,
    registry: Mapping[str, pl.DataFrame] | None = None,
    payloads: Mapping[str, pl.DataFrame] | None = None,
    company: str | None = None,
    step: Step = lambda _: None,
) -> Audit:
    """Derive every figure again from raw and compare; run all checks; count.

    Args:
        connection: holds schemas raw, core and marts; schemas own and declared are made in it.
        as_known_on: the day of knowledge on which the tables were made.
        registry: core.companies, lenses, layers, edges and memberships as declared; None: not compared.
        payloads: raw tables as their payloads read now; None: not compared.
        company: compare and check this company only.
        step: called with a word before each step; see `steps`.

    Raises:
        NothingToAudit: there are no figures.
    """
    absent = _fill_in(connection)
    if {"raw.observations", "core.company_quarters"} & absent:
        raise NothingToAudit("there is nothing to audit: the database holds no figures; run `layerledger refresh`")
    rederive.rederive(connection, as_known_on, step)
    given = {**(payloads or {}), **(registry or {})}
    for name, frame in given.items():
        _create(connection, f"own.{table(name).name}", frame)
    return judge(connection, as_known_on, (*given, *compare.TABLES), company, absent, step)


def judge(
    connection: duckdb.DuckDBPyConnection,
    as_known_on: date | None,
    names: Iterable[str],
    company: str | None = None,
    absent: Iterable[str] = (),
    step: Step = lambda _: None,
) -> Audit:
    """Compare tables with their second derivation in schema own, run all checks, and count.

    Args:
        connection: as `audit` takes it, with schema own made.
        as_known_on, company, step: see `audit`.
        names: the tables to compare.
        absent: tables that were not there.
    """
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE contradictions (name VARCHAR, company_id VARCHAR, item VARCHAR, n BIGINT)"
    )
    compared = []
    for name in names:
        step(name)
        compared.append(compare.compare(connection, name, company))
    step("contracts")
    checked = [checks.contracts(connection, set(absent))]
    for name in checks.names():
        step(name.replace("_", " "))
        checked.append(checks.run(connection, name, company))
    figures = connection.sql(rederive.text("scorecard/figures.sql")).pl()
    if company:
        figures = figures.filter(pl.col("company_id") == company)
    reasons = connection.sql(rederive.text("scorecard/reasons.sql")).pl()
    return Audit(as_known_on, tuple(compared), tuple(checked), figures, reasons)


def _fill_in(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Make an empty table for each declared one that is absent, so that queries run; return their names."""
    stored = {
        name
        for (name,) in connection.sql(
            "SELECT table_schema || '.' || table_name FROM information_schema.tables "
            "WHERE table_catalog = current_database()"
        ).fetchall()
    }
    absent = [contract for contract in TABLES if contract.full_name not in stored]
    for contract in absent:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.schema}")
        _create(connection, contract.full_name, pl.DataFrame(schema=contract.polars_schema))
    return {contract.full_name for contract in absent}


def _create(connection: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    connection.register("incoming", frame)
    connection.execute(f"CREATE TABLE {name} AS FROM incoming")
    connection.unregister("incoming")
