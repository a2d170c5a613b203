"""The warehouse: exact types, comments, replacing, appending, refusing, one writer."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest

from analytics.contracts import TABLES, ContractError, conform, empty, table
from assets import kept, tables
from assets.inputs import Inputs
from assets.publish import PublishedFolder
from assets.request import Request
from assets.warehouse import (
    MissingTableError,
    Warehouse,
    WarehouseLockedError,
    connect,
    describe,
    lock_holder,
    read_table,
    write_table,
    writing,
)

# Dagster asks its own context for a name of yesterday where one resource holds another.
pytestmark = pytest.mark.filterwarnings("default:InitResourceContext.dagster_run is deprecated:DeprecationWarning")

FETCHES = table("raw.fetches")
LENSES = table("core.lenses")


def lens(name: str, position: int = 1) -> dict[str, object]:
    return {"lens": name, "name": name.title(), "position": position, "description": "By demand.", "source": "Text"}


def lenses(*names: str) -> pl.DataFrame:
    return pl.DataFrame([lens(n, i) for i, n in enumerate(names, 1)], schema=LENSES.polars_schema)


def fetch(fetch_id: str, **changes: object) -> dict[str, object]:
    row: dict[str, object] = dict.fromkeys(FETCHES.polars_schema, None)
    return row | {
        "fetch_id": fetch_id, "source": "bundle", "subject": "observations.parquet", "outcome": "ok",
        "started_at": datetime(2026, 3, 8, 6, 59, 59, 123456, tzinfo=UTC), "requests": 0, "bytes": 10,
    } | changes  # fmt: skip


def fetches(*rows: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=FETCHES.polars_schema)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "warehouse.duckdb"


@pytest.fixture
def database(file: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(file) as connection:
        yield connection


@pytest.mark.parametrize("contract", TABLES, ids=lambda t: t.full_name)
def test_every_table_comes_back_with_exactly_its_types_and_comments(database, contract):
    write_table(database, contract, empty(contract))

    assert read_table(database, contract).schema == contract.polars_schema
    (comment,) = database.sql("SELECT comment FROM duckdb_tables()").fetchall()[0]
    columns = database.execute(
        "SELECT column_name, comment, is_nullable FROM duckdb_columns() WHERE table_name = ? AND schema_name = ?",
        [contract.name, contract.schema],
    ).fetchall()
    assert comment == contract.description
    assert columns == [(c.name, describe(c), c.nullable) for c in contract.columns]
    for column in contract.columns:
        assert column.unit is None or f"Unit: {column.unit}." in describe(column)


def test_values_come_back_unchanged_in_any_time_zone_of_the_machine(file, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    frame = fetches(fetch("a", message='it\'s [odd]; "quoted"', http_status=200), fetch("b", company_id="nvidia"))
    with connect(file) as database:
        write_table(database, FETCHES, frame)
    with connect(file) as database:
        assert read_table(database, FETCHES).equals(frame)


def test_a_frame_that_breaks_its_contract_leaves_the_last_good_table(database):
    write_table(database, LENSES, lenses("ecosystem", "demand"))

    for broken in (
        lenses("x").drop("name"),
        lenses("x").with_columns(extra=1),
        lenses("x").with_columns(pl.col("position").cast(pl.Int32)),
        lenses("x").with_columns(name=pl.lit(None, pl.String)),
        lenses("x", "x"),
    ):
        with pytest.raises(ContractError, match=r"core\.lenses"):
            write_table(database, LENSES, broken)
        assert read_table(database, LENSES)["lens"].to_list() == ["demand", "ecosystem"]


def test_replacing_leaves_only_the_new_rows(database):
    assert write_table(database, LENSES, lenses("ecosystem", "demand")) == 2
    assert write_table(database, LENSES, lenses("supply")) == 1
    assert read_table(database, LENSES)["lens"].to_list() == ["supply"]


def test_appending_twice_adds_nothing_and_never_changes_a_stored_row(database):
    assert write_table(database, FETCHES, fetches(fetch("a", bytes=10)), append=True) == 1
    assert write_table(database, FETCHES, fetches(fetch("a", bytes=99), fetch("b")), append=True) == 2
    assert write_table(database, FETCHES, fetches(fetch("a"), fetch("b")), append=True) == 2
    assert read_table(database, FETCHES).sort("fetch_id")["bytes"].to_list() == [10, 10]


def test_appending_to_a_table_of_another_version_says_what_to_do_and_changes_nothing(database):
    database.execute("CREATE SCHEMA raw; CREATE TABLE raw.fetches (fetch_id VARCHAR)")
    with pytest.raises(ContractError, match=r"delete warehouse\.duckdb"):
        write_table(database, FETCHES, fetches(fetch("a")), append=True)
    assert database.sql("FROM raw.fetches").columns == ["fetch_id"]
    write_table(database, LENSES, lenses("ecosystem"))


def test_reading_what_is_not_there_names_the_asset_to_materialise(database):
    with pytest.raises(MissingTableError, match=r"core\.lenses is not in the warehouse yet; materialise"):
        read_table(database, LENSES)


def test_a_process_killed_while_writing_leaves_the_last_good_table(file):
    with connect(file) as database:
        write_table(database, LENSES, lenses("ecosystem"))
    program = f"""
import os
from pathlib import Path
from assets import warehouse
from analytics.contracts import empty, table
warehouse.describe = lambda column: os.kill(os.getpid(), 9)  # after the rows, before the commit
warehouse.write_table(warehouse.connect(Path({str(file)!r})), table("core.lenses"), empty(table("core.lenses")))
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    with connect(file) as database:
        assert read_table(database, LENSES)["lens"].to_list() == ["ecosystem"]


@contextmanager
def running(file: Path) -> Iterator[Warehouse]:
    """The warehouse as a run has it."""
    with Warehouse(path=str(file)).yield_for_execution(dg.build_init_resource_context()) as warehouse:
        yield warehouse


def test_a_copy_made_during_a_run_holds_tables_comments_and_rows_and_the_run_goes_on(file, tmp_path):
    target = tmp_path / "copy.duckdb"
    with running(file) as warehouse:
        warehouse.write(LENSES, lenses("ecosystem"))
        warehouse.write(FETCHES, fetches(fetch("a")), append=True)
        warehouse.copy_to(target)
        warehouse.write(FETCHES, fetches(fetch("b")), append=True)

    with connect(target, read_only=True) as copy:
        assert read_table(copy, LENSES).equals(lenses("ecosystem"))
        assert read_table(copy, FETCHES)["fetch_id"].to_list() == ["a"]
        comments = copy.sql("SELECT comment FROM duckdb_columns() WHERE table_name = 'lenses'").fetchall()
    assert [c for (c,) in comments] == [describe(c) for c in LENSES.columns]


def test_within_a_run_a_table_is_read_once_until_it_is_written(file):
    with running(file) as warehouse:
        warehouse.write(LENSES, lenses("ecosystem"))
        first = warehouse.read(LENSES)
        assert warehouse.read(LENSES) is first
        warehouse.write(LENSES, lenses("demand"))
        assert warehouse.read(LENSES)["lens"].to_list() == ["demand"]


def test_no_connection_and_no_lock_outlives_a_run(file):
    with running(file) as warehouse:
        warehouse.write(LENSES, lenses("ecosystem"))
    with pytest.raises(RuntimeError, match="only while a run lasts"):
        warehouse.read(LENSES)
    program = f"import duckdb; duckdb.connect({str(file)!r}).execute('CREATE TABLE t (a INT)')"
    subprocess.run([sys.executable, "-c", program], check=True)
    assert lock_holder(file.parent) is None


def test_one_process_writes_at_a_time_and_the_other_is_told_who(tmp_path):
    program = f"""
import sys
from pathlib import Path
from assets.warehouse import WarehouseLockedError, writing
try:
    with writing(Path({str(tmp_path)!r})): print("written")
except WarehouseLockedError as error: print(error)
"""

    def other() -> str:
        return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout

    with writing(tmp_path), writing(tmp_path):  # a run of the command enters twice: the command, then the warehouse
        held = json.loads((tmp_path / ".lock").read_text())
        told = other()
        assert f"process {held['pid']}, since {held['since']}, is refreshing {tmp_path}" in told
        assert lock_holder(tmp_path) == f"process {held['pid']}, since {held['since']},"
    assert other() == "written\n"
    assert lock_holder(tmp_path) is None
    with writing(tmp_path):
        pass


def asset_of(name: str, frame: pl.DataFrame) -> dg.AssetsDefinition:
    """Make an asset of a table that yields a frame, as a module of assets/ would."""

    def build() -> pl.DataFrame:
        return frame

    build.__module__ = f"assets.{name}"
    made: dg.AssetsDefinition = tables.table_asset()(build)
    return made


def materialise(asset: dg.AssetsDefinition, file: Path, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    if file.exists():
        # The same code gives another frame here, which it never does elsewhere.
        with connect(file) as database:
            kept.forget(database)
    return dg.materialize(
        [asset],
        instance=instance,
        resources={
            "warehouse": Warehouse(path=str(file)),
            "inputs": Inputs(request=Request()),
            "published": PublishedFolder(root=str(file.parent / "published"), cache=str(file.parent / "cache")),
        },
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )


def test_the_check_reports_a_broken_contract_and_the_table_stays(file):
    with dg.DagsterInstance.ephemeral() as instance:
        good = materialise(asset_of("core.lenses", lenses("ecosystem")), file, instance)
        bad = materialise(asset_of("core.lenses", lenses("demand", "demand")), file, instance)

    assert good.success
    assert [e.passed for e in good.get_asset_check_evaluations()] == [True]
    assert not bad.success
    (check,) = bad.get_asset_check_evaluations()
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.ERROR)
    assert "key ('lens',) is not unique" in (check.description or "")
    with connect(file) as database:
        assert read_table(database, LENSES)["lens"].to_list() == ["ecosystem"]


def test_a_contract_broken_within_the_computation_fails_the_same_check(file):
    def build() -> pl.DataFrame:
        return conform(lenses("demand", "demand"), LENSES)

    build.__module__ = "assets.core.lenses"
    with dg.DagsterInstance.ephemeral() as instance:
        bad = materialise(tables.table_asset()(build), file, instance)
    assert [e.passed for e in bad.get_asset_check_evaluations()] == [False]


def test_a_materialisation_tells_rows_and_newest_period(file):
    quarters = table("core.company_quarters")
    row = {
        "company_id": "nvidia", "item": "revenue", "period_start": date(2025, 10, 27), "period_end": date(2026, 1, 25),
        "calendar_quarter": "2025Q4", "value": 1.0, "currency": "USD", "value_usd": 1.0, "derivation": "reported",
        "source": "sec", "concept": "us-gaap:Revenues", "observation_id": "a", "known_at": date(2026, 2, 26),
    }  # fmt: skip
    frame = pl.DataFrame([row], schema=quarters.polars_schema)
    with dg.DagsterInstance.ephemeral() as instance:
        result = materialise(asset_of("core.company_quarters", frame), file, instance)

    (made,) = result.asset_materializations_for_node("core__company_quarters")
    assert made.metadata["dagster/row_count"].value == 1
    assert made.metadata["newest period"].value == "2025Q4"


def test_a_run_of_the_ui_is_refused_while_another_process_holds_the_home(file):
    program = f"""
import sys
from pathlib import Path
from assets.warehouse import writing
with writing(Path({str(file.parent)!r})):
    print("held", flush=True); sys.stdin.read()
"""
    with (
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder,
        dg.DagsterInstance.ephemeral() as instance,
    ):
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        result = materialise(asset_of("core.lenses", lenses("ecosystem")), file, instance)
        holder.communicate(b"")
    assert not result.success
    assert WarehouseLockedError.__name__ in str([e for e in result.all_events if e.is_failure])
    assert not file.exists()
