"""SEC EDGAR: the facts that companies filed.

Belongs here: the shape of a `companyfacts` answer, alone or in the archive of all filers. Does not belong here: which
tag means which item (analytics/concepts.py), which of two filings speaks (analytics/point_in_time.py), the list of a
filer's filings (sec_filings.py).
"""

import json
import re
import zipfile
import zlib
from collections.abc import Container, Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import polars as pl

from analytics.contracts import conform, table
from assets.sources.observation import with_ids
from assets.sources.payload import NoDataError, Payload, PayloadError

SOURCE = "sec"
FACTS_URL = "https://data.sec.gov/api/xbrl/companyfacts/CIK{cik}.json"
BULK_URL = "https://www.sec.gov/Archives/edgar/daily-index/xbrl/companyfacts.zip"
BULK_ENTRY = re.compile(r"CIK(\d{10})\.json")


# What the bulk file is asked for by.
BULK = "bulk/companyfacts.zip"


def subject(cik: str) -> str:
    """What a company's facts are asked for by: 'companyfacts/CIK0001045810' for the CIK in ten digits."""
    return f"companyfacts/CIK{cik}"


def bulk(archive: Path | IO[bytes], fetched_at: datetime, ciks: Container[str] | None = None) -> Iterator[Payload]:
    """Yield the `companyfacts` of every filer in SEC's bulk archive (`companyfacts.zip`), one at a time.

    Only one filer's answer is in memory at once. `company_id` is None: whose it is the registry tells by the subject.

    Args:
        archive: the file.
        fetched_at: when it came, UTC.
        ciks: only these filers, by their CIK in ten digits; the others are not even unpacked.

    Raises:
        PayloadError: it is no ZIP archive, or an entry is damaged; the message names the entry.
    """
    try:
        with zipfile.ZipFile(archive) as entries:
            for entry in entries.infolist():
                found = BULK_ENTRY.fullmatch(Path(entry.filename).name)
                if found is None or (ciks is not None and found[1] not in ciks):
                    continue
                try:
                    content = entries.read(entry)
                except (zipfile.BadZipFile, zlib.error, EOFError) as error:
                    raise PayloadError(f"companyfacts.zip: {entry.filename} is damaged: {error}") from error
                yield Payload(SOURCE, subject(found[1]), None, content, fetched_at)
    except zipfile.BadZipFile as error:
        raise PayloadError(f"companyfacts.zip: not a ZIP archive: {error}") from error


def parse(payload: Payload) -> pl.DataFrame:
    """raw.observations, one row per fact and filing of one company.

    The same fact in several filings gives several rows (other reference, other known time). Facts whose period ends
    after the filing date are kept as filed.

    Args:
        payload: a `companyfacts` answer with the company it is about, its subject as `subject(cik)` gives it.

    Raises:
        PayloadError: not JSON; another company than asked for; no facts; a fact without the fields or types that
            companyfacts promises. The message names the concept.
    """
    document = _document(payload)
    facts = document.get("facts")
    if not isinstance(facts, dict):
        raise PayloadError(f"{payload.subject}: holds no facts, `facts` is {type(facts).__name__}")
    columns: dict[str, list[Any]] = {name: [] for name in ("concept", "unit", "start", "end", "val", "accn", "filed")}
    for taxonomy, concepts in facts.items():
        for name, described in _items(concepts, payload, taxonomy):
            concept = f"{taxonomy}:{name}"
            if not isinstance(described, dict):
                raise PayloadError(f"{payload.subject}: {concept} is not an object with units")
            for unit, rows in _items(described.get("units"), payload, concept):
                _collect(columns, payload, concept, unit, rows)
    if not columns["val"]:
        raise NoDataError(f"{payload.subject}: holds no facts")
    return _frame(columns, payload)


def _document(payload: Payload) -> dict[str, Any]:
    if not payload.content.strip():
        raise NoDataError(f"{payload.subject}: not JSON: an empty answer")
    try:
        document = json.loads(payload.content, parse_constant=_no_such_number)
    except ValueError as error:  # also covers undecodable bytes and _no_such_number
        raise PayloadError(f"{payload.subject}: not JSON: {error}") from error
    if not isinstance(document, dict):
        raise PayloadError(f"{payload.subject}: a {type(document).__name__} where an object was promised")
    try:
        found = subject(f"{int(document['cik']):010d}")
    except (KeyError, TypeError, ValueError) as error:
        raise PayloadError(f"{payload.subject}: no cik that is a number") from error
    if found != payload.subject:
        raise PayloadError(f"{payload.subject}: wrong company, the answer is about {found}")
    return document


def _no_such_number(text: str) -> float:
    raise ValueError(f"{text} is not a number")


def _items(mapping: object, payload: Payload, where: str) -> list[tuple[str, Any]]:
    if not isinstance(mapping, dict):
        raise PayloadError(f"{payload.subject}: {where} holds {type(mapping).__name__} where an object was promised")
    return list(mapping.items())


def _collect(columns: dict[str, list[Any]], payload: Payload, concept: str, unit: str, rows: object) -> None:
    if not isinstance(rows, list):
        raise PayloadError(
            f"{payload.subject}: {concept} in {unit} holds {type(rows).__name__} where a list was promised"
        )
    try:
        values = [row["val"] for row in rows]
        ends, filed = [row["end"] for row in rows], [row["filed"] for row in rows]
        accessions, starts = [row["accn"] for row in rows], [row.get("start") for row in rows]
    except KeyError as error:
        raise PayloadError(f"{payload.subject}: {concept} in {unit}: a fact without {error}") from error
    except (TypeError, AttributeError) as error:
        raise PayloadError(f"{payload.subject}: {concept} in {unit}: a fact that is not an object") from error
    # `type`, not isinstance: True is an int, and no figure.
    for name, found, allowed in (
        ("val", values, {int, float}),
        ("end", ends, {str}),
        ("filed", filed, {str}),
        ("accn", accessions, {str}),
        ("start", starts, {str, type(None)}),
    ):
        strange = set(map(type, found)) - allowed
        if strange:
            names = ", ".join(sorted(t.__name__ for t in strange))
            raise PayloadError(f"{payload.subject}: {concept} in {unit}: `{name}` is of type {names}")
    columns["concept"] += [concept] * len(rows)
    columns["unit"] += [unit] * len(rows)
    columns["start"] += starts
    columns["end"] += ends
    columns["val"] += map(float, values)
    columns["accn"] += accessions
    columns["filed"] += filed


def _frame(columns: dict[str, list[Any]], payload: Payload) -> pl.DataFrame:
    texts = pl.DataFrame(columns, schema_overrides={"val": pl.Float64, "start": pl.String})
    dated = texts.with_columns(pl.col("start", "end", "filed").str.to_date("%Y-%m-%d", strict=False))
    for name in ("start", "end", "filed"):
        broken = texts.filter(dated[name].is_null() & texts[name].is_not_null())
        if broken.height:
            row = broken.row(0, named=True)
            raise PayloadError(f"{payload.subject}: {row['concept']}: `{name}` {row[name]!r} is not a date")
    rows = dated.select(
        "concept", "unit",
        period_start="start",
        period_end="end",
        value="val",
        known_at="filed",
        reference="accn",
        source=pl.lit(SOURCE),
        company_id=pl.lit(payload.company_id, pl.String),
        period_basis=pl.lit("filed"),
        known_at_basis=pl.lit("filed"),
        fetched_at=pl.lit(payload.fetched_at).cast(pl.Datetime("us", "UTC")),
        payload_sha256=pl.lit(payload.sha256),
    )  # fmt: skip
    identified = with_ids(rows).unique("observation_id", keep="first", maintain_order=True)
    return conform(identified, table("raw.observations"))
