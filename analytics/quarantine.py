"""Figures that a source states and that are plainly wrong: kept in raw, heard nowhere.

Belongs here: reading quarantine.toml (the judgements, each with reason, source and date) and leaving its figures out.
"""

import tomllib
from functools import cache
from importlib import resources

import polars as pl

SCHEMA = {"company": pl.String, "concept": pl.String, "period_end": pl.Date, "value": pl.Float64}


@cache
def quarantined() -> pl.DataFrame:
    """One row per quarantined figure: company_id, concept, period_end, value."""
    text = resources.files("analytics").joinpath("quarantine.toml").read_text(encoding="utf-8")
    entries = tomllib.loads(text).get("figure", [])
    rows = [{k: float(e[k]) if k == "value" else e[k] for k in SCHEMA} for e in entries]
    return pl.DataFrame(rows, schema=SCHEMA).rename({"company": "company_id"})


def without_quarantined(observations: pl.DataFrame) -> pl.DataFrame:
    """Observations without the quarantined ones (matched by company, concept, period end and value)."""
    return observations.join(quarantined(), on=["company_id", "concept", "period_end", "value"], how="anti")
