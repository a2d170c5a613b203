"""What many tests share: a home of one's own, and one real refresh for all.

Belongs here: fixtures used by several folders of tests. Does not belong here: expected figures.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).parents[1]

Command = Callable[..., subprocess.CompletedProcess[str]]


def run_command(arguments: Sequence[str], home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `layerledger` in a process of its own, on that home, with no network where the machine lets us cut it off."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LAYERLEDGER_", "DAGSTER_", "COLUMNS"))}
    return subprocess.run(
        [*cut_off(), sys.executable, "-m", "pipelines", *arguments],
        cwd=ROOT,
        env=clean | {"LAYERLEDGER_HOME": str(home), "COLUMNS": "120"} | variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def cut_off() -> list[str]:
    """Return the words that start a command without any network, or none where the machine does not allow it."""
    words = ["unshare", "--map-root-user", "--net"]
    try:
        allowed = subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    return words if allowed else []


@pytest.fixture(scope="session")
def refreshed_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home into which `layerledger refresh --offline` has published; made once, never to be changed."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    home = shared / "refreshed-home"
    with FileLock(shared / "refreshed-home.lock"):
        if not (home / "published" / "current").exists():
            done = run_command(["refresh", "--offline"], home)
            assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Command]:
    """`layerledger` on an empty home of this test, in a process of its own without network."""

    def run(*arguments: str, home: Path = tmp_path / "home", **variables: str) -> subprocess.CompletedProcess[str]:
        return run_command(arguments, home, **variables)

    yield run
