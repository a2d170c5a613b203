"""Storms: a few seeds of the hundred in tests/prove/live_storm.py."""

from pathlib import Path

import pytest

from tests.live.storm import Truth, no_waiting, survive, truths


@pytest.fixture(scope="module")
def never_failed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Truth, Truth]:
    return truths(tmp_path_factory.mktemp("storm"))


@pytest.mark.parametrize("seed", [2, 5, 7])
def test_a_storm_loses_nothing_and_leaves_no_trace(
    seed: int, never_failed: tuple[Truth, Truth], tmp_path: Path
) -> None:
    with no_waiting():
        assert survive(seed, tmp_path, never_failed[seed % 2])
