"""What is kept of a table from one run to the next: the whole of it, or parts, where nothing they rest on has changed.

Belongs here: the bookkeeping beside the tables, kept in the same transaction as they are; which parts are kept and
which are made again; digests of rows. Does not belong here: what a table is made from (assets/tables.py).

Everything here rests on one rule: the same code makes the same rows of the same input. Whatever is unknown, or stands
in bookkeeping that is not there, counts as changed.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import duckdb
import polars as pl

from analytics.contracts import Table
from assets import fingerprint

Connection = duckdb.DuckDBPyConnection

MADE = "bookkeeping.made"
CREATE = f"""
CREATE SCHEMA IF NOT EXISTS bookkeeping;
CREATE TABLE IF NOT EXISTS {MADE} (table_name VARCHAR NOT NULL, part VARCHAR, made_from VARCHAR, content VARCHAR);
COMMENT ON TABLE {MADE} IS
  'What each table (part null) and each part of one was made from, as digests. Not part of the data.'
"""


@dataclass(frozen=True)
class Made:
    """What a table was made from.

    made_from: a digest of code and input. content: what `made_from` was when the rows last changed, so that two tables
    of one name and content hold the same rows. parts: the digest of what each part was made from.
    """

    made_from: str
    content: str
    parts: Mapping[str, str]


def made(connection: Connection, contract: Table) -> Made | None:
    """What a table was made from; None if that, or the table, is not there."""
    return all_made(connection).get(contract.full_name)


def all_made(connection: Connection) -> dict[str, Made]:
    """What every table was made from, by its full name."""
    query = "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
    there = {name for (name,) in connection.execute(query).fetchall()}
    if MADE not in there:
        return {}
    rows = connection.execute(f"SELECT table_name, part, made_from, content FROM {MADE}").fetchall()
    parts: dict[str, dict[str, str]] = {name: {} for name, *_ in rows}
    for name, part, made_from, _ in rows:
        if part is not None:
            parts[name][part] = made_from
    return {
        name: Made(made_from, content, parts[name])
        for name, part, made_from, content in rows
        if part is None and name in there
    }


def mark(connection: Connection, contract: Table, before: Made | None, now: Made | None) -> None:
    """Note what a table was made from, and was before (None: unknown); within the transaction that writes it."""
    name = contract.full_name
    if now is not None:
        connection.execute(CREATE)
    if before is not None:
        connection.execute(f"DELETE FROM {MADE} WHERE table_name = ?", [name])
    if now is None:
        return
    rows = pl.DataFrame(
        {"part": [None, *now.parts], "made_from": [now.made_from, *now.parts.values()]},
        schema={"part": pl.String, "made_from": pl.String},
    ).with_columns(table_name=pl.lit(name), content=pl.when(pl.col("part").is_null()).then(pl.lit(now.content)))
    connection.register("made_now", rows)
    connection.execute(f"INSERT INTO {MADE} BY NAME SELECT * FROM made_now")
    connection.unregister("made_now")


def forget(connection: Connection) -> None:
    """Forget what every table was made from, so that each is made again."""
    connection.execute(f"DROP TABLE IF EXISTS {MADE}")


@dataclass
class Kept:
    """The parts of a table as they stand, and what they are made from now.

    before: digest by part, as stored. stored: the table as it stands. now: digest by part, once an asset has told.
    """

    before: Mapping[str, str]
    stored: Callable[[], pl.DataFrame]
    now: dict[str, str] = field(default_factory=dict)

    def with_new(
        self, column: str, parts: Mapping[Any, str], build: Callable[[frozenset[Any]], pl.DataFrame]
    ) -> pl.DataFrame:
        """The table: parts whose digest is the stored one as they stand, the others as `build` makes them.

        Args:
            column: the column that tells which part a row belongs to.
            parts: a digest of everything that each part rests on, by the column's value.
            build: makes the rows of some parts.
        """
        self.now = {str(part): made_from for part, made_from in parts.items()}
        changed = frozenset(part for part, now in parts.items() if self.before.get(str(part)) != now)
        if len(changed) == len(parts):
            return build(changed)
        kept = self.stored().filter(pl.col(column).is_in([part for part in parts if part not in changed]))
        return pl.concat([kept, build(changed).select(kept.columns)]) if changed else kept


def by_company(kept: Kept, tables: Sequence[pl.DataFrame], build: Callable[..., pl.DataFrame]) -> pl.DataFrame:
    """A table that rests, for each company, on the rows of that company alone in the tables it is built from.

    Args:
        kept: its parts as they stand.
        tables: what `build` takes, each with a column company_id.
        build: makes the table of those tables, or of the rows of some companies in them.
    """
    told = [digests(table, "company_id") for table in tables]
    code = fingerprint.code("analytics", "assets")
    parts = {
        company: fingerprint.digest(code, [each.get(company) for each in told])
        for company in sorted(set().union(*told), key=str)
    }

    def of(changed: frozenset[Any]) -> pl.DataFrame:
        # All of them is the tables as they are, of which other tables are made too (analytics/once.py).
        if len(changed) == len(parts):
            return build(*tables)
        return build(*(table.filter(pl.col("company_id").is_in(list(changed))) for table in tables))

    return kept.with_new("company_id", parts, of)


def same(one: pl.DataFrame, other: pl.DataFrame) -> bool:
    """Whether two frames hold the same rows in the same order, to the bit: 0.0 is not −0.0."""
    if one.schema != other.schema or not one.equals(other):
        return False
    zeros = _negative_zeros(one)
    return one.select(zeros).equals(other.select(zeros))


def digests(rows: pl.DataFrame, by: str) -> dict[Any, str]:
    """A digest of the rows of each value of a column, whatever their order.

    Two sums of 64-bit hashes with different seeds and the number of rows; the hashes are those of this polars version.
    """
    whole = rows.with_columns(_negative_zeros(rows))
    hashes = rows.select(by).with_columns(whole.hash_rows(1).alias("one"), whole.hash_rows(2).alias("two"))
    sums = hashes.group_by(by).agg(pl.len(), pl.col("one").sum(), pl.col("two").sum())
    return {part: fingerprint.digest(pl.__version__, *told) for part, *told in sums.iter_rows()}


def _negative_zeros(frame: pl.DataFrame) -> list[pl.Expr]:
    floats = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    return [((pl.col(c) == 0) & (1 / pl.col(c) < 0)).alias(f"{c} is −0") for c in floats]
