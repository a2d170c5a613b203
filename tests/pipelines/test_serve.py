"""The server of the pages: loopback only, right types, no listings, follows a new version."""

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.serve import server


@pytest.fixture
def current(tmp_path: Path) -> Path:
    """Two versions and a link to the first."""
    for version in ("1", "2"):
        folder = tmp_path / version
        (folder / "data").mkdir(parents=True)
        (folder / "index.html").write_text(f"<title>Version {version}</title>")
        for name in ("data/a.csv", "data/a.parquet", "layerledger.duckdb", "manifest.json", "app.js"):
            (folder / name).write_bytes(b"x")
    link = tmp_path / "current"
    link.symlink_to("1")
    return link


@pytest.fixture
def url(current: Path) -> Iterator[str]:
    with server(current, 0) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()


def get(url: str) -> tuple[str, str]:
    with urllib.request.urlopen(url) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def test_types(url):
    assert get(f"{url}/") == ("text/html; charset=utf-8", "<title>Version 1</title>")
    assert get(f"{url}/data/a.csv")[0] == "text/csv; charset=utf-8"
    assert get(f"{url}/data/a.parquet")[0] == "application/vnd.apache.parquet"
    assert get(f"{url}/layerledger.duckdb")[0] == "application/octet-stream"
    assert get(f"{url}/manifest.json")[0] == "application/json"
    assert get(f"{url}/app.js")[0] == "text/javascript; charset=utf-8"


def test_it_listens_to_this_machine_alone(current):
    with server(current, 0) as running:
        assert running.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("path", ["/data/", "/%2e%2e/1/index.html", "/nothing.html"])
def test_no_listing_and_nothing_outside(url, path):
    with pytest.raises(urllib.error.HTTPError) as answer:
        get(url + path)
    assert answer.value.code == 404
    answer.value.close()


def test_a_new_version_is_served_without_a_restart(url, current):
    assert "Version 1" in get(f"{url}/")[1]
    new = current.with_name("new")
    new.symlink_to("2")
    new.replace(current)
    assert "Version 2" in get(f"{url}/")[1]
