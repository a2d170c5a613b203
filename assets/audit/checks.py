"""Checks: queries over the published tables that return what cannot be.

Belongs here: running sql/checks and naming what fails. Does not belong here: a rule; each stands in its file, whose
first line gives its severity and says what holds.
"""

from dataclasses import dataclass
from importlib import resources

import duckdb

from analytics.contracts import TABLES
from assets.audit.contracts import broken

# No more failing rows of one check are told in full; all are counted.
TOLD = 200


@dataclass(frozen=True)
class Finding:
    """One failing row of a check: of whom, which item and period where it is about one, and what is wrong."""

    company_id: str | None
    item: str | None
    period: str | None
    message: str

    def __str__(self) -> str:
        """Return the finding as one line."""
        return ": ".join(part for part in (self.company_id, self.item, self.period, self.message) if part)


@dataclass(frozen=True)
class Check:
    """One check: what it says holds, its severity (error or warning), how many rows fail, and the first of them."""

    name: str
    severity: str
    says: str
    failing: int
    findings: tuple[Finding, ...]


def names() -> list[str]:
    """Return the names of all checks that are queries."""
    folder = resources.files("assets.audit").joinpath("sql", "checks")
    return sorted(f.name.removesuffix(".sql") for f in folder.iterdir() if f.name.endswith(".sql"))


def run(connection: duckdb.DuckDBPyConnection, name: str, company: str | None = None) -> Check:
    """Run one check, of one company only if one is given; errors are counted in contradictions."""
    text = resources.files("assets.audit").joinpath("sql", "checks", f"{name}.sql").read_text(encoding="utf-8")
    comment = [line.removeprefix("-- ") for line in text.splitlines() if line.startswith("-- ")]
    severity, _, says = " ".join(comment).partition(": ")
    of_company = "WHERE $company IS NULL OR company_id = $company"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE failing AS FROM ({text}) {of_company}", {"company": company})
    if severity == "error":
        connection.execute(
            "INSERT INTO contradictions SELECT $name, company_id, item, count(*) FROM failing GROUP BY ALL",
            {"name": name},
        )
    ((failing,),) = connection.sql("SELECT count(*) FROM failing").fetchall()
    rows = connection.sql(f"SELECT company_id, item, period, message FROM failing ORDER BY ALL LIMIT {TOLD}").fetchall()
    return Check(name, severity, says, failing, tuple(Finding(*row) for row in rows))


def contracts(connection: duckdb.DuckDBPyConnection, absent: set[str]) -> Check:
    """Ask every declared table for its contract; a table that is absent breaks it too."""
    findings = [Finding(None, name, None, "the table is absent") for name in sorted(absent)]
    findings += [
        Finding(None, contract.full_name, None, way)
        for contract in TABLES
        if contract.full_name not in absent
        for way in broken(connection, contract)
    ]
    says = "Every table keeps its contract: columns and types, nulls, listed values, finite numbers, unique keys."
    return Check("contracts", "error", says, len(findings), tuple(findings))
