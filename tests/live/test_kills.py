"""kill -9: a few of the two hundred in tests/prove/live_kill.py; tests/pipelines/test_refresh.py has one more."""

from pathlib import Path

import pytest

from tests.live.kills import Scene, row_of_kills


@pytest.mark.long
def test_a_killed_refresh_leaves_all_whole_and_the_next_one_needs_no_hand(lived: Scene, tmp_path: Path) -> None:
    assert row_of_kills(lived, tmp_path, kills=2, seed=1).total() == 2


@pytest.mark.long
def test_killed_while_it_publishes_it_leaves_the_version_before(lived: Scene, tmp_path: Path) -> None:
    assert row_of_kills(lived, tmp_path, kills=1, seed=2, aimed=True).total() == 1
