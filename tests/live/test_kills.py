"""kill -9: a few of the two hundred in tests/prove/live_kill.py."""

from pathlib import Path

from tests.live.kills import Scene, row_of_kills


def test_a_killed_refresh_leaves_all_whole_and_the_next_one_needs_no_hand(lived: Scene, tmp_path: Path) -> None:
    assert row_of_kills(lived, tmp_path, kills=3, seed=1).total() == 3
