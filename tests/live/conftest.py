"""What the tests of the live path share: one small home that was refreshed, for all.

Belongs here: fixtures. Does not belong here: what is expected.
"""

import os

import pytest
from filelock import FileLock

from tests.live.kills import Scene, scene


@pytest.fixture(scope="session")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """A small home some weeks ago, and after a refresh today; made once, never to be changed."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with FileLock(shared / "lived.lock"):
        return scene(shared / "lived")
