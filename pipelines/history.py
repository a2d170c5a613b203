"""Dagster's history of a home, as one process keeps it that works alone.

Belongs here: how the command opens Dagster's SQLite files. Does not belong here: what stands in them, which is
Dagster's own and the same whoever wrote it.

Dagster opens and closes a file for every event, and whenever the last connection closes SQLite empties its log into the
database: a thousand times in a refresh. Here a connection stays open as long as the instance does. A process that is
killed loses nothing it wrote; a machine that loses power may lose the last events, and never a file.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from dagster._core.storage.event_log.sqlite.sqlite_event_log import SqliteEventLogStorage
from dagster._core.storage.runs.sqlite.sqlite_run_storage import SqliteRunStorage
from dagster._core.storage.schedules.sqlite.sqlite_schedule_storage import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import DagsterSqliteStorage
from sqlalchemy import Connection, Engine, create_engine, event


@contextmanager
def opened(folder: Path) -> Iterator[dg.DagsterInstance]:
    """Open the Dagster instance of a folder, whatever DAGSTER_HOME says."""
    storage = {"custom": {"module": __name__, "class": Storage.__name__, "config": {"base_dir": str(folder)}}}
    # Dagster makes new files with engines of its own, table by table: each engine of the process is told.
    event.listen(Engine, "connect", _write_ahead)
    try:
        with dg.DagsterInstance.from_ref(InstanceRef.from_dir(str(folder), overrides={"storage": storage})) as instance:
            yield instance
    finally:
        event.remove(Engine, "connect", _write_ahead)


def _write_ahead(connection: Any, _: object) -> None:
    """Let SQLite write to its log, and wait for the disk only when it empties that into the database."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


class _Engines:
    """An engine for each file, whose connections stay open."""

    def __init__(self) -> None:
        self._engines: dict[str, Engine] = {}

    def of(self, address: str) -> Engine:
        if address not in self._engines:
            self._engines[address] = create_engine(address, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})
        return self._engines[address]

    def close(self) -> None:
        for engine in self._engines.values():
            engine.dispose()
        self._engines.clear()


class _Events(SqliteEventLogStorage):
    """Events: those of each run in a file of its own, those of assets in the index too."""

    def __init__(self, base_dir: str) -> None:
        self._engines = _Engines()
        super().__init__(base_dir)

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.of(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection

    def dispose(self) -> None:
        super().dispose()
        self._engines.close()


class _Runs(SqliteRunStorage):
    """Runs and their tags."""

    def __init__(self, conn_string: str, inst_data: Any = None) -> None:
        self._engines = _Engines()
        super().__init__(conn_string, inst_data)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        with self._engines.of(self._conn_string).begin() as connection:
            yield connection

    def dispose(self) -> None:
        super().dispose()
        self._engines.close()


class Storage(DagsterSqliteStorage):
    """The storage of an instance, which Dagster makes from its configuration."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        """Open the files under a folder, made if need be, where Dagster's own storage keeps them."""
        super(DagsterSqliteStorage, self).__init__()  # type: ignore[no-untyped-call]  # not its own, which opens others
        self.base_dir, self._inst_data = base_dir, inst_data
        self._run_storage = _Runs.from_local(str(Path(base_dir, "history")))
        self._event_log_storage = _Events(str(Path(base_dir, "history", "runs")))
        self._schedule_storage = SqliteScheduleStorage.from_local(str(Path(base_dir, "schedules")))

    @classmethod
    def from_config_value(cls, inst_data: Any, config_value: Any) -> Self:
        """Make it as Dagster does."""
        return cls.from_local(inst_data=inst_data, **config_value)
