"""The published folder: whole versions, put in place in one step, old ones kept, dead ones removed."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from analytics.contracts import empty, table
from assets.publish import KEEP, NothingKnownError, PublishedFolder, as_of, as_text, identifier, manifest

QUARTERS, PRICES = empty(table("core.company_quarters")), empty(table("core.prices"))


@pytest.fixture
def published(tmp_path: Path) -> PublishedFolder:
    return PublishedFolder(root=str(tmp_path / "published"), cache=str(tmp_path / "cache"))


def run(run_id: str, root_run_id: str | None = None) -> dg.DagsterRun:
    return dg.DagsterRun(
        job_name="refresh", run_id=run_id, root_run_id=root_run_id, parent_run_id=root_run_id
    )  # fmt: skip


def publish(published: PublishedFolder, name: str) -> Path:
    staging = published.staging(run(name))
    (staging / "index.html").write_text(name)
    return published.put_in_place(staging, name)


def test_current_is_a_link_that_moves_to_the_new_version(published, tmp_path):
    current = tmp_path / "published" / "current"
    publish(published, "1")
    assert current.is_symlink() and (current / "index.html").read_text() == "1"
    publish(published, "2")
    assert (current / "index.html").read_text() == "2"
    assert (tmp_path / "published" / "versions" / "1" / "index.html").read_text() == "1"
    # Relative, so that a home can be moved or mounted elsewhere.
    assert not current.readlink().is_absolute()


def test_a_reader_never_misses_the_current_version(published, tmp_path):
    publish(published, "0")
    seen, link = set(), Path.replace

    def look_around(self: Path, target: Path) -> Path:
        seen.add((target / "index.html").read_text())
        moved = link(self, target)
        seen.add((target / "index.html").read_text())
        return moved

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", look_around)
        publish(published, "1")
    assert seen == {"0", "1"}


def test_the_newest_five_versions_are_kept(published, tmp_path):
    for n in range(8):
        publish(published, str(n))
    assert KEEP == 5
    assert sorted(v.name for v in (tmp_path / "published" / "versions").iterdir()) == ["3", "4", "5", "6", "7"]


def test_the_staging_of_a_run_that_died_is_removed_by_the_next(published, tmp_path):
    dead = published.staging(run("dead"))
    (dead / "half.html").write_text("half")
    alive = published.staging(run("alive"))
    assert not dead.exists()
    assert published.staging(run("alive")) == alive


def test_a_run_carried_on_from_its_failure_writes_into_the_same_staging(published):
    first = published.staging(run("first"))
    (first / "layerledger.duckdb").write_text("made before the failure")
    again = published.staging(run("second", root_run_id="first"))
    assert (again / "layerledger.duckdb").exists()


def test_the_manifest_lists_every_file_with_size_and_hash(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a.csv").write_bytes(b"x,y\n")
    told = manifest(
        tmp_path,
        run_id="0123456789abcdef",
        as_of=date(2026, 8, 1),
        as_known_on=None,
        created_at=datetime(2026, 8, 2, 1, 2, 3, tzinfo=UTC),
        rows={"core.lenses": 5},
    )
    assert told["files"] == {"data/a.csv": {"bytes": 4, "sha256": hashlib.sha256(b"x,y\n").hexdigest()}}
    assert (told["as_of"], told["as_known_on"], told["created_at"]) == ("2026-08-01", None, "2026-08-02T01:02:03+00:00")
    assert told["version"] == "20260802T010203Z-01234567"
    assert set(told["versions"]) == {"layerledger", "duckdb", "polars", "schema"}


def test_versions_sort_by_time_of_publication():
    early = identifier("ffff", datetime(2026, 9, 30, 23, 59, 59, tzinfo=UTC))
    assert early < identifier("0000", datetime(2026, 10, 1, tzinfo=UTC))


def test_as_of_is_the_newest_day_known_in_the_data():
    quarters = pl.DataFrame({"known_at": [date(2026, 5, 1), date(2026, 7, 30)]})
    assert as_of(quarters, pl.DataFrame({"date": [date(2026, 7, 29)]})) == date(2026, 7, 30)
    assert as_of(quarters, pl.DataFrame({"date": [date(2026, 8, 3)]})) == date(2026, 8, 3)
    assert as_of(quarters, PRICES) == date(2026, 7, 30)


def test_nothing_known_is_nothing_to_publish():
    with pytest.raises(NothingKnownError, match="nothing to publish"):
        as_of(QUARTERS, PRICES)


def test_texts_of_a_csv_are_never_formulas_and_numbers_stay_numbers():
    names = ["=cmd()", "+1", "-1", "@SUM(A1)", "\tx", "3M", "O=C", None]
    frame = pl.DataFrame({"name": names, "value": [-1.5, 2.0, None, 4.0, 5.0, 6.0, 7.0, -8.0]})
    written = as_text(frame)
    assert written["name"].to_list() == ["'=cmd()", "'+1", "'-1", "'@SUM(A1)", "'\tx", "3M", "O=C", None]
    assert written["value"].to_list() == frame["value"].to_list()
    assert as_text(frame.tail(3)).equals(frame.tail(3))


def test_a_file_of_the_same_content_is_shared_unless_it_was_altered(published, tmp_path):
    staging = published.staging(run("1"))
    (staging / "a.csv").write_text("x\n")
    told = manifest(
        staging, run_id="1", as_of=date(2026, 8, 1), as_known_on=None, created_at=datetime(2026, 8, 2, tzinfo=UTC),
        rows={}, contents={"a.csv": "made of this"},
    )  # fmt: skip
    (staging / "manifest.json").write_text(json.dumps(told))
    first = published.put_in_place(staging, "1")
    target = published.staging(run("2")) / "a.csv"

    assert not published.share("a.csv", target, "made of that") and not target.exists()
    assert not published.share("b.csv", target, "made of this")
    assert published.share("a.csv", target, "made of this") and target.samefile(first / "a.csv")
    # A run that is carried on finds its own file there.
    assert published.share("a.csv", target, "made of this")
    target.unlink()
    (first / "a.csv").write_text("y\n")
    assert not published.share("a.csv", target, "made of this") and not target.exists()


def test_before_the_first_publication_nothing_is_shared(published, tmp_path):
    assert not published.share("a.csv", tmp_path / "a.csv", "made of this")
