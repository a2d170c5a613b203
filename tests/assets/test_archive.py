"""The archive gives back what was put in, or says which file is damaged."""

import hashlib
from pathlib import Path

import pytest
import zstandard

from assets.archive import Archive, ArchiveError

CONTENT = b'{"facts": {}}' * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_what_is_put_is_got_under_its_hash(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert archive.put(CONTENT) == SHA256
    assert archive.get(SHA256) == CONTENT
    assert archive.path(SHA256) == tmp_path / "archive" / SHA256[:2] / f"{SHA256[2:]}.zst"
    assert archive.path(SHA256).stat().st_size < len(CONTENT) / 10


def test_putting_twice_leaves_one_file_and_does_not_touch_it(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.put(CONTENT)
    before = archive.path(SHA256).stat()
    archive.put(CONTENT)
    after = archive.path(SHA256).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert [p.name for p in (tmp_path / "archive").rglob("*") if p.is_file()] == [f"{SHA256[2:]}.zst"]


def test_list_names_every_payload_and_nothing_else(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    assert archive.list() == []
    hashes = [archive.put(text) for text in (b"", b"one", b"two")]
    (tmp_path / "archive" / SHA256[:2]).mkdir(exist_ok=True)
    (tmp_path / "archive" / SHA256[:2] / ".half-written.part").write_bytes(b"x")
    assert archive.list() == sorted(hashes)


@pytest.mark.parametrize(
    "damage",
    [
        lambda packed: packed[: len(packed) // 2],
        lambda packed: b"",
        lambda packed: packed[:20] + bytes([packed[20] ^ 1]) + packed[21:],
        lambda packed: zstandard.ZstdCompressor().compress(b"something else"),
    ],
    ids=["truncated", "emptied", "a flipped bit", "replaced"],
)
def test_damage_is_told_with_file_and_mend_and_healed_by_putting_again(tmp_path: Path, damage) -> None:
    archive = Archive(tmp_path)
    archive.put(CONTENT)
    path = archive.path(SHA256)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ArchiveError, match="fetch") as error:
        archive.get(SHA256)
    assert str(path) in str(error.value)
    archive.put(CONTENT)
    assert archive.get(SHA256) == CONTENT


def test_a_payload_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=f"{SHA256[2:]}.zst: no such payload"):
        Archive(tmp_path).get(SHA256)


def test_a_put_that_cannot_be_finished_leaves_nothing_behind(tmp_path: Path) -> None:
    archive = Archive(tmp_path)
    archive.path(SHA256).mkdir(parents=True)  # the name is taken by a folder, so the rename fails
    with pytest.raises(OSError, match=SHA256[2:]):
        archive.put(CONTENT)
    assert not list((tmp_path / "archive").rglob("*.part"))
