"""The journal: one line for every fetch, beside the payloads it names; raw.fetches is made from it.

Belongs here: writing a line so that it lasts, and reading all of them. Does not belong here: payloads
(assets/archive.py).

    archive/fetches/20261121T183000Z-4711.jsonl     the fetches of one run, in the order in which they ended

A line is acknowledged when it is on disk, after its payload. A line cut short by a kill was never acknowledged and is
left out. Nothing is ever changed or removed.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, fields
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import IO

from assets.archive import ArchiveError, sync_folder
from assets.sources.payload import Fetch

TIMES = ("started_at", "next_try_at")
FIELDS = frozenset(f.name for f in fields(Fetch))
# A file with its size and the time of its last change.
File = tuple[Path, int, int]


class Journal:
    """The fetches of a home."""

    def __init__(self, home: Path) -> None:
        """Use the journal of a home; its folder is made when the first fetch is recorded."""
        self.folder = home / "archive" / "fetches"
        self._file: IO[bytes] | None = None

    def record(self, fetch: Fetch) -> None:
        """Write one fetch and return when it is on disk."""
        if self._file is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{datetime.now(UTC):%Y%m%dT%H%M%S%fZ}-{os.getpid()}.jsonl"
            self._file = path.open("ab")
            sync_folder(self.folder)
        told = {
            name: value.isoformat() if isinstance(value, datetime) else value
            for name, value in asdict(fetch).items()
            if value is not None
        }
        self._file.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        """End this run's file; the next fetch begins another."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def read(self) -> tuple[Fetch, ...]:
        """Every fetch, in the order of their beginnings.

        Raises:
            ArchiveError: a line that was acknowledged cannot be read; the message names file and line.
        """
        return _in_order(tuple(_as_it_stands(path) for path in sorted(self.folder.glob("*.jsonl"))))


def _as_it_stands(path: Path) -> File:
    told = path.stat()
    return path, told.st_size, told.st_mtime_ns


# A year of days is 50,000 lines, asked for several times a run; only the file of this run grows meanwhile.
@lru_cache(maxsize=1)
def _in_order(files: tuple[File, ...]) -> tuple[Fetch, ...]:
    return tuple(sorted((f for file in files for f in _fetches(file)), key=lambda f: (f.started_at, f.fetch_id)))


@cache
def _fetches(file: File) -> tuple[Fetch, ...]:
    return tuple(_read(file[0]))


def _read(path: Path) -> Iterable[Fetch]:
    *whole, _ = path.read_bytes().split(b"\n")
    for number, line in enumerate(whole, start=1):
        try:
            told = json.loads(line)
            times = {name: datetime.fromisoformat(told[name]) for name in TIMES if name in told}
            yield Fetch(**{name: value for name, value in told.items() if name in FIELDS} | times)
        except (ValueError, TypeError) as error:
            raise ArchiveError(
                f"{path}, line {number}: no fetch ({error}); restore the file, or delete this line and lose this fetch"
            ) from error
