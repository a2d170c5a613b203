"""The archive: every payload as it came, compressed, named by its content.

Belongs here: putting bytes down safely and reading them back unchanged. Does not belong here: what the bytes mean.
"""

import hashlib
import os
import tempfile
from pathlib import Path

import zstandard

LEVEL = 9
DIGITS = 64


class ArchiveError(RuntimeError):
    """A payload cannot be read back; the message names the file and the mend."""


class Archive:
    """Payloads under `<home>/archive/ab/cdef….zst`, ab cdef… being the SHA-256 of the bytes before compression."""

    def __init__(self, home: Path) -> None:
        """Use the archive of a home; its folder is made when the first payload is put."""
        self.folder = home / "archive"

    def path(self, sha256: str) -> Path:
        """Where the payload of that hash lies."""
        return self.folder / sha256[:2] / f"{sha256[2:]}.zst"

    def put(self, content: bytes) -> str:
        """Store the bytes and return their SHA-256; bytes that are there already are left alone.

        They are on disk under their name, or not at all: written aside, synced, then renamed. A damaged file of the
        same name is replaced.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        path = self.path(sha256)
        if path.exists() and self._intact(sha256):
            return sha256
        if not path.parent.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(self.folder)
        handle, aside = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(zstandard.ZstdCompressor(level=LEVEL, write_checksum=True).compress(content))
                file.flush()
                os.fsync(file.fileno())
            Path(aside).replace(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
        sync_folder(path.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the bytes of that hash.

        Raises:
            ArchiveError: there are none, or the file no longer holds them.
        """
        path = self.path(sha256)
        try:
            packed = path.read_bytes()
        except FileNotFoundError as error:
            raise ArchiveError(f"{path}: no such payload in the archive; fetch it again") from error
        try:
            content = zstandard.ZstdDecompressor().decompress(packed)
        except zstandard.ZstdError as error:
            raise ArchiveError(f"{path}: damaged ({error}); delete it and fetch again") from error
        found = hashlib.sha256(content).hexdigest()
        if found != sha256:
            raise ArchiveError(f"{path}: holds other bytes (sha256 {found}); delete it and fetch again")
        return content

    def list(self) -> list[str]:
        """The SHA-256 of every payload, sorted."""
        found = (p.parent.name + p.stem for p in self.folder.glob("??/*.zst"))
        return sorted(sha256 for sha256 in found if len(sha256) == DIGITS)

    def _intact(self, sha256: str) -> bool:
        try:
            self.get(sha256)
        except ArchiveError:
            return False
        return True


def sync_folder(folder: Path) -> None:
    """Make what was made or renamed in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
