"""Disclosed deals between companies of the stack, as dated steps.

Belongs here: reading deals.toml and its rules. Does not belong here: any sum over deals; they overlap, and amounts are
ceilings over years.
"""

import tomllib
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import Field, model_validator

from analytics.contracts import conform, table
from analytics.stacks.entries import Day, Entry, Slug, Text


class Step(Entry):
    """One dated step of a deal, as a document states it."""

    deal: Slug
    date: Day
    step: Literal["announced", "signed", "paid"]
    from_id: Slug
    to_id: Slug
    kind: Literal["investment", "purchase", "warrant"]
    amount_usd: Annotated[float, Field(gt=0)] | None = None
    stated: Text
    document: Text
    document_date: Day
    url: Text | None = None
    checked: bool

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.from_id == self.to_id:
            raise ValueError(f"deal {self.deal}: from and to are one company")
        if self.document_date < self.date:
            raise ValueError(f"deal {self.deal}: the document is older than what it states")
        return self


class Declared(Entry):
    """The whole of deals.toml."""

    step: list[Step]


@cache
def declared() -> tuple[Step, ...]:
    """Return the steps as declared."""
    text = resources.files("analytics").joinpath("deals.toml").read_text(encoding="utf-8")
    return tuple(Declared.model_validate(tomllib.loads(text)).step)


def deals(companies: pl.DataFrame, as_known_on: date | None = None) -> pl.DataFrame:
    """core.deals, one row per dated step of a disclosed deal, of the companies that there are.

    Args:
        companies: core.companies.
        as_known_on: leave out what was told later; None: all.
    """
    contract = table("core.deals")
    rows = pl.DataFrame([s.model_dump() for s in declared()], schema=contract.polars_schema)
    known = companies["company_id"].implode()
    told = pl.lit(True) if as_known_on is None else pl.col("document_date") <= as_known_on
    return conform(rows.filter(pl.col("from_id").is_in(known), pl.col("to_id").is_in(known), told), contract)
