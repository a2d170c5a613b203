"""The comparison: every published table against the one derived again, key by key and column by column.

Belongs here: what counts as equal, and how a difference is told. Does not belong here: how either side is derived.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.contracts import Column, Table, table

TABLES = (
    "core.fx_rates", "core.company_quarters", "core.company_years", "core.gaps", "core.anomalies",
    "core.segment_quarters", "core.prices", "marts.restatements", "marts.disagreements", "marts.company_metrics",
    "marts.member_amounts", "marts.layer_metrics", "marts.value_capture", "marts.coverage", "marts.freshness",
    "marts.concentration", "marts.universe",
)  # fmt: skip

# The registry as declared, and the payloads as they read now, beside what the database holds of them.
REGISTRY = ("core.companies", "core.lenses", "core.layers", "core.edges", "core.memberships")
PAYLOADS = (
    "raw.observations", "raw.segment_observations", "raw.fx_observations", "raw.price_observations", "raw.splits",
)  # fmt: skip

# Sums in another order differ in the last digits: by so small a part of the figure,
RELATIVE = 1e-9
# or, where a sum cancels out to nearly nothing, by so small an amount (a fraction, a multiple, a dollar).
ABSOLUTE = 1e-9
# Texts for people, worded freely (the rule and the figures they tell of are compared); when and in which payload a row
# came, since the same figure comes again.
UNCOMPARED = {"core.anomalies": {"message"}, **{name: {"payload_sha256", "fetched_at"} for name in PAYLOADS}}
# No more rows of one table are told in full; all are counted.
TOLD = 200


@dataclass(frozen=True)
class Contradiction:
    """One difference: where, in which column (None: the whole row), what is published and what is derived again."""

    table: str
    key: Mapping[str, object]
    column: str | None
    published: object
    derived: object

    def __str__(self) -> str:
        """Return the contradiction as one line."""
        at = ", ".join(f"{k} {v}" for k, v in self.key.items())
        if self.column is None:
            what = "is published, and follows from nothing" if self.derived is None else "follows, and is not published"
            return f"{self.table}: {at}: {what}"
        return f"{self.table}: {at}: {self.column} is {self.published!r}, derived again {self.derived!r}"


@dataclass(frozen=True)
class Comparison:
    """What came of comparing one table: rows on either side, rows that differ, and the first differences in full."""

    table: str
    rows: int
    differing: int
    contradictions: tuple[Contradiction, ...]


def compare(connection: duckdb.DuckDBPyConnection, name: str, company: str | None = None) -> Comparison:
    """Compare one published table with `own.<name>`: same keys, same values, same reasons, sources and known times.

    Args:
        connection: holds the published table, its second derivation in schema own, and contradictions.
        name: the table.
        company: compare this company's rows only.
    """
    contract = table(name)
    only = "WHERE $company IS NULL OR {} = $company"
    has_company = "company_id" in contract.polars_schema
    named = {"company": company} if has_company else {}
    differing_rows = f"FROM ({_query(contract)}) {only.format('whose_company') if has_company else ''}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE differing AS {differing_rows}", named)
    rows_of = f"SELECT count(*) FROM {name} {only.format('company_id') if has_company else ''}"
    ((rows,),) = connection.execute(rows_of, named).fetchall()
    connection.execute(
        "INSERT INTO contradictions SELECT $name, whose_company, whose_item, count(*) FROM differing GROUP BY ALL",
        {"name": name},
    )
    ((differing,),) = connection.sql("SELECT count(*) FROM differing").fetchall()
    key = ", ".join(f'"{k}"' for k in contract.key)
    told = connection.sql(f"FROM differing ORDER BY {key} LIMIT {TOLD}").pl()
    return Comparison(name, rows, differing, tuple(_contradictions(contract, told)))


def _query(contract: Table) -> str:
    """Rows of either side without an equal on the other: key, side, and of each other column both values and a flag."""
    on = " AND ".join(f'p."{k}" IS NOT DISTINCT FROM d."{k}"' for k in contract.key)
    key = ", ".join(f'coalesce(p."{k}", d."{k}") AS "{k}"' for k in contract.key)
    compared = _compared(contract)
    flags = [f"NOT ({_equal(c)})" for c in compared]
    both = "".join(
        f', p."{c.name}" AS "published {c.name}", d."{c.name}" AS "derived {c.name}", {flag} AS "differs {c.name}"'
        for c, flag in zip(compared, flags, strict=True)
    )
    # Other payloads than those read again may have brought further rows.
    unheard = f"(FROM own.{contract.name} x WHERE x.payload_sha256 = p.payload_sha256)"
    extra = f"d.row_is_there IS NULL AND EXISTS {unheard}" if contract.schema == "raw" else "d.row_is_there IS NULL"
    equal = [f"d.row_is_there IS NOT NULL AND {flag}" for flag in flags]
    whose = ", ".join(
        f"{f'coalesce(p.{c}, d.{c})' if c in contract.polars_schema else 'NULL'} AS whose_{of}"
        for of, c in (("company", "company_id"), ("item", "item"))
    )
    anything = " OR ".join(["p.row_is_there IS NULL", extra, *equal])
    return (
        f"SELECT {key}, {whose}, p.row_is_there IS NOT NULL AS published, d.row_is_there IS NOT NULL AS derived{both} "
        f"FROM (SELECT *, 1 AS row_is_there FROM {contract.full_name}) p "
        f"FULL JOIN (SELECT *, 1 AS row_is_there FROM own.{contract.name}) d ON {on} WHERE {anything}"
    )


def _compared(contract: Table) -> list[Column]:
    left_out = {*contract.key, *UNCOMPARED.get(contract.full_name, ())}
    return [c for c in contract.columns if c.name not in left_out]


def _equal(column: Column) -> str:
    p, d = f'p."{column.name}"', f'd."{column.name}"'
    same = f"{p} IS NOT DISTINCT FROM {d}"
    if column.dtype != pl.Float64():
        return same
    near = f"abs({p} - {d}) <= greatest({ABSOLUTE}, {RELATIVE} * greatest(abs({p}), abs({d})))"
    return f"{same} OR coalesce({near}, false)"


def _contradictions(contract: Table, rows: pl.DataFrame) -> list[Contradiction]:
    found = []
    for row in rows.iter_rows(named=True):
        key = {k: row[k] for k in contract.key}
        if not (row["published"] and row["derived"]):
            found.append(Contradiction(contract.full_name, key, None, row["published"] or None, row["derived"] or None))
            continue
        found += [
            Contradiction(contract.full_name, key, c.name, row[f"published {c.name}"], row[f"derived {c.name}"])
            for c in _compared(contract)
            if row[f"differs {c.name}"]
        ]
    return found
