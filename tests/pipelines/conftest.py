"""A small home that has published once, for tests that go on from there."""

import os
import shutil
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path

import pytest
import time_machine
from filelock import FileLock

from pipelines.schedules import ZONE
from tests.live.homes import Place, small
from tests.pipelines import days
from tests.standins import StandIn, World


@pytest.fixture(scope="session")
def published_small(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two companies, refreshed from the stand-ins on 2026-10-28; made once for all workers, never to be changed."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / "published-small"
    with FileLock(shared / "published-small.lock"):
        made = folder.exists()
        place = (
            small(folder, days.COMPANIES) if not made else Place(folder / "home", folder / "stacks", folder / "bundle")
        )
        if not made:
            with StandIn(World(days.FIRST, days.COMPANIES)) as standin:
                at = datetime.combine(days.FIRST, time(18, 31), ZONE)
                with time_machine.travel(at, tick=True):
                    assert days.refreshed(place, standin).failures == ()
    return place


@pytest.fixture
def place(published_small: Place, tmp_path: Path) -> Place:
    """A copy of that home."""
    home = shutil.copytree(published_small.home, tmp_path / "home", symlinks=True)
    return replace(published_small, home=Path(home))
