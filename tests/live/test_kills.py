"""kill -9: a few of the two hundred in tests/prove/live_kill.py."""

from pathlib import Path

from tests.live.kills import row_of_kills, scene


def test_a_killed_refresh_leaves_all_whole_and_the_next_one_needs_no_hand(tmp_path: Path) -> None:
    met = row_of_kills(scene(tmp_path), tmp_path, kills=3, seed=1)
    assert met.total() == 3
