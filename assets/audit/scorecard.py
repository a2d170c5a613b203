"""The audit's result: what was compared, what contradicts, and the scorecard by company and item.

Belongs here: the result and how it is counted. Does not belong here: how it is printed (pipelines).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from assets.audit.checks import Check
from assets.audit.compare import Comparison

COUNTED = (
    "compared", "filed", "derived", "aggregated", "year_only", "missing", "closed_years", "open_years",
    "contradictions",
)  # fmt: skip


@dataclass(frozen=True)
class Audit:
    """What an audit found.

    comparisons: of each table with its second derivation. checks: identities and bounds. figures: one row per company
    and item of the statements, with the counts in COUNTED. reasons: item, reason, quarters missing for it.
    """

    as_known_on: date | None
    comparisons: tuple[Comparison, ...]
    checks: tuple[Check, ...]
    figures: pl.DataFrame
    reasons: pl.DataFrame

    @property
    def rows(self) -> int:
        """How many rows were derived a second time and compared."""
        return sum(c.rows for c in self.comparisons)

    @property
    def contradictions(self) -> int:
        """How many rows differ from their second derivation or fail a check that is an error."""
        return sum(c.differing for c in self.comparisons) + sum(c.failing for c in self.checks if c.severity == "error")

    def told(self) -> Iterator[str]:
        """The contradictions, one line each; no more than the first of each table and check."""
        for comparison in self.comparisons:
            yield from map(str, comparison.contradictions)
        for check in self.checks:
            if check.severity == "error":
                yield from (f"{check.name}: {finding}" for finding in check.findings)

    def warnings(self) -> Iterator[str]:
        """What is odd and no contradiction, one line each."""
        for check in self.checks:
            if check.severity == "warning":
                yield from (f"{check.name}: {finding}" for finding in check.findings)

    def by(self, column: str) -> pl.DataFrame:
        """The scorecard by 'company_id' or 'item'."""
        return self.figures.group_by(column).agg(pl.col(COUNTED).sum()).sort(column, nulls_last=True)

    def as_json(self) -> dict[str, Any]:
        """The whole result as plain data."""
        return {
            "as_known_on": self.as_known_on.isoformat() if self.as_known_on else None,
            "rows": self.rows,
            "contradictions": self.contradictions,
            "tables": [{"table": c.table, "rows": c.rows, "differing": c.differing} for c in self.comparisons],
            "checks": [
                {"check": c.name, "severity": c.severity, "says": c.says, "failing": c.failing} for c in self.checks
            ],
            "told": list(self.told()),
            "warnings": list(self.warnings()),
            "by_item": self.by("item").to_dicts(),
            "by_company": self.by("company_id").to_dicts(),
            "missing": self.reasons.to_dicts(),
        }
