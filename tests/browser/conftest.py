"""A real Chromium, and the published pages over file:// and over loopback.

The site under test is the folder that LAYERLEDGER_SITE names, or the one that a real refresh has published.
"""

import functools
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from dashboard.site import build
from tests.dashboard import synthetic

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def site(request: pytest.FixtureRequest) -> Path:
    """The published folder under test."""
    named = os.environ.get("LAYERLEDGER_SITE")
    folder = Path(named) if named else request.getfixturevalue("refreshed_home") / "published" / "current"
    assert (folder / "index.html").is_file(), f"no published pages in {folder}: set LAYERLEDGER_SITE, or refresh first"
    return folder.resolve()


@pytest.fixture(scope="session")
def pages(site: Path) -> list[str]:
    """The paths of all pages, relative to the folder."""
    return sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of the synthetic tables, in which one company's name is a formula, markup, quotes and right-to-left."""
    folder = tmp_path_factory.mktemp("hostile")
    build(synthetic.tables(), folder, run_id="0123456789ab", as_of=synthetic.AS_OF, version="9.9.9")
    return folder


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver, a process beside this one."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """Debian's Chromium."""
    chromium = shutil.which("chromium")
    assert chromium, "no chromium on the path: apt-get install chromium"
    started = playwright.chromium.launch(executable_path=chromium, args=list(ARGUMENTS))
    yield started
    started.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The site over HTTP on loopback."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where a picture of each page is kept."""
    folder = Path(__file__).parents[2] / ".artefacts" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
