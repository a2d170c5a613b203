"""Figures of reported segments: the pack, and what we read in the companies' own releases beside it (segments.csv).

Belongs here: the shape of both, and what a row of segments.csv must be. Does not belong here: which segmentation
speaks and fourth quarters (analytics/segments.py).
"""

import csv
from collections.abc import Iterator
from datetime import date
from math import isfinite
from pathlib import Path

import polars as pl

from analytics.contracts import table
from analytics.segments import segmentations

FILE = Path(__file__).with_name("segments.csv")
CONTRACT = table("raw.segment_observations")
COLUMNS = [c for c in CONTRACT.polars_schema if c != "payload_sha256"]
ITEMS = ("revenue", "operating_income")
# Days of 13 or 14 weeks and of a fiscal year, as analytics/periods.py takes them for one quarter and four.
DAYS = (range(80, 101), range(350, 381))
FIGURE = ["company_id", "segment", "item", "period_start", "period_end", "unit"]


def segments(data: Path, tickers: pl.DataFrame, stated: Path = FILE) -> pl.DataFrame:
    """Figures of segments from the pack and from our own file.

    Raises:
        ValueError: a row of our file is not what it must be, or a figure is stated with two values on one segmentation.
    """
    pack = pl.read_csv(data / "segments" / "segments.csv", infer_schema=False).join(tickers, on="ticker")
    rows = pack.select(
        "company_id", "segment", "item",
        pl.col("period_start", "period_end").str.to_date(),
        "unit",
        pl.col("value").cast(pl.Float64),
        "basis_note", "quality",
        reference="source",
    )  # fmt: skip
    ours = read(stated, set(tickers["company_id"]))
    _agree(rows, ours)
    return pl.concat([rows, ours])


def read(file: Path, companies: set[str]) -> pl.DataFrame:
    """Our file of segment figures.

    Raises:
        ValueError: with the line and what is wrong in it.
    """
    with file.open(encoding="utf-8", newline="") as text:
        reader = csv.DictReader(text)
        if sorted(reader.fieldnames or ()) != sorted(COLUMNS):
            raise ValueError(f"{file.name}: the columns are {', '.join(COLUMNS)}, not {reader.fieldnames}")
        lines = list(reader)
    rows, seen = [], dict[tuple[str, ...], int]()
    for number, line in enumerate(lines, 2):
        told = [*_faults(line, companies)]
        one = tuple(line[c] for c in CONTRACT.key)
        if one in seen:
            told.append(f"says what line {seen[one]} says; remove one of them")
        seen[one] = number
        if told:
            raise ValueError(f"{file.name}, line {number}: {'; '.join(told)}")
        dates = {c: date.fromisoformat(line[c]) for c in ("period_start", "period_end")}
        rows.append({**line, **dates, "value": float(line["value"])})
    return pl.DataFrame(rows, schema={c: CONTRACT.polars_schema[c] for c in COLUMNS})


def _faults(line: dict[str, str], companies: set[str]) -> Iterator[str]:
    """What is wrong in a row, each with what it should be."""
    if None in line or None in line.values():
        yield f"it has not {len(COLUMNS)} fields; quote a field that holds a comma"
        return
    if empty := [c for c in COLUMNS if not line[c].strip()]:
        yield f"{', '.join(empty)} is empty"
    if line["company_id"] not in companies:
        yield f"no listed company {line['company_id']!r}; see analytics/stacks/companies.toml"
    if line["item"] not in ITEMS:
        yield f"item {line['item']!r} is none of {', '.join(ITEMS)}"
    if line["quality"] not in (allowed := next(c.values for c in CONTRACT.columns if c.name == "quality")):
        yield f"quality {line['quality']!r} is none of {', '.join(allowed)}"
    if not (len(line["unit"]) == 3 and line["unit"].isascii() and line["unit"].isupper()):
        yield f"unit {line['unit']!r} is no ISO 4217 code"
    try:
        days = (date.fromisoformat(line["period_end"]) - date.fromisoformat(line["period_start"])).days + 1
    except ValueError:
        yield "period_start and period_end are not both dates as 2026-06-30"
    else:
        if not any(days in span for span in DAYS):
            yield f"{days} days from period_start to period_end are no quarter and no year"
    try:
        if not isfinite(float(line["value"])):
            raise ValueError
    except ValueError:
        yield f"value {line['value']!r} is no number"


def _agree(pack: pl.DataFrame, ours: pl.DataFrame) -> None:
    """One value a figure and segmentation, whoever states it."""
    stated = pl.concat([pack, ours]).with_columns(segmentation=segmentations().list.first())
    two = (
        stated.group_by(*FIGURE, "segmentation")
        .agg(pl.col("value").unique().sort(), pl.col("quality"), pl.col("reference").unique().sort())
        .join(ours.select(FIGURE), on=FIGURE, how="semi")
        .filter(pl.col("value").list.len() > 1)
        .sort(FIGURE)
    )
    for row in two.iter_rows(named=True):
        figure = " ".join(str(row[c]) for c in FIGURE)
        raise ValueError(
            f"{figure} is stated as {' and '.join(f'{v:,.0f}' for v in row['value'])} ({'; '.join(row['reference'])}); "
            "take neither until a document of the company decides"
        )
