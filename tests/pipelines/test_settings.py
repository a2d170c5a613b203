"""The environment has one reader, and a home keeps everything inside itself."""

from pathlib import Path

import pytest

from pipelines.home import Home, HomeError
from pipelines.settings import Settings

ROOT = Path(__file__).parents[2]


def test_only_settings_reads_the_environment():
    readers = [
        file.relative_to(ROOT).as_posix()
        for package in ("analytics", "assets", "dashboard", "pipelines")
        for file in (ROOT / package).rglob("*.py")
        if "os.environ" in file.read_text() or "getenv" in file.read_text()
    ]
    assert readers == ["pipelines/settings.py"]


def test_the_home_is_in_the_working_directory_unless_said_otherwise(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LAYERLEDGER_HOME", raising=False)
    assert Home.at(Settings().home).root == tmp_path / ".layerledger"
    monkeypatch.setenv("LAYERLEDGER_HOME", "elsewhere")
    assert Home.at(Settings().home).root == tmp_path / "elsewhere"
    monkeypatch.setenv("LAYERLEDGER_HOME", "")
    assert Home.at(Settings().home).root == tmp_path / ".layerledger"


def test_every_path_of_a_home_is_inside_it(tmp_path):
    home = Home.at(tmp_path)
    paths = (home.warehouse, home.published, home.current, home.dagster, home.cache)
    assert all(tmp_path in path.parents for path in paths)


def test_preparing_twice_changes_nothing(tmp_path):
    home = Home.at(tmp_path)
    home.prepare()
    before = {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    home.prepare()
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


@pytest.mark.parametrize("blocked", ["", "published", "dagster"])
def test_a_home_that_cannot_be_written_says_what_to_do(tmp_path, blocked):
    (tmp_path / "home").mkdir()
    place = tmp_path / "home" / blocked if blocked else tmp_path / "home" / "file"
    place.write_text("a file where a folder should be")
    home = Home.at(tmp_path / "home" if blocked else place)
    with pytest.raises(HomeError, match=r"cannot be written.*LAYERLEDGER_HOME"):
        home.prepare()
