"""The warehouse: one DuckDB file that holds every table of raw, core and marts.

Belongs here: reading and replacing tables, and the rule that one process writes at a time. Does not belong here: what
is in a table, or the folder that readers see (assets.publish).

DuckDB allows one writer or many readers of a file. A run holds the home and one connection, and closes both when it
ends; readers open the published copy, never this file.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
from filelock import FileLock, Timeout
from pydantic import Field, PrivateAttr

from analytics.contracts import Column, ContractError, Table, conform
from assets.delivery import Delivery, mark
from assets.delivery import taken as already
from assets.kept import Made, all_made, made, same
from assets.kept import mark as mark_made
from assets.sources.payload import Fetch

Connection = duckdb.DuckDBPyConnection
Examine = Callable[[pl.DataFrame], None]

DUCKDB_TYPES = {
    pl.String(): "VARCHAR",
    pl.Date(): "DATE",
    pl.Float64(): "DOUBLE",
    pl.Int64(): "BIGINT",
    pl.Boolean(): "BOOLEAN",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}


class MissingTableError(LookupError):
    """A table that an asset needs is not in the warehouse yet."""


class WarehouseError(RuntimeError):
    """The warehouse cannot be used; the message names the file and the mend."""


class WarehouseLockedError(WarehouseError):
    """Another process is writing to this home; the message says which."""


def connect(path: Path, *, read_only: bool = False) -> Connection:
    """Open a DuckDB file, with timestamps in UTC; the caller closes it.

    Raises:
        WarehouseLockedError: another process has it open.
        WarehouseError: it is no DuckDB file, or one that this version cannot read.
    """
    try:
        connection = duckdb.connect(str(path), read_only=read_only)
    except duckdb.Error as error:
        told = str(error).splitlines()[0]
        if "lock" in told:
            raise WarehouseLockedError(f"{path} is open in another process, close it there ({told})") from error
        mend = "move it away, and the next refresh derives everything anew"
        raise WarehouseError(f"{path} cannot be opened: {told}; {mend}") from error
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def describe(column: Column) -> str:
    """Return a column's description with its unit, as comments and column schemas print it."""
    return f"{column.description} Unit: {column.unit}." if column.unit else column.description


def read_table(connection: Connection, contract: Table, condition: str = "true") -> pl.DataFrame:
    """Read one table with the contract's types, or its rows that meet a condition in SQL.

    Raises:
        MissingTableError: it is not there; the message names the asset to materialise.
    """
    if not _exists(connection, contract):
        raise MissingTableError(f"{contract.full_name} is not in the warehouse yet; materialise that asset first")
    frame: pl.DataFrame = connection.sql(f"SELECT * FROM {contract.full_name} WHERE {condition}").pl()
    # DuckDB hands UTC out under a name of its own ("Etc/UTC"); this renames the zone and moves no instant.
    return frame.with_columns(
        pl.col(c.name).dt.convert_time_zone("UTC") for c in contract.columns if isinstance(c.dtype, pl.Datetime)
    )


def write_table(
    connection: Connection,
    contract: Table,
    frame: pl.DataFrame,
    *,
    append: bool = False,
    taken: Delivery | None = None,
    examine: Examine = lambda _: None,
    now: Made | None = None,
) -> int:
    """Validate a frame and put it in the place of the table, or add its new rows; return the table's row count.

    The frame is checked before anything is touched, and the change is one transaction: a frame that breaks the
    contract, or a process that dies half-way, leaves the last good table. With `append`, rows whose key the table
    holds already are left out, so that writing the same frame twice adds nothing. `taken` is the delivery that the
    frame takes up; that it did is noted in the same transaction. `examine` is given the frame once it keeps its
    contract; what it raises leaves the last good table too. `now` is what the frame is made from; where the rows are
    the stored ones, they and the name of their content stay.

    Raises:
        ContractError: the frame does not keep the contract, or (append) the stored table has other columns.
    """
    frame = conform(frame, contract)
    examine(frame)
    _store(connection, contract, frame, append, taken, made(connection, contract), now)
    return row_count(connection, contract)


def _store(
    connection: Connection,
    contract: Table,
    frame: pl.DataFrame,
    append: bool,
    taken: Delivery | None,
    before: Made | None,
    now: Made | None,
) -> Made | None:
    """Put a frame that keeps its contract in the place of the table, or add its new rows, in one transaction.

    Returns:
        What it is made from, with the name of its content; None if that is unknown.
    """
    connection.register("incoming", frame)
    connection.execute("BEGIN")
    try:
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {contract.schema}")
        if append and _exists(connection, contract):
            changed = _append(connection, contract) > 0
        elif changed := not (
            now
            and before
            and row_count(connection, contract) == frame.height
            and same(frame, read_table(connection, contract))
        ):
            _replace(connection, contract)
        if taken is not None:
            mark(connection, taken)
        if now and before and not changed:
            now = replace(now, content=before.content)
        mark_made(connection, contract, before, now)
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    finally:
        connection.unregister("incoming")
    connection.execute("COMMIT")
    return now


def row_count(connection: Connection, contract: Table) -> int:
    """Return the number of rows of one table."""
    ((rows,),) = connection.sql(f"SELECT count(*) FROM {contract.full_name}").fetchall()
    return int(rows)


def _exists(connection: Connection, contract: Table) -> bool:
    found = connection.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?",
        [contract.schema, contract.name],
    )
    return bool(found.fetchall())


def _replace(connection: Connection, contract: Table) -> None:
    name = contract.full_name
    columns = ", ".join(
        f'"{c.name}" {DUCKDB_TYPES[c.dtype]}{"" if c.nullable else " NOT NULL"}' for c in contract.columns
    )
    connection.execute(f"CREATE OR REPLACE TABLE {name} ({columns})")
    connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
    connection.execute(f"COMMENT ON TABLE {name} IS {_literal(contract.description)}")
    for column in contract.columns:
        connection.execute(f'COMMENT ON COLUMN {name}."{column.name}" IS {_literal(describe(column))}')


def _append(connection: Connection, contract: Table) -> int:
    name = contract.full_name
    stored = [column for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall()]
    declared = [c.name for c in contract.columns]
    if stored != declared:
        raise ContractError(
            f"{name} in the warehouse has the columns {stored}, this version declares {declared}; delete "
            "warehouse.duckdb, everything in it is derived again by the next refresh"
        )
    key = ", ".join(f'"{c}"' for c in contract.key)
    new = connection.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming ANTI JOIN {name} USING ({key})")
    ((rows,),) = new.fetchall()
    return int(rows)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def writing(home: Path) -> Iterator[None]:
    """Hold the home for one writing process; entering again in the same process is free.

    Raises:
        WarehouseLockedError: another process holds it.
    """
    path = home / ".lock"
    lock = FileLock(path, is_singleton=True)
    try:
        held = lock.acquire(timeout=0)
    except Timeout:
        who = lock_holder(home) or "another process"
        raise WarehouseLockedError(f"{who} is refreshing {home}") from None
    with held:
        outermost = lock.lock_counter == 1
        if outermost:
            since = datetime.now(UTC).isoformat(timespec="seconds")
            path.write_text(json.dumps({"pid": os.getpid(), "since": since}))
        try:
            yield
        finally:
            if outermost:
                path.write_text("")


def lock_holder(home: Path) -> str | None:
    """Tell which living process holds this home and since when; None if none is known to."""
    try:
        told = json.loads((home / ".lock").read_text())
        os.kill(told["pid"], 0)
    except (OSError, ValueError):  # no lock, not yet signed, or signed by a process that died
        return None
    return f"process {told['pid']}, since {told['since']},"


class Warehouse(dg.ConfigurableResource["Warehouse"]):
    """The DuckDB file of a home, as a run has it."""

    path: str = Field(description="The DuckDB file, inside the home.")
    _connection: Connection | None = PrivateAttr(default=None)
    _read: dict[str, pl.DataFrame] = PrivateAttr(default_factory=dict)
    _all_made: dict[str, Made] = PrivateAttr(default_factory=dict)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Warehouse"]:
        """Hold the home and one connection for as long as the run lasts.

        So the command and the UI never write at once: the second to come is refused.
        """
        self.file.parent.mkdir(parents=True, exist_ok=True)
        with writing(self.file.parent):
            self._connection = connect(self.file)
            self._all_made = all_made(self.connection)
            try:
                yield self
            finally:
                self.connection.close()
                self._connection = None
                self._read.clear()

    @property
    def file(self) -> Path:
        """The DuckDB file."""
        return Path(self.path)

    @property
    def connection(self) -> Connection:
        """The run's connection; there is one only while a run lasts."""
        if self._connection is None:
            raise RuntimeError("the warehouse is open only while a run lasts")
        return self._connection

    def copy_to(self, target: Path) -> None:
        """Copy the whole file, with everything written so far in it.

        The connection is closed meanwhile: closing writes DuckDB's log into the file, and copying a file that this
        process has open would let go of DuckDB's lock on it.
        """
        self.connection.close()
        shutil.copyfile(self.file, target)
        self._connection = connect(self.file)

    def read(self, contract: Table) -> pl.DataFrame:
        """Read one table, see `read_table`; within a run a table is read once for all assets that take it.

        The home is held while a run lasts, so nobody else can have changed the table.
        """
        if contract.full_name not in self._read:
            self._read[contract.full_name] = read_table(self.connection, contract)
        return self._read[contract.full_name]

    def write(
        self,
        contract: Table,
        frame: pl.DataFrame,
        *,
        append: bool = False,
        taken: Delivery | None = None,
        examine: Examine = lambda _: None,
        now: Made | None = None,
    ) -> int:
        """Validate, examine and store one table; see `write_table`. What replaced it is what the run reads then."""
        self._read.pop(contract.full_name, None)
        frame = conform(frame, contract)
        examine(frame)
        now = _store(self.connection, contract, frame, append, taken, self.made(contract), now)
        self._all_made.pop(contract.full_name, None)
        if now:
            self._all_made[contract.full_name] = now
        if not append:
            self._read[contract.full_name] = frame
        return row_count(self.connection, contract)

    def made(self, contract: Table) -> Made | None:
        """What a table was made from; None if nobody knows."""
        return self._all_made.get(contract.full_name)

    def delivery(self, contract: Table, basis: str, fetches: Iterable[Fetch], *, anew: bool = False) -> Delivery:
        """Return what a raw table has yet to take up of some fetches, given in order; all of them if `anew`."""
        so_far = None if anew else already(self.connection, contract, basis)
        return Delivery(
            contract,
            basis,
            so_far is None,
            tuple(f for f in fetches if f.fetch_id not in (so_far or ())),
            lambda condition: read_table(self.connection, contract, condition),
        )
