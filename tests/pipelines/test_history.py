"""Dagster's history as the command keeps it: the same files, read by any Dagster, whole after a kill."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipelines import history
from pipelines.home import Home

ASSET = dg.AssetKey(["core", "lenses"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = Home.at(tmp_path)
    home.prepare()
    return home.dagster


@dg.asset(key=ASSET)
def lenses() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 5})


def rows_told(instance: dg.DagsterInstance) -> list[object]:
    records = instance.fetch_materializations(ASSET, limit=9).records
    return [r.asset_materialization.metadata["rows"].value for r in records if r.asset_materialization]


def test_dagster_reads_what_the_command_wrote_and_the_command_what_dagster_wrote(folder):
    with history.opened(folder) as instance:
        dg.materialize([lenses], instance=instance)
    with dg.DagsterInstance.from_config(str(folder)) as plain:
        assert [run.status for run in plain.get_runs()] == [dg.DagsterRunStatus.SUCCESS]
        assert rows_told(plain) == [5]
        dg.materialize([lenses], instance=plain)
    with history.opened(folder) as instance:
        assert len(instance.get_runs()) == 2
        assert rows_told(instance) == [5, 5]


def test_dagster_reads_while_the_command_has_its_files_open(folder):
    with history.opened(folder) as instance, dg.DagsterInstance.from_config(str(folder)) as plain:
        dg.materialize([lenses], instance=instance)
        assert rows_told(plain) == [5]


def test_nothing_stays_open(folder):
    with history.opened(folder) as instance:
        dg.materialize([lenses], instance=instance)
    # SQLite removes its log when the last connection closes.
    assert list(folder.rglob("*.db")) and not list(folder.rglob("*.db-wal"))


def test_what_was_written_outlives_a_kill(folder):
    program = f"""
import os
from pathlib import Path
import dagster as dg
from pipelines import history
from tests.pipelines.test_history import lenses

with history.opened(Path({str(folder)!r})) as instance:
    dg.materialize([lenses], instance=instance)
    os.kill(os.getpid(), {int(signal.SIGKILL)})
"""
    done = subprocess.run([sys.executable, "-c", program], env=os.environ, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    with history.opened(folder) as instance:
        assert [run.status for run in instance.get_runs()] == [dg.DagsterRunStatus.SUCCESS]
        assert rows_told(instance) == [5]
