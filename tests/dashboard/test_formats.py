"""How figures are written: every expectation is written by hand from the art direction."""

from datetime import date

import pytest

from dashboard import formats

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (175.2e9, "$175 bn"),
        (1.23e12, "$1.2 tn"),
        (46e6, "$46 mn"),
        (-46e6, "−$46 mn"),
        (2.5e9, "$2.5 bn"),
        (4e9, "$4 bn"),
        (17.6e9, "$18 bn"),
        (999.96e6, "$1 bn"),
        (9.96e9, "$10 bn"),
        (0.0, "$0"),
        (-0.2, "$0"),
        (1_234.0, "$1,234"),
        (None, "n/a"),
    ],
)
def test_dollars(value: float | None, written: str) -> None:
    assert formats.dollars(value) == written.replace(" ", NBSP)


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (0.26, 0, "26%"),
        (0.2634, 1, "26.3%"),
        (-0.012, 1, "−1.2%"),
        (-0.001, 0, "0%"),
        (2.54, 0, "254%"),
        (None, 1, "n/a"),
        (0.0, 0, "0%"),
    ],
)
def test_percent(value: float | None, decimals: int, written: str) -> None:
    assert formats.percent(value, decimals) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(4.9, "4.9×"), (12.34, "12.3×"), (123.4, "123×"), (-0.5, "−0.5×"), (-0.04, "0.0×"), (None, "n/a")],
)
def test_times(value: float | None, written: str) -> None:
    assert formats.times(value) == written


def test_differences_and_parts_of_a_dollar() -> None:
    assert formats.points(0.3) == "30 points"
    assert formats.points(-0.01) == "−1 point"
    assert formats.points(None) == "n/a"
    assert formats.cents(0.264) == "26 cents"
    assert formats.cents(0.01) == "1 cent"


def test_dates_and_quarters() -> None:
    assert formats.day(date(2026, 9, 30)) == f"30{NBSP}Sep{NBSP}2026"
    assert formats.day(None) == "n/a"
    assert formats.quarter("2025Q4") == f"2025{NBSP}Q4"
    assert formats.quarter(None) == "n/a"


def test_a_metric_is_written_by_its_unit() -> None:
    assert formats.metric(0.5, "fraction", 1) == "50.0%"
    assert formats.metric(0.5, "times") == "0.5×"
    assert formats.metric(0.55, "years") == "0.6\u00a0years"
    assert formats.metric(None, "years") == "n/a"
    assert formats.metric(5e9, "USD") == f"$5{NBSP}bn"
    with pytest.raises(ValueError, match="no way to write the unit 'furlong'"):
        formats.metric(1.0, "furlong")


def test_counts() -> None:
    assert formats.number(65_150) == "65,150"
    assert formats.number(None) == "n/a"
    assert formats.word(6) == "six"
    assert formats.word(13) == "13"


def test_sentences_of_tables_are_written_as_the_pages_write() -> None:
    said = "coverage below 50 %; of 2025Q2, since in 2026Q2; median: -$12.3bn, above 1bn's 'own' 8-K of 2025-10-29"
    assert formats.tidy(said) == (
        f"coverage below 50%; of 2025{NBSP}Q2, since in 2026{NBSP}Q2; median: −$12.3{NBSP}bn, above 1{NBSP}bn’s 'own' "
        f"8-K of 29{NBSP}Oct{NBSP}2025"
    )
    assert formats.tidy("companies' and Neoclouds' hardware; 4.9× 26% US-GAAP Q4") == (
        "companies’ and Neoclouds’ hardware; 4.9× 26% US-GAAP Q4"
    )
