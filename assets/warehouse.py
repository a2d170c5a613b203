"""The warehouse: one DuckDB file that holds every table of raw, core and marts.

Belongs here: reading and replacing tables, and the rule that one process writes at a time. Does not belong here: what
is in a table, or the folder that readers see (assets.publish).

DuckDB allows one writer or many readers of a file, so connections are short: each read or write opens the file and
closes it again, and no connection outlives a step.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
from filelock import FileLock, Timeout
from pydantic import Field

from analytics.contracts import TABLES, Column, ContractError, Table, conform, table

DUCKDB_TYPES = {
    pl.String(): "VARCHAR",
    pl.Date(): "DATE",
    pl.Float64(): "DOUBLE",
    pl.Int64(): "BIGINT",
    pl.Boolean(): "BOOLEAN",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}


class WarehouseLockedError(RuntimeError):
    """Another process is writing to this home; the message says which, and since when."""


@contextmanager
def connect(path: Path, *, read_only: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a DuckDB file for one piece of work, with timestamps in UTC, and close it."""
    with duckdb.connect(str(path), read_only=read_only) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def describe(column: Column) -> str:
    """Return a column's description with its unit, as comments and column schemas print it."""
    return f"{column.description} Unit: {column.unit}." if column.unit else column.description


def read_table(path: Path, contract: Table) -> pl.DataFrame:
    """Read one table of a DuckDB file with the contract's types.

    Raises:
        KeyError: the file or the table does not exist; the message names the asset to materialise.
    """
    missing = f"{contract.full_name} is not in {path.name} yet; materialise that asset first"
    if not path.exists():
        raise KeyError(missing)
    with connect(path) as connection:
        if not _exists(connection, contract):
            raise KeyError(missing)
        frame: pl.DataFrame = connection.sql(f"SELECT * FROM {contract.full_name}").pl()
    # DuckDB hands UTC out under a name of its own ("Etc/UTC"); this renames the zone and moves no instant.
    return frame.with_columns(
        pl.col(c.name).dt.convert_time_zone("UTC") for c in contract.columns if isinstance(c.dtype, pl.Datetime)
    )


def write_table(path: Path, contract: Table, frame: pl.DataFrame, *, append: bool = False) -> int:
    """Validate a frame and put it in the place of the table, or add its new rows; return the table's row count.

    The frame is checked before anything is touched, and the change is one transaction: a frame that breaks the
    contract, or a process that dies half-way, leaves the last good table. With `append`, rows whose key the table
    holds already are left out, so that writing the same frame twice adds nothing.

    Raises:
        ContractError: the frame does not keep the contract, or (append) the stored table has other columns.
    """
    frame = conform(frame, contract)
    with connect(path) as connection:
        connection.register("incoming", frame)
        connection.execute("BEGIN")
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.schema}")
        if append and _exists(connection, contract):
            _append(connection, contract)
        else:
            _replace(connection, contract)
        (rows,) = connection.sql(f"SELECT count(*) FROM {contract.full_name}").fetchall()[0]
        connection.execute("COMMIT")
    return int(rows)


def export_table(path: Path, contract: Table, target: Path) -> None:
    """Write one table, in the order of its key, to a file: Parquet or CSV by the target's suffix."""
    options = {".parquet": "FORMAT parquet, COMPRESSION zstd", ".csv": "FORMAT csv, HEADER"}[target.suffix]
    order = ", ".join(f'"{c}"' for c in contract.key)
    with connect(path) as connection:
        connection.execute(
            f"COPY (SELECT * FROM {contract.full_name} ORDER BY {order}) TO {_literal(str(target))} ({options})"
        )


def copy_database(path: Path, target: Path) -> None:
    """Copy every table, with its comments and without free space, into a new DuckDB file."""
    target.unlink(missing_ok=True)
    with connect(path) as connection:
        connection.execute(f"ATTACH {_literal(str(target))} AS target")
        connection.execute(f"COPY FROM DATABASE {path.stem} TO target")
        connection.execute("DETACH target")


def row_counts(path: Path) -> dict[str, int]:
    """Return the number of rows of every declared table in a DuckDB file, by full name."""
    with connect(path) as connection:
        return {
            t.full_name: connection.sql(f"SELECT count(*) FROM {t.full_name}").fetchall()[0][0]
            for t in TABLES
            if _exists(connection, t)
        }


def _exists(connection: duckdb.DuckDBPyConnection, contract: Table) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?",
        [contract.schema, contract.name],
    )
    return bool(found.fetchall())


def _replace(connection: duckdb.DuckDBPyConnection, contract: Table) -> None:
    name = contract.full_name
    columns = ", ".join(
        f'"{c.name}" {DUCKDB_TYPES[c.dtype]}{"" if c.nullable else " NOT NULL"}' for c in contract.columns
    )
    connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
    connection.execute(f"COMMENT ON TABLE {name} IS {_literal(contract.description)}")
    for column in contract.columns:
        connection.execute(f'COMMENT ON COLUMN {name}."{column.name}" IS {_literal(describe(column))}')


def _append(connection: duckdb.DuckDBPyConnection, contract: Table) -> None:
    name = contract.full_name
    stored = [column for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall()]
    declared = [c.name for c in contract.columns]
    if stored != declared:
        raise ContractError(
            f"{name} in the warehouse has the columns {stored}, this version declares {declared}; delete "
            "warehouse.duckdb, everything in it is derived again by the next refresh"
        )
    key = ", ".join(f'"{c}"' for c in contract.key)
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming ANTI JOIN {name} USING ({key})")


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the home for one writing process; entering again in the same process is free.

    Raises:
        WarehouseLockedError: another process holds it.
    """
    path = home / ".lock"
    try:
        held = FileLock(path, is_singleton=True).acquire(timeout=0)
    except Timeout:
        who = lock_holder(home) or "another process"
        raise WarehouseLockedError(f"{who} is refreshing {home}") from None
    with held:
        since = datetime.now(UTC).isoformat(timespec="seconds")
        path.write_text(json.dumps({"pid": os.getpid(), "since": since}))
        yield


def lock_holder(home: Path) -> str | None:
    """Tell which living process holds this home and since when; None if none is known to."""
    try:
        told = json.loads((home / ".lock").read_text())
        os.kill(told["pid"], 0)
    except (OSError, ValueError):  # no lock, not yet signed, or signed by a process that died
        return None
    return f"process {told['pid']}, since {told['since']},"


class Warehouse(dg.ConfigurableIOManager):
    """The DuckDB file of a home as Dagster's IO manager: asset key [schema, name] is table schema.name."""

    path: str = Field(description="The DuckDB file, inside the home.")

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return Path(self.path)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """Hold the home for as long as the run lasts, so that the command and the UI never write at once."""
        home = self.file.parent
        home.mkdir(parents=True, exist_ok=True)
        with writing(home):
            yield self

    def read(self, contract: Table) -> pl.DataFrame:
        """Read one table; see `read_table`."""
        return read_table(self.file, contract)

    def write(self, contract: Table, frame: pl.DataFrame, *, append: bool = False) -> int:
        """Validate and store one table; see `write_table`."""
        return write_table(self.file, contract, frame, append=append)

    def handle_output(self, context: dg.OutputContext, obj: pl.DataFrame) -> None:
        """Validate and replace the table of the asset that made this frame."""
        rows = self.write(_contract_of(context.asset_key), obj)
        context.add_output_metadata({"dagster/row_count": rows})

    def load_input(self, context: dg.InputContext) -> pl.DataFrame:
        """Read the table of the upstream asset."""
        return self.read(_contract_of(context.asset_key))


def _contract_of(key: dg.AssetKey) -> Table:
    return table(".".join(key.path))
