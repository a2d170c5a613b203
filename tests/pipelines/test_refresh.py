"""The main job, as a process of its own without network: what it publishes, and how it ends when it cannot."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dagster as dg
import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analytics.contracts import TABLES
from assets.bundle import FILES
from assets.publish import schema_version
from pipelines.home import Home
from tests.conftest import ROOT, cut_off, run_command

STACKS, BUNDLE = ROOT / "analytics" / "stacks", ROOT / "assets" / "bundle"


@pytest.fixture
def home(refreshed_home: Path, tmp_path: Path) -> Path:
    """A copy of a home that has published; published files, which nothing may change, are linked."""

    def link_or_copy(source: str, target: str) -> None:
        published = Path(source).is_relative_to(refreshed_home / "published")
        (os.link if published else shutil.copy2)(source, target)

    return Path(shutil.copytree(refreshed_home, tmp_path / "home", symlinks=True, copy_function=link_or_copy))


def state(home: Path) -> tuple[str, str]:
    """What readers see: where `current` leads, and the hash of its manifest."""
    current = home / "published" / "current"
    return str(current.readlink()), hashlib.sha256((current / "manifest.json").read_bytes()).hexdigest()


@contextmanager
def untouched(home: Path) -> Iterator[None]:
    before = state(home)
    yield
    assert state(home) == before


def assert_one_message(done: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    assert done.returncode == code, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr


# What it publishes


def test_the_manifest_tells_run_versions_rows_and_every_file(refreshed_home):
    current = Home.at(refreshed_home).current
    manifest = json.loads((current / "manifest.json").read_text())

    files = {p.relative_to(current).as_posix() for p in current.rglob("*") if p.is_file()} - {"manifest.json"}
    assert set(manifest["files"]) == files
    for name, told in manifest["files"].items():
        content = (current / name).read_bytes()
        assert told == {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    assert set(manifest["rows"]) == {t.full_name for t in TABLES}
    assert manifest["versions"]["schema"] == schema_version()
    assert manifest["version"] == current.readlink().name
    assert manifest["as_known_on"] is None


def test_the_as_of_date_comes_from_the_data(refreshed_home):
    current = Home.at(refreshed_home).current
    with duckdb.connect(str(current / "layerledger.duckdb"), read_only=True) as database:
        (newest,) = database.sql(
            "SELECT greatest((SELECT max(known_at) FROM core.company_quarters), (SELECT max(date) FROM core.prices))"
        ).fetchall()[0]
    assert json.loads((current / "manifest.json").read_text())["as_of"] == str(newest)


def test_every_table_is_in_the_database_and_in_the_downloads(refreshed_home):
    current = Home.at(refreshed_home).current
    rows = json.loads((current / "manifest.json").read_text())["rows"]
    with duckdb.connect(str(current / "layerledger.duckdb"), read_only=True) as database:
        for contract in TABLES:
            (stored,) = database.sql(f"SELECT count(*) FROM {contract.full_name}").fetchall()[0]
            parquet = pl.read_parquet(current / "data" / f"{contract.full_name}.parquet")
            assert stored == parquet.height == rows[contract.full_name]
            assert parquet.schema == contract.polars_schema
            assert parquet.select(contract.key).rows() == sorted(
                parquet.select(contract.key).rows(), key=lambda row: [(v is None, v) for v in row]
            )
            csv = current / "data" / f"{contract.full_name}.csv"
            assert csv.exists() is (contract.schema != "raw")
            if csv.exists():
                assert pl.read_csv(csv, infer_schema=False).height == stored
    assert (current / "index.html").exists()


def test_a_refresh_leaves_nothing_aside_and_nothing_open(refreshed_home):
    published = Home.at(refreshed_home).published
    assert sorted(p.name for p in published.iterdir()) == ["current", "versions"]
    assert not list(refreshed_home.glob("*.wal"))


def test_the_run_stands_in_the_homes_dagster_history(refreshed_home):
    home = Home.at(refreshed_home)
    manifest = json.loads((home.current / "manifest.json").read_text())
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        run = instance.get_run_by_id(manifest["run_id"])
        assert run and run.status == dg.DagsterRunStatus.SUCCESS and run.job_name == "refresh"
        latest = instance.get_latest_materialization_event(dg.AssetKey(["marts", "layer_metrics"]))
        assert latest and latest.asset_materialization
        told = latest.asset_materialization.metadata
        assert told["dagster/row_count"].value == manifest["rows"]["marts.layer_metrics"]


def test_materialising_all_as_the_ui_does_gives_what_the_command_gives(refreshed_home, tmp_path):
    home = Home.at(tmp_path / "other")
    home.prepare()
    environment = os.environ | {
        "LAYERLEDGER_HOME": str(home.root),
        "LAYERLEDGER_OFFLINE": "true",
        "DAGSTER_HOME": str(home.dagster),
    }
    dagster = [sys.executable, "-m", "dagster", "asset", "materialize", "--select", "*", "-m", "pipelines.definitions"]
    done = subprocess.run(
        [*cut_off(), *dagster], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]

    mine, theirs = home.current / "data", Home.at(refreshed_home).current / "data"
    for contract in TABLES:
        name = f"{contract.full_name}.parquet"
        # The moments at which the bundle was read differ, and so do the fetches named after them.
        moments = ("started_at", "fetched_at", "fetch_id")
        ours, others = (pl.read_parquet(d / name).drop(moments, strict=False) for d in (mine, theirs))
        assert_frame_equal(ours, others, rel_tol=1e-12, check_row_order=contract.name != "fetches")


# A second refresh, and what was known on a day


def test_a_second_refresh_with_nothing_changed_publishes_nothing(home):
    with untouched(home):
        done = run_command(["refresh", "--offline"], home)
    assert done.returncode == 0, done.stderr
    assert "Nothing has changed; published before, as of " in done.stdout
    assert "index.html" in done.stdout and "layerledger serve" in done.stdout


def test_as_known_on_publishes_nothing_that_became_known_later(tmp_path):
    home = tmp_path / "home"
    done = run_command(["refresh", "--offline", "--as-known-on", "2019-03-01"], home)
    assert done.returncode == 0, done.stderr
    assert "as known on 2019-03-01" in done.stdout

    current = Home.at(home).current
    manifest = json.loads((current / "manifest.json").read_text())
    assert manifest["as_known_on"] == "2019-03-01"
    assert manifest["as_of"] <= "2019-03-01"
    with duckdb.connect(str(current / "layerledger.duckdb"), read_only=True) as database:
        for table, day in (
            ("core.company_quarters", "known_at"),
            ("core.company_years", "known_at"),
            ("core.segment_quarters", "known_at"),
            ("core.prices", "date"),
            ("core.fx_rates", "date"),
        ):
            (later,) = database.sql(f"SELECT count(*) FROM {table} WHERE {day} > DATE '2019-03-01'").fetchall()[0]
            assert later == 0, table
        # Raw is everything ever seen; it is derived from, not cut.
        (raw,) = database.sql("SELECT count(*) FROM raw.observations WHERE known_at > DATE '2019-03-01'").fetchall()[0]
        assert raw > 0


# Bad input: one message, its exit code, and the published folder as it was


def test_an_unknown_company_is_told_with_near_matches(home):
    with untouched(home):
        done = run_command(["refresh", "--offline", "--company", "nvidai"], home)
    assert_one_message(done, 2, "there is no company 'nvidai'", "did you mean nvidia")


@pytest.mark.parametrize(
    ("day", "words"), [("2024-02-30", "is not a date"), ("yesterday", "is not a date"), ("2999-01-01", "in the future")]
)
def test_a_day_that_is_none_or_has_not_come_is_refused(home, day, words):
    with untouched(home):
        done = run_command(["refresh", "--offline", "--as-known-on", day], home)
    assert_one_message(done, 2, "--as-known-on", words)


def test_a_day_on_which_nothing_was_known_is_refused(home):
    with untouched(home):
        done = run_command(["refresh", "--offline", "--as-known-on", "1990-01-01"], home)
    assert_one_message(done, 2, "nothing to publish")


def test_a_broken_registry_names_file_and_entry(home, tmp_path):
    stacks = tmp_path / "stacks"
    shutil.copytree(STACKS, stacks, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    lens = stacks / "lenses" / "ecosystem.toml"
    lens.write_text(lens.read_text() + "\n[[half an entry\n")
    with untouched(home):
        done = run_command(["refresh", "--offline"], home, LAYERLEDGER_STACKS=str(stacks))
    assert_one_message(done, 2, "ecosystem.toml")


def test_a_company_without_currency_names_the_entry(home, tmp_path):
    stacks = tmp_path / "stacks"
    shutil.copytree(STACKS, stacks, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    companies = stacks / "companies.toml"
    entry = companies.read_text().index('id = "nvidia"')
    text = companies.read_text()
    companies.write_text(text[:entry] + text[entry:].replace('currency = "USD"\n', "", 1))
    with untouched(home):
        done = run_command(["refresh", "--offline"], home, LAYERLEDGER_STACKS=str(stacks))
    assert_one_message(done, 2, "companies.toml", "nvidia", "currency")


def test_a_truncated_bundle_names_the_file(home, tmp_path):
    file = "observations.parquet"
    bundle = tmp_path / "bundle"
    shutil.copytree(BUNDLE, bundle, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    whole = (bundle / file).read_bytes()
    (bundle / file).write_bytes(whole[: len(whole) // 2])
    with untouched(home):
        done = run_command(["refresh", "--offline"], home, LAYERLEDGER_BUNDLE=str(bundle))
    assert_one_message(done, 2, file, f"{len(whole):,}")


def test_a_home_that_cannot_be_written(home, tmp_path):
    (tmp_path / "file").write_text("")
    done = run_command(["refresh", "--offline"], tmp_path / "file")
    assert_one_message(done, 3, "cannot be written", "LAYERLEDGER_HOME")
    shutil.rmtree(home / "dagster")
    (home / "dagster").write_text("in the way")
    with untouched(home):
        assert_one_message(run_command(["refresh", "--offline"], home), 3, "cannot be written")


def test_a_damaged_warehouse_says_what_to_do(home):
    (home / "warehouse.duckdb").write_bytes(b"not a database")
    with untouched(home):
        done = run_command(["refresh", "--offline", "--force"], home)
    assert_one_message(done, 3, "warehouse.duckdb cannot be opened", "move it away")


def test_bad_usage_is_told(command):
    done = command("refresh", "--ofline")
    assert done.returncode == 2
    assert "--ofline" in done.stderr and "Traceback" not in done.stderr


# Two at once, stopped, killed


@contextmanager
def under_way(home: Path) -> Iterator[subprocess.Popen[str]]:
    """A refresh that has begun to write."""
    environment = os.environ | {"LAYERLEDGER_HOME": str(home)}
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines", "refresh", "--offline", "--force"],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        until = time.monotonic() + 240
        while not list((home / "published").glob(".staging-*")):
            assert process.poll() is None and time.monotonic() < until
            time.sleep(0.02)
        yield process
        process.kill()


def test_a_second_refresh_while_one_runs_is_told_who_and_since_when(home):
    before = state(home)
    with under_way(home) as first:
        second = run_command(["refresh", "--offline"], home)
        assert_one_message(second, 3, f"process {first.pid}, since 20", f"is refreshing {home}")
        out, err = first.communicate(timeout=240)
    assert first.returncode == 0, err
    assert "Published as of" in out

    # The first was told to make everything again: nothing is added to raw, and the old version stays beside the new.
    after = state(home)
    versions = home / "published" / "versions"
    assert sorted(v.name for v in versions.iterdir()) == sorted([Path(before[0]).name, Path(after[0]).name])
    old, new = (json.loads((home / "published" / s[0] / "manifest.json").read_text())["rows"] for s in (before, after))
    assert new == old
    assert new["raw.fetches"] == len(FILES)


def test_a_refresh_stopped_by_hand_ends_cleanly(home):
    with untouched(home), under_way(home) as process:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=240)
    assert process.returncode == 130
    assert (out, err) == ("", "error: stopped by hand; what was published before stays\n")
    last = json.loads(run_command(["status", "--json"], home).stdout)["last_run"]
    assert last["status"] == "FAILURE" and "stopped by hand" in str(last["failed"])


def test_a_killed_refresh_leaves_the_last_version_and_the_next_needs_no_help(home):
    with untouched(home), under_way(home) as process:
        process.kill()
        process.communicate()
    assert list((home / "published").glob(".staging-*"))
    assert json.loads(run_command(["status", "--json"], home).stdout)["last_run"]["status"] == "KILLED"

    done = run_command(["refresh", "--offline"], home)
    assert done.returncode == 0, done.stderr
    assert not list((home / "published").glob(".staging-*"))
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        statuses = [run.status for run in instance.get_runs()]
    assert statuses == [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
