"""Small homes: a few companies, a small bundle, and the real command on them against the stand-in.

Belongs here: making them, running the command, reading what was published. Does not belong here: what is expected.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from analytics import stacks
from assets.bundle import FILES, MANIFEST
from assets.sources import bundle
from tests.assets.small import CONTACT, entry, written
from tests.conftest import ROOT
from tests.live.loopback import alone_with
from tests.standins import StandIn

# A filer of 10-Qs, one of 20-Fs that reports in another currency, one that does not file with SEC.
COMPANIES = ("nvidia", "tsmc", "samsung-electronics")
Process = subprocess.Popen[str]


@dataclass(frozen=True)
class Place:
    """A home, with its own registry and bundle where they are named, and more settings by variable."""

    home: Path
    stacks: Path | None = None
    bundle: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def current(self) -> Path:
        return self.home / "published" / "current"

    def environment(self, standin: StandIn | None) -> dict[str, str]:
        """What the command is told; without a stand-in it is given no mirror."""
        ours = ("LAYERLEDGER_", "DAGSTER_", "COLUMNS")
        told = {k: v for k, v in os.environ.items() if not k.startswith(ours)} | {
            "LAYERLEDGER_HOME": str(self.home), "COLUMNS": "160", "LAYERLEDGER_CONTACT": CONTACT,
            "LAYERLEDGER_YAHOO_PER_SECOND": "1000", "LAYERLEDGER_SEC_PER_SECOND": "10",
        }  # fmt: skip
        told |= {"LAYERLEDGER_STACKS": str(self.stacks)} if self.stacks else {}
        told |= {"LAYERLEDGER_BUNDLE": str(self.bundle)} if self.bundle else {}
        return told | ({"LAYERLEDGER_MIRROR": standin.yahoo_url} if standin else {}) | self.settings

    def copied(self, home: Path) -> "Place":
        """The same with a copy of the home."""
        return replace(self, home=Path(shutil.copytree(self.home, home, symlinks=True)))

    def run(self, standin: StandIn, *arguments: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run the command to its end, alone with the stand-in."""
        with self.started(standin, *arguments) as process:
            out, err = process.communicate(timeout=timeout)
        return subprocess.CompletedProcess(process.args, process.returncode, out, err)

    @contextmanager
    def started(self, standin: StandIn, *arguments: str) -> Iterator[Process]:
        """The command under way, alone with the stand-in; killed at the end if it still is."""
        with (
            alone_with(standin) as (words, variables),
            subprocess.Popen(
                [*words, sys.executable, "-m", "pipelines", *arguments],
                cwd=ROOT, env=self.environment(standin) | variables, text=True,
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            ) as process,
        ):  # fmt: skip
            try:
                yield process
            finally:
                process.kill()

    def data(self, table: str) -> pl.DataFrame:
        """A published table."""
        return pl.read_parquet(self.current / "data" / f"{table}.parquet")


def small(folder: Path, companies: Sequence[str] = COMPANIES, *, shipped: bool = True, **settings: str) -> Place:
    """A home with a registry of some companies and a bundle of their figures; with `shipped` False of none."""
    stacks = written(folder / "stacks", map(entry, companies))
    return Place(folder / "home", stacks, cut_bundle(folder / "bundle", companies if shipped else ()), settings)


def cut_bundle(folder: Path, companies: Iterable[str]) -> Path:
    """The shipped bundle cut to some companies; exchange rates stay."""
    folder.mkdir(parents=True, exist_ok=True)
    whole, kept = bundle.read(), list(companies)
    tickers = [t for c in stacks.load().company_entries if c.id in kept for t in c.tickers]
    told = {}
    for file, name in FILES.items():
        frame: pl.DataFrame = getattr(whole, name.removeprefix("raw."))
        if "company_id" in frame.columns:
            frame = frame.filter(pl.col("company_id").is_in(kept))
        elif "ticker" in frame.columns:
            frame = frame.filter(pl.col("ticker").is_in(tickers))
        frame.drop("payload_sha256", "adjusted_to", strict=False).write_parquet(folder / file)
        content = (folder / file).read_bytes()
        told[file] = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (folder / MANIFEST).write_text(json.dumps({"files": told}))
    return folder


def whole(place: Place) -> dict[str, object]:
    """The manifest of what is published, after every file was found to be what it says."""
    manifest: dict[str, object] = json.loads((place.current / "manifest.json").read_text())
    files = manifest["files"]
    assert isinstance(files, dict)
    there = {p.relative_to(place.current).as_posix() for p in place.current.rglob("*") if p.is_file()}
    assert there == set(files) | {"manifest.json"}
    for name, told in files.items():
        content = (place.current / name).read_bytes()
        assert (len(content), hashlib.sha256(content).hexdigest()) == (told["bytes"], told["sha256"]), name
    return manifest
