"""A line is of final quarters; what is drawn after them is of nearly the same members."""

import pytest

from dashboard.cards.covered import covered
from dashboard.ledger import Reading


def reading(quarter: str, measured: int, status: str = "final", value: float | None = 1.0) -> Reading:
    return Reading(quarter, value, None, None, None, 8, measured, None, None, None, status, None)


def late(quarter: str, measured: int) -> Reading:
    return reading(quarter, measured, "provisional")


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        # Between final quarters a provisional one is left out, however many have reported; final, however few.
        ([reading("2024Q4", 8), late("2025Q1", 7), reading("2025Q2", 3), reading("2025Q3", 8)], [0, 2, 3]),
        # After them more than two thirds of the newest final one's members: of 6 no fewer than 5.
        ([reading("2025Q4", 6), late("2026Q1", 5), late("2026Q2", 4)], [0, 1]),
        # Before the first final quarter nothing, and for a year after the newest.
        ([late("2023Q4", 6), reading("2024Q4", 6), late("2025Q4", 6), late("2026Q1", 6)], [1, 2]),
        ([late("2025Q1", 8), late("2025Q2", 8)], []),
        # What is unknown is no point, and is not the newest.
        ([reading("2025Q2", 3), late("2025Q3", 3), reading("2025Q4", 8, value=None)], [0, 1]),
    ],
)
def test_what_stands_in_one_line(told: list[Reading], kept: list[int]) -> None:
    assert covered(told) == [told[at] for at in kept]
