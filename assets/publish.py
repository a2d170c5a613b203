"""The published folder: how a version is prepared aside, put in place in one step, and described.

Belongs here: staging folders, versions, the `current` link, the manifest's contents, the as-of date. Does not belong
here: what is published (assets/published) or how it reads (dashboard).

    published/.staging-<run>/   being written by a run; removed by the next run if that one died
    published/versions/<id>/    whole versions, the newest `KEEP` of them
    published/current           a symbolic link to one of them, replaced atomically
    published/held.json         what holds publication back, if anything does
"""

import hashlib
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import polars as pl
from pydantic import Field

from analytics.contracts import TABLES, Table
from assets import policies, versions
from assets.versions import MANIFEST

KEEP = 5
FORMULA = r"^[=+\-@\t\r]"  # how a text begins that a spreadsheet runs
DATABASE = "layerledger.duckdb"

published_asset = partial(
    dg.asset,
    key_prefix="published",
    group_name="published",
    owners=policies.OWNERS,
    tags={"stage": "published"},
    pool=policies.WAREHOUSE_POOL,
)

TABLE_KEYS = [dg.AssetKey([t.schema, t.name]) for t in TABLES]


class NothingKnownError(ValueError):
    """On the day of knowledge no figure was known, so there is nothing to publish."""


class PublishedFolder(dg.ConfigurableResource["PublishedFolder"]):
    """The folder of a home that readers see."""

    root: str = Field(description="The home's `published` folder.")
    cache: str = Field(description="Folder for what pages need and never changes, such as the chart runtime.")

    def staging(self, run: dg.DagsterRun) -> Path:
        """Return the folder this run prepares its version in, made if need be.

        A run that is carried on from its failure writes into the folder of the run it carries on. Staging folders of
        other runs are left-overs of runs that died, because only one run writes at a time; they are removed.
        """
        own = Path(self.root) / f".staging-{run.root_run_id or run.run_id}"
        for folder in Path(self.root).glob(".staging-*"):
            if folder != own:
                shutil.rmtree(folder)
        own.mkdir(parents=True, exist_ok=True)
        return own

    def put_in_place(self, staging: Path, identifier: str) -> Path:
        """Make a staged folder the current version; return it. Readers see the old one or the new one, never a mix."""
        placed = versions.place(Path(self.root), staging, identifier)
        # Identifiers begin with the time of publication, so their order is their age.
        for old in sorted(v for v in placed.parent.iterdir() if v != placed)[: -(KEEP - 1)]:
            shutil.rmtree(old)
        return placed

    def share(self, name: str, target: Path, content: str) -> bool:
        """Make a file the current version's of that name, if it was written from that content; tell whether it is.

        A file that is not as its manifest says is not shared.
        """
        current = Path(self.root) / "current"
        told = versions.manifest_of(current) or {}
        file = current / name
        if told.get("contents", {}).get(name) != content or not file.is_file():
            return False
        if _sha256(file) != told["files"][name]["sha256"]:
            return False
        target.unlink(missing_ok=True)
        versions.share(file, target)
        return True

    def table(self, contract: Table, knowledge_day: date | None) -> pl.DataFrame | None:
        """What readers see of a table now; see `versions.table`."""
        return versions.table(Path(self.root), contract, knowledge_day)

    def hold(self, table: str, why: str) -> None:
        """Let nothing be published until that table passes its checks, and tell readers."""
        held = self.held | {table: why}
        Path(self.root).mkdir(parents=True, exist_ok=True)
        self._held_file.write_text(json.dumps(held, indent=1) + "\n")
        versions.hold(Path(self.root), "; ".join(held.values()))

    def release(self, table: str) -> None:
        """Note that a table passed its checks."""
        if table in (held := self.held):
            left = {name: why for name, why in held.items() if name != table}
            self._held_file.write_text(json.dumps(left, indent=1) + "\n")
            if not left:
                self._held_file.unlink()

    @property
    def held(self) -> dict[str, str]:
        """What holds publication back, by table: which check found what."""
        try:
            return dict(json.loads(self._held_file.read_text()))
        except FileNotFoundError:
            return {}

    @property
    def _held_file(self) -> Path:
        return Path(self.root) / "held.json"


def as_of(company_quarters: pl.DataFrame, prices: pl.DataFrame) -> date:
    """Return the newest day whose knowledge is in the data, never the clock's.

    Raises:
        NothingKnownError: there is neither a statement nor a price, so there is nothing to publish.
    """
    days = [d for d in (company_quarters["known_at"].max(), prices["date"].max()) if isinstance(d, date)]
    if not days:
        raise NothingKnownError("no statement and no price was known on that day; there is nothing to publish")
    return max(days)


def identifier(run_id: str, created_at: datetime) -> str:
    """Return a version's name: its time of publication (UTC), then the beginning of the run's id."""
    return f"{created_at:%Y%m%dT%H%M%SZ}-{run_id[:8]}"


def schema_version() -> str:
    """Return a digest of every table's columns and types; two databases with the same one can be read alike."""
    declared = [(t.full_name, [(c.name, str(c.dtype)) for c in t.columns]) for t in TABLES]
    return hashlib.sha256(json.dumps(declared).encode()).hexdigest()[:12]


def manifest(
    folder: Path,
    *,
    run_id: str,
    as_of: date,
    as_known_on: date | None,
    created_at: datetime,
    rows: Mapping[str, int],
    fingerprint: str | None = None,
    contents: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return the manifest of a folder: what it holds, from when, made by what, with size and hash of every file.

    fingerprint: of all that it was made from; the next refresh publishes only if that has changed. contents: digests of
    what files were written from, by their names; the next version shares those whose content is the same.
    """
    return {
        "version": identifier(run_id, created_at),
        "run_id": run_id,
        "as_of": as_of.isoformat(),
        "as_known_on": as_known_on.isoformat() if as_known_on else None,
        "made_from": fingerprint,
        "created_at": created_at.astimezone(UTC).isoformat(timespec="seconds"),
        "versions": {
            "layerledger": version("layerledger"),
            "duckdb": duckdb.__version__,
            "polars": pl.__version__,
            "schema": schema_version(),
        },
        "rows": dict(rows),
        "contents": dict(contents or {}),
        "files": {
            path.relative_to(folder).as_posix(): {"bytes": path.stat().st_size, "sha256": _sha256(path)}
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != MANIFEST
        },
    }


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame whose texts no spreadsheet runs as a formula: an apostrophe stands before = + - @, tab and return.

    Numbers and dates are untouched. For CSV alone: in Parquet and DuckDB a text is what it is.
    """
    for column in frame.select(pl.selectors.string()).iter_columns():
        runs = column.str.contains(FORMULA)
        if runs.any():
            frame = frame.with_columns(pl.when(runs).then("'" + column).otherwise(column).alias(column.name))
    return frame


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
