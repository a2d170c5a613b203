"""A filer's other facts: by far the most of what a real `companyfacts` answer holds.

Belongs here: facts of concepts that mean no item, one of each concept for every report of a filer; all are invented.
Does not belong here: facts that statements rest on (figures.py).
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from tests.standins.companies import Company

# About as many concepts as a large filer has stated; its real answer has several megabytes.
REAL = 450


def others(company: Company, reports: Iterable[Any], concepts: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield so many concepts, each with its rows as `companyfacts` tells them: flows and balances in turn.

    Args:
        company: the filer.
        reports: its filings with figures (`world.Filing`).
        concepts: how many.
    """
    seed = int(company.cik or 0)
    told = [
        {
            "end": f.report.isoformat(), "val": 0, "accn": f.accession, "fy": f.fiscal_year, "fp": f.fiscal_period,
            "form": f.form, "filed": f.filed.isoformat(),
        }
        for f in reports
    ]  # fmt: skip
    starts = [(f.report - timedelta(days=90)).isoformat() for f in reports]
    for number in range(concepts):
        rows = [row | {"val": (seed + number) * 104_729 % 999_983 * 1000} for row in told]
        if number % 2:
            rows = [{"start": start} | row for start, row in zip(starts, rows, strict=True)]
        yield f"OtherConcept{number:03d}OfTheSameLength", rows
