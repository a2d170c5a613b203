"""Published versions: which there are, what readers see of each table, and copies that carry a notice.

Belongs here: reading versions back, restoring one, telling readers that a refresh was held back. Does not belong here:
how a run's own version is made and put in place (assets/publish.py).

A version is never changed. Where readers must be told something (a refresh was held back; an earlier version was
restored), the version is copied with the notice on every page and in its manifest, and the copy becomes the current
one. A copy lasts only while it is current; it is made from nothing that a refresh knows, so the next refresh publishes.
"""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from analytics.contracts import Table
from dashboard import notice

MANIFEST = "manifest.json"
HELD, RESTORED = "held", "restored"
ID_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True)
class Version:
    """One published version: its folder's name is its id; `notices` is empty unless it is a copy."""

    id: str
    path: Path
    as_of: date
    as_known_on: date | None
    created_at: datetime
    run_id: str
    bytes: int
    current: bool
    notices: tuple[Mapping[str, str], ...]

    @property
    def copy_of(self) -> str | None:
        """The version that this one repeats with a notice."""
        return self.notices[-1]["copy_of"] if self.notices else None


class NoSuchVersionError(LookupError):
    """There is no version of that id; the message lists those there are."""


def manifest_of(folder: Path) -> dict[str, Any] | None:
    """The manifest of a version, None where there is none."""
    try:
        told: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return told


def versions(root: Path) -> list[Version]:
    """Every version under a `published` folder, the newest first."""
    current = (root / "current").resolve()
    found = []
    for folder in sorted((root / "versions").glob("[!.]*"), reverse=True):
        told = manifest_of(folder)
        if told is not None:
            known_on = told["as_known_on"]
            found.append(
                Version(
                    folder.name,
                    folder,
                    date.fromisoformat(told["as_of"]),
                    date.fromisoformat(known_on) if known_on else None,
                    datetime.fromisoformat(told["created_at"]),
                    told["run_id"],
                    sum(file["bytes"] for file in told["files"].values()),
                    folder.resolve() == current,
                    tuple(told.get("notices", ())),
                )
            )
    return found


def table(root: Path, contract: Table, knowledge_day: date | None) -> pl.DataFrame | None:
    """What readers see of a table now; None if nothing, other columns, or another day of knowledge is published."""
    told = manifest_of(root / "current")
    if told is None or told["as_known_on"] != (knowledge_day.isoformat() if knowledge_day else None):
        return None
    file = root / "current" / "data" / f"{contract.full_name}.parquet"
    if not file.exists() or dict(pl.read_parquet_schema(file)) != dict(contract.polars_schema):
        return None
    return pl.read_parquet(file)


def restore(root: Path, identifier: str) -> Version:
    """Make an earlier version the current one, with a notice; the caller holds the home.

    Args:
        root: the home's `published` folder.
        identifier: a version's id, or the beginning of one alone of its kind.

    Raises:
        NoSuchVersionError: there is none, or more than one.
    """
    own = [v for v in versions(root) if not v.notices]
    meant = [v for v in own if v.id == identifier] or [v for v in own if v.id.startswith(identifier)]
    if len(meant) != 1:
        there = ", ".join(v.id for v in own) or "none"
        raise NoSuchVersionError(f"no version {identifier!r}, or more than one that begins so; there are: {there}")
    text = (
        f"This is an earlier version, as of {meant[0].as_of}, restored by the operator. The next refresh that "
        "publishes shows the newest figures again."
    )
    return _show(root, meant[0], [_told(RESTORED, text, meant[0].id)])


def hold(root: Path, why: str) -> None:
    """Tell readers that a refresh was held back by a check; what they see stays as it is. Does nothing without readers.

    Args:
        root: the home's `published` folder.
        why: which check found what.
    """
    there = versions(root)
    shown = next((v for v in there if v.current), None)
    if shown is None:
        return
    original = next((v for v in there if v.id == shown.copy_of), shown)
    kept = [dict(n) for n in shown.notices if n["kind"] != HELD]
    since = next((n["since"] for n in shown.notices if n["kind"] == HELD), None)
    text = f"Figures stay as of {original.as_of}: a check held the newer ones back ({why})."
    _show(root, original, [*kept, _told(HELD, text, original.id, since)])


def _told(kind: str, text: str, copy_of: str, since: str | None = None) -> dict[str, str]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    return {"kind": kind, "text": text, "since": since or now, "copy_of": copy_of}


def _show(root: Path, original: Version, notices: list[dict[str, str]]) -> Version:
    """Copy a version with notices on its pages and make the copy current; files without notices are shared."""
    # Ids are ordered by their second: a copy made within the same second as the newest version comes after it.
    newest = max(datetime.strptime(v.id.partition("-")[0], ID_TIME).replace(tzinfo=UTC) for v in versions(root))
    name = f"{max(datetime.now(UTC), newest + timedelta(seconds=1)):{ID_TIME}}-{secrets.token_hex(4)}"
    aside = root / f".copy-{name}"
    told = manifest_of(original.path)
    assert told is not None
    texts = [(n["kind"], n["text"], n["since"]) for n in notices]
    try:
        for source in sorted(p for p in original.path.rglob("*") if p.is_file() and p.name != MANIFEST):
            target = aside / source.relative_to(original.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.suffix == ".html":
                content = notice.put(source.read_text(encoding="utf-8"), texts).encode()
                target.write_bytes(content)
                told["files"][source.relative_to(original.path).as_posix()] = {
                    "bytes": len(content),
                    "sha256": hashlib.sha256(content).hexdigest(),
                }
            else:
                share(source, target)
        told |= {"version": name, "made_from": None, "notices": notices}
        (aside / MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
        place(root, aside, name)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return next(v for v in versions(root) if v.id == name)


def place(root: Path, aside: Path, name: str) -> Path:
    """Make a folder a version and the current one; copies that were current before are removed. Returns its path.

    Readers see the old one or the new one, never a mix.
    """
    (root / "versions").mkdir(exist_ok=True)
    placed = aside.rename(root / "versions" / name)
    link = root / f".current-{name}"
    for left_by_a_killed_run in root.glob(".current-*"):
        left_by_a_killed_run.unlink()
    link.symlink_to(Path("versions") / name)
    link.replace(root / "current")
    for version in versions(root):
        if version.notices and not version.current:
            shutil.rmtree(version.path)
    return placed


def share(source: Path, target: Path) -> None:
    """Make the same file stand under another name; a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
