"""A line makes no step because some companies are known by year alone."""

import pytest

from dashboard.cards.covered import covered
from dashboard.ledger import Reading


def reading(quarter: str, measured: int, value: float | None = 1.0) -> Reading:
    return Reading(quarter, value, None, None, None, 8, measured, None, None, None, "final", None)


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        # 5 are not more than two thirds of 8, 6 are; an end of a year is held against itself.
        ([("2024Q4", 8), ("2025Q1", 5), ("2025Q2", 6), ("2025Q4", 3)], ["2024Q4", "2025Q2", "2025Q4"]),
        # Before the first end of a year its own count holds: 3 of 6 are too few. 4 of 6 are no more than two thirds.
        ([("2022Q3", 3), ("2022Q4", 6), ("2023Q2", 4), ("2023Q3", 5), ("2023Q4", 6)], ["2022Q4", "2023Q3", "2023Q4"]),
        # After the last end of a year reports still come in: two thirds will do.
        ([("2025Q4", 3), ("2026Q1", 2), ("2026Q2", 1)], ["2025Q4", "2026Q1"]),
        ([("2025Q1", 1), ("2025Q2", 8)], ["2025Q1", "2025Q2"]),
    ],
)
def test_too_few_make_no_point(told: list[tuple[str, int]], kept: list[str]) -> None:
    assert [r.quarter for r in covered([reading(*one) for one in told])] == kept


def test_an_unknown_value_is_no_point_and_no_end_of_a_year() -> None:
    told = [reading("2024Q4", 8, None), reading("2025Q1", 2), reading("2025Q4", 3)]
    assert [r.quarter for r in covered(told)] == ["2025Q4"]
