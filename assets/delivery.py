"""Delivery: which answers a raw table has taken up, and which are still to come.

Belongs here: the bookkeeping beside the raw tables, kept in the same transaction as they are. Does not belong here:
what a table makes of an answer (assets/ledger.py).

A raw table grows answer by answer. Where what it was made from (its basis: the code that reads answers, the bundle, the
registry as far as reading depends on it) is no longer the same, it is made anew from the bundle and the whole archive.
"""

from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import polars as pl

from analytics.contracts import Table
from assets.sources.payload import Fetch

Connection = duckdb.DuckDBPyConnection

TAKEN = "bookkeeping.taken"
CREATE = f"""
CREATE SCHEMA IF NOT EXISTS bookkeeping;
CREATE TABLE IF NOT EXISTS {TAKEN} (table_name VARCHAR NOT NULL, basis VARCHAR NOT NULL, fetch_id VARCHAR);
COMMENT ON TABLE {TAKEN} IS
  'Which fetches each raw table has taken up, and on what basis it stands (fetch_id null). Not part of the data.'
"""


@dataclass(frozen=True)
class Delivery:
    """What a raw table has yet to take up.

    anew: it is made from the beginning; otherwise from what is stored. fetches: those still to come, in order. stored:
    the rows it has, those that meet a condition in SQL.
    """

    contract: Table
    basis: str
    anew: bool
    fetches: tuple[Fetch, ...]
    stored: Callable[[str], pl.DataFrame]


def taken(connection: Connection, contract: Table, basis: str) -> frozenset[str] | None:
    """Return the fetches that a table has taken up; None if it is not there, or stands on another basis."""
    there = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE schema_name || '.' || table_name IN (?, ?)",
        [TAKEN, contract.full_name],
    ).fetchall()
    if there != [(2,)]:
        return None
    rows = connection.execute(f"SELECT basis, fetch_id FROM {TAKEN} WHERE table_name = ?", [contract.full_name])
    found = rows.fetchall()
    if not found or any(on != basis for on, _ in found):
        return None
    return frozenset(fetch_id for _, fetch_id in found if fetch_id is not None)


def mark(connection: Connection, delivery: Delivery) -> None:
    """Note that a table has taken up a delivery; within the transaction that writes the table."""
    connection.execute(CREATE)
    name = delivery.contract.full_name
    if delivery.anew:
        connection.execute(f"DELETE FROM {TAKEN} WHERE table_name = ?", [name])
        connection.execute(f"INSERT INTO {TAKEN} VALUES (?, ?, NULL)", [name, delivery.basis])
    rows = pl.DataFrame({"fetch_id": [f.fetch_id for f in delivery.fetches]}, schema={"fetch_id": pl.String}).select(
        table_name=pl.lit(name), basis=pl.lit(delivery.basis), fetch_id="fetch_id"
    )
    connection.register("taken_now", rows)
    connection.execute(f"INSERT INTO {TAKEN} BY NAME SELECT * FROM taken_now")
    connection.unregister("taken_now")
