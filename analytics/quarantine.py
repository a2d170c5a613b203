"""Figures that a source states and that are plainly wrong: kept in raw, heard nowhere.

Belongs here: reading quarantine.toml (the judgements, each with reason, source and date) and leaving its figures out.
Does not belong here: rules that find such figures (sanity.py).
"""

import tomllib
from functools import cache
from importlib import resources

import polars as pl

SCHEMA = {
    "company_id": pl.String,
    "concept": pl.String,
    "period_start": pl.Date,
    "period_end": pl.Date,
    "value": pl.Float64,
    "reference": pl.String,
}


@cache
def quarantined() -> pl.DataFrame:
    """One row per quarantined figure: company_id, concept, period_start, period_end, value, reference (accession)."""
    text = resources.files("analytics").joinpath("quarantine.toml").read_text(encoding="utf-8")
    rows = [
        {
            "company_id": figure["company"],
            "concept": figure["concept"],
            "period_start": figure.get("period_start"),
            "period_end": figure["period_end"],
            "value": float(figure["value"]),
            "reference": figure["accession"],
        }
        for figure in tomllib.loads(text)["figure"]
    ]
    return pl.DataFrame(rows, schema=SCHEMA)


def without_quarantined(observations: pl.DataFrame) -> pl.DataFrame:
    """Observations without the quarantined ones; a figure is meant in its period and filing only."""
    return observations.join(quarantined(), on=list(SCHEMA), how="anti", nulls_equal=True)
