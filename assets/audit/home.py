"""The audit of a home: its published version if there is one, else its warehouse; and whether the files are as made.

Belongs here: the manifest's promises, published database against warehouse. Does not belong here: figures (audit.py).
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from analytics.contracts import TABLES
from assets.audit.audit import SCHEMAS, audit, make_anew, opened
from assets.audit.checks import Check, Finding
from assets.audit.scorecard import Audit

DATABASE = "layerledger.duckdb"
MANIFEST = "manifest.json"


def audit_home(
    published: Path,
    warehouse: Path,
    *,
    as_known_on: date | None = None,
    registry: Mapping[str, pl.DataFrame] | None = None,
    payloads: Mapping[str, pl.DataFrame] | None = None,
    company: str | None = None,
    step: Callable[[str], None] = lambda _: None,
) -> Audit:
    """Audit the published version, or the warehouse where nothing is published.

    With a day of knowledge other than that of the published version, the tables as they would be published on that day
    are audited, over the raw tables of the home.

    Args:
        published: the folder of the current version. warehouse: the DuckDB file of the home.
        as_known_on: the day of knowledge; None: the published version's own, or all that is known.
        registry, payloads, company, step: see `audit`.

    Raises:
        NothingToAudit: there is neither.
    """
    database = published / DATABASE if (published / DATABASE).exists() else warehouse
    promised = _manifest(published) if database != warehouse else {}
    made_on = date.fromisoformat(promised["as_known_on"]) if promised.get("as_known_on") else None
    audited = partial(audit, registry=registry, payloads=payloads, company=company, step=step)
    with opened(database) as connection:
        if as_known_on not in (None, made_on):
            make_anew(connection, as_known_on)
            return audited(connection, as_known_on=as_known_on)
        found = audited(connection, as_known_on=made_on)
        if database == warehouse:
            return found
        files = (files_as_promised(published, promised), same_as_warehouse(connection, warehouse))
    return replace(found, checks=(*files, *found.checks))


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def files_as_promised(folder: Path, promised: Mapping[str, Any]) -> Check:
    """Whether every published file has the size and hash that the manifest promises, and no other file is there."""
    files = promised.get("files", {})
    there = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name != MANIFEST}
    findings = [] if files else [Finding(None, MANIFEST, None, "is absent or no manifest")]
    findings += [Finding(None, name, None, "is promised, and not there") for name in sorted(set(files) - there)]
    findings += [Finding(None, name, None, "is there, and not promised") for name in sorted(there - set(files))]
    for name in sorted(there & set(files)):
        with (folder / name).open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        if sha256 != files[name]["sha256"]:
            findings.append(Finding(None, name, None, "was changed since it was published (sha256 differs)"))
    says = "Every published file is what the manifest promises."
    return Check("files_as_promised", "error", says, len(findings), tuple(findings))


def same_as_warehouse(connection: duckdb.DuckDBPyConnection, warehouse: Path) -> Check:
    """Whether the published database holds what the warehouse holds, unless that was refreshed since or is in use."""
    name, says = "same_as_warehouse", "The published database equals the warehouse."

    def untold(message: str) -> Check:
        return Check(name, "warning", says, 1, (Finding(None, None, None, message),))

    if not warehouse.exists():
        return Check(name, "warning", says, 0, ())
    try:
        connection.execute("ATTACH '" + str(warehouse).replace("'", "''") + "' AS warehouse (READ_ONLY)")
    except duckdb.IOException as error:
        return untold(f"cannot be compared: {str(error).splitlines()[0]}")
    both = {"home": set[str](), "warehouse": set[str]()}
    listed = (
        "SELECT database_name, schema_name || '.' || table_name FROM duckdb_tables() "
        f"WHERE database_name IN {tuple(both)} AND schema_name IN {SCHEMAS}"
    )
    for database, table in connection.sql(listed).fetchall():
        both[database].add(table)
    stored = both["home"] & both["warehouse"]
    newest = "SELECT max(started_at) FROM {}.raw.fetches"
    if "raw.fetches" in stored:
        times = {connection.sql(newest.format(database)).fetchall()[0] for database in ("home", "warehouse")}
        if len(times) > 1:
            return untold("cannot be compared: the warehouse was refreshed since, and not published")
    alone = both["home"] ^ both["warehouse"]
    findings = [Finding(None, table, None, "is in one of them only") for table in sorted(alone)]
    for table in sorted(t.full_name for t in TABLES if t.full_name in stored):
        ((n,),) = connection.sql(
            f"SELECT count(*) FROM ((FROM home.{table} EXCEPT ALL FROM warehouse.{table}) "
            f"UNION ALL (FROM warehouse.{table} EXCEPT ALL FROM home.{table}))"
        ).fetchall()
        if n:
            findings.append(Finding(None, table, None, f"{n} rows differ from the warehouse"))
    return Check(name, "error", says, len(findings), tuple(findings))
