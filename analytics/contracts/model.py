"""What a column and a table are, and whether a frame keeps the contract.

Belongs here: the vocabulary of contracts and their check. Does not belong here: any particular table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl


class ContractError(ValueError):
    """A frame does not keep its table's contract; the message names the table, the column and what was found."""


@dataclass(frozen=True)
class Column:
    """One column: its name, polars type, meaning, unit (None where it has none), and what values it may hold."""

    name: str
    dtype: pl.DataType
    description: str
    unit: str | None = None
    nullable: bool = False
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: its place (`schema.name`), its grain (first words of its description), its key and columns."""

    schema: str
    name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    note: str = ""

    @property
    def full_name(self) -> str:
        """The table's name in DuckDB, `schema.name`."""
        return f"{self.schema}.{self.name}"

    @property
    def description(self) -> str:
        """The grain, then what else a reader must know."""
        return f"{self.grain} {self.note}".strip()

    @property
    def polars_schema(self) -> pl.Schema:
        """Column names and types, in order."""
        return pl.Schema({c.name: c.dtype for c in self.columns})


def empty(table: Table) -> pl.DataFrame:
    """Return a frame of the table's columns and types with no rows."""
    return pl.DataFrame(schema=table.polars_schema)


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Return the frame with its columns in the contract's order, sorted by key; raise if it breaks the contract.

    Raises:
        ContractError: a column is missing, unknown or of another type; a required value is null; a value is
            outside its list; a float is NaN or infinite; the key is null or not unique. Nothing is cast or dropped.
    """
    name, want = table.full_name, table.polars_schema
    missing, unknown = (
        [c for c in want if c not in frame.columns],
        [c for c in frame.columns if c not in want],
    )
    if missing or unknown:
        raise ContractError(f"{name}: missing columns {missing}, unknown columns {unknown}")
    frame = frame.select(list(want))
    for column in table.columns:
        values = frame[column.name]
        if values.dtype != column.dtype:
            raise ContractError(f"{name}.{column.name}: type is {values.dtype}, the contract says {column.dtype}")
        if not column.nullable and values.null_count():
            raise ContractError(f"{name}.{column.name}: {values.null_count()} null values where none may be")
        if column.dtype == pl.Float64 and not values.is_finite().all():
            raise ContractError(f"{name}.{column.name}: holds NaN or infinity; missing must be null")
        if column.values:
            strange = values.drop_nulls().unique().filter(~values.drop_nulls().unique().is_in(list(column.values)))
            if len(strange):
                raise ContractError(f"{name}.{column.name}: {sorted(strange)[:5]} not among {list(column.values)}")
    # A table that was read, or is checked again, is in order already; to see that takes a tenth of sorting it.
    if table.key and not _in_order(frame, table.key):
        frame = frame.sort(table.key, nulls_last=True)
        if not _in_order(frame, table.key) and (twice := frame.filter(frame.select(table.key).is_duplicated())).height:
            raise ContractError(f"{name}: key {table.key} is not unique, for example {twice.select(table.key).row(0)}")
    return frame


def _in_order(frame: pl.DataFrame, key: Sequence[str]) -> bool:
    """Whether each row's key is greater than that of the row before, so that none is there twice; no key is null."""
    after, same = pl.lit(False), pl.lit(True)
    for column in key:
        before = pl.col(column).shift(1)
        after, same = after | (same & (pl.col(column) > before)), same & (pl.col(column) == before)
    return bool(frame.select(after.slice(1).all() & pl.all_horizontal(pl.col(key).is_not_null().all())).item())
