"""The bundle as a source: the figures shipped with the project, through the same raw tables as live ones.

Belongs here: reading the bundle's Parquet files and refusing altered ones. Does not belong here: building them
(assets/bundle/build.py).
"""

import hashlib
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

import polars as pl

from analytics.contracts import conform, table
from assets.bundle import FILES, MANIFEST
from assets.sources.payload import Fetch, Payload, fetches_frame

SOURCE = "bundle"
PRICES = "prices.parquet"
MEND = "reinstall the project, or rebuild the bundle with: python -m assets.bundle.build --data FOLDER"


class BundleError(RuntimeError):
    """The bundle is not what was shipped; the message names the file and the mend."""


@dataclass(frozen=True)
class Bundle:
    """The raw tables that the bundle fills, each keeping its contract; fetches has one row per file."""

    observations: pl.DataFrame
    segment_observations: pl.DataFrame
    fx_observations: pl.DataFrame
    price_observations: pl.DataFrame
    splits: pl.DataFrame
    fetches: pl.DataFrame


def read(folder: Path | None = None) -> Bundle:
    """Read the bundle, from a folder or else as shipped in the package.

    Every file's size and SHA-256 are checked against the manifest before any is parsed.

    Raises:
        BundleError: a file is missing, truncated or altered.
    """
    started = datetime.now(UTC)
    place = _Place(folder)
    manifest = place.manifest()
    payloads = {file: place.payload(file, manifest, started) for file in FILES}
    tables = {file: parse(payload) for file, payload in payloads.items()}
    fetches = [
        Fetch(SOURCE, payload.subject, "ok", started, bytes=len(payload.content), payload_sha256=payload.sha256)
        for payload in payloads.values()
    ]
    return Bundle(
        **{FILES[file].removeprefix("raw."): frame for file, frame in tables.items()},
        fetches=fetches_frame(fetches),
    )


def hashes(folder: Path | None = None) -> dict[str, str]:
    """Return the SHA-256 of each file of the bundle, checked as `read` does.

    Raises:
        BundleError: a file is missing, truncated or altered.
    """
    place = _Place(folder)
    manifest, now = place.manifest(), datetime.now(UTC)
    return {file: place.payload(file, manifest, now).sha256 for file in FILES}


def parse(payload: Payload) -> pl.DataFrame:
    """The raw table that one file of the bundle holds; the payload's subject is the file's name.

    Raises:
        ContractError: the file's columns are not the table's (a bundle of another version of the project).
    """
    frame = pl.read_parquet(io.BytesIO(payload.content))
    if payload.subject == PRICES:
        # Its closes were all brought to the basis of its newest day.
        frame = frame.with_columns(adjusted_to=pl.col("date").max())
    return conform(frame.with_columns(payload_sha256=pl.lit(payload.sha256)), table(FILES[payload.subject]))


@dataclass(frozen=True)
class _Place:
    """Where the files lie: a folder, or the package."""

    folder: Path | None

    def name(self, file: str) -> str:
        return str(self.folder / file) if self.folder else f"assets/bundle/{file}"

    def bytes(self, file: str) -> bytes:
        root = self.folder or resources.files("assets.bundle")
        try:
            return (root / file).read_bytes()
        except OSError as error:
            raise BundleError(f"{self.name(file)}: cannot be read ({error.strerror}); {MEND}") from error

    def manifest(self) -> dict[str, Any]:
        try:
            return dict(json.loads(self.bytes(MANIFEST))["files"])
        except (ValueError, KeyError, TypeError) as error:
            raise BundleError(f"{self.name(MANIFEST)}: not a manifest of the bundle; {MEND}") from error

    def payload(self, file: str, manifest: dict[str, Any], started: datetime) -> Payload:
        try:
            size, sha256 = manifest[file]["bytes"], manifest[file]["sha256"]
        except (KeyError, TypeError) as error:
            raise BundleError(f"{self.name(MANIFEST)}: says nothing about {file}; {MEND}") from error
        content = self.bytes(file)
        if len(content) != size:
            raise BundleError(f"{self.name(file)}: {len(content):,} bytes where the manifest says {size:,}; {MEND}")
        if hashlib.sha256(content).hexdigest() != sha256:
            raise BundleError(f"{self.name(file)}: altered since it was built (sha256 differs); {MEND}")
        return Payload(SOURCE, file, None, content, started)
