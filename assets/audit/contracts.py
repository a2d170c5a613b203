"""The contracts, asked of the stored tables in SQL: columns, types, nulls, listed values, finite numbers, unique keys.

Belongs here: the questions. Does not belong here: the declarations (analytics.contracts), or the refusal to write.
"""

import duckdb
import polars as pl

from analytics.contracts import Column, Table

TYPES = {
    pl.String(): "VARCHAR",
    pl.Date(): "DATE",
    pl.Float64(): "DOUBLE",
    pl.Int64(): "BIGINT",
    pl.Boolean(): "BOOLEAN",
    pl.Datetime("us", "UTC"): "TIMESTAMP WITH TIME ZONE",
}


def broken(connection: duckdb.DuckDBPyConnection, contract: Table) -> list[str]:
    """Return how a stored table breaks its contract, one sentence for each way."""
    stored = {name: kind for name, kind, *_ in connection.execute(f"DESCRIBE {contract.full_name}").fetchall()}
    declared = {c.name: TYPES[c.dtype] for c in contract.columns}
    if stored != declared:
        return [f"the columns are {stored}, the contract says {declared}"]
    ways = [way for column in contract.columns for way in _column(connection, contract, column)]
    if contract.key:
        key = ", ".join(f'"{k}"' for k in contract.key)
        twice = connection.sql(
            f"SELECT {key}, count(*) FROM {contract.full_name} GROUP BY {key} HAVING count(*) > 1 ORDER BY {key}"
        ).fetchall()
        ways += [
            f"{count} rows have the key {dict(zip(contract.key, values, strict=True))}" for *values, count in twice
        ]
    return ways


def _column(connection: duckdb.DuckDBPyConnection, contract: Table, column: Column) -> list[str]:
    conditions = {}
    if not column.nullable:
        conditions[f"{column.name} is null"] = f'"{column.name}" IS NULL'
    if column.dtype == pl.Float64():
        conditions[f"{column.name} is no finite number"] = f'NOT isfinite("{column.name}")'
    if column.values:
        conditions[f"{column.name} is none of {', '.join(column.values)}"] = (
            f'NOT list_contains($listed, "{column.name}")'
        )
    ways = []
    for way, condition in conditions.items():
        listed = {"listed": list(column.values)} if "$listed" in condition else {}
        ((n,),) = connection.execute(f"SELECT count(*) FROM {contract.full_name} WHERE {condition}", listed).fetchall()
        if n:
            ways.append(f"in {n} rows {way}")
    return ways
