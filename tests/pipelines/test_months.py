"""Running for months: what is removed and what never is, logs, reports, a home of another version, health."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from assets.versions import hold
from pipelines.home import Home, HomeError
from pipelines.refresh import instance_of
from pipelines.retention import KEEP_DAYS, KEEP_RUNS, disk_use, tidy
from pipelines.serve import STALE_AFTER, health
from tests.live.homes import Place


def test_old_runs_logs_and_reports_go_and_the_newest_runs_and_the_archive_stay(place: Place):
    home = Home.at(place.home)
    archived = {p for p in (home.root / "archive").rglob("*") if p.is_file()}
    later = datetime.now(UTC) + timedelta(days=KEEP_DAYS + 1)
    with instance_of(home) as instance:
        (run,) = instance.get_runs()
        assert tidy(home, instance, later)["runs removed"] == 0, "the newest runs stay, however old"
        for _ in range(KEEP_RUNS):
            instance.add_run(run._replace(run_id=os.urandom(16).hex()))
        assert tidy(home, instance)["runs removed"] == 0
        assert tidy(home, instance, later)["runs removed"] == 1
        assert instance.get_runs_count() == KEEP_RUNS
    assert not list(home.logs.glob("*")) and not list(home.reports.glob("*"))
    assert {p for p in (home.root / "archive").rglob("*") if p.is_file()} == archived
    assert place.current.exists()


def test_disk_use_counts_a_shared_file_once(tmp_path: Path):
    home = Home.at(tmp_path)
    (home.published / "a").mkdir(parents=True)
    (home.published / "a" / "file").write_bytes(b"x" * 1000)
    (home.published / "b").mkdir()
    os.link(home.published / "a" / "file", home.published / "b" / "file")
    assert disk_use(home)["published"] == 1000
    assert disk_use(home)["archive"] == 0


def test_a_run_leaves_a_report_and_a_log_with_run_and_company_ids(place: Place):
    home = Home.at(place.home)
    with instance_of(home) as instance:
        (run,) = instance.get_runs()
        told = [e.message for r in instance.all_logs(run.run_id) if (e := r.dagster_event)]
    report = json.loads((home.reports / f"{run.run_id}.json").read_text())
    manifest = json.loads((place.current / "manifest.json").read_text())
    assert report["published"]["as_of"] == manifest["as_of"]
    assert report["tables"]["core.company_quarters"] == manifest["rows"]["core.company_quarters"]
    assert "sec 2 ok" in report["asked"] and run.tags["layerledger/asked"] == report["asked"]
    assert any(t and t.startswith("Report: published as of") for t in told)
    assert "published as of" in run.tags["layerledger/report"]

    lines = [json.loads(line) for file in home.logs.glob("*.jsonl") for line in file.read_text().splitlines()]
    assert {line["run_id"] for line in lines} == {run.run_id}
    facts = [line for line in lines if line["subject"] == "companyfacts/CIK0001045810"]
    assert [(f["company_id"], f["source"], f["outcome"]) for f in facts] == [("nvidia", "sec", "ok")]
    assert any(line["asset"] == "marts.layer_metrics" for line in lines)


def test_a_home_of_a_newer_version_is_refused_and_an_older_one_is_brought_up(tmp_path: Path):
    home = Home.at(tmp_path)
    home.prepare()
    told = json.loads((tmp_path / "home.json").read_text())
    assert told["layout"] == 1 and set(told) == {"layout", "layerledger", "dagster"}
    with instance_of(home) as instance:
        instance.get_runs()
    (tmp_path / "home.json").write_text(json.dumps(told | {"dagster": "1.0.0"}))
    home.prepare()
    assert json.loads((tmp_path / "home.json").read_text()) == told
    (tmp_path / "home.json").unlink()
    home.prepare()
    assert json.loads((tmp_path / "home.json").read_text()) == told

    (tmp_path / "home.json").write_text(json.dumps(told | {"layout": 99, "layerledger": "9.9"}))
    with pytest.raises(HomeError, match=r"written by layerledger 9\.9, which is newer"):
        home.prepare()


def test_health_of_what_is_served(place: Place):
    told = json.loads((place.current / "manifest.json").read_text())
    published = datetime.fromisoformat(told["created_at"])
    well = health(place.current, published + timedelta(hours=5))
    assert (well["well"], well["why"], well["age_hours"], well["as_of"]) == (True, "", 5.0, told["as_of"])
    old = health(place.current, published + STALE_AFTER + timedelta(hours=1))
    assert not old["well"] and "nothing new was published for 5 days" in str(old["why"])
    hold(place.home / "published", "core.prices, scale: nvidia")
    held = health(place.current, published + timedelta(hours=5))
    assert not held["well"] and "core.prices, scale: nvidia" in str(held["why"])
    assert health(place.home / "nothing") == {"well": False, "why": "nothing is published yet"}
