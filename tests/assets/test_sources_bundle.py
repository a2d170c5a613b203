"""The bundle is read whole or not at all."""

import json
import shutil
from pathlib import Path

import pytest

import assets.bundle
from analytics.contracts import conform, table
from assets.bundle import FILES, MANIFEST
from assets.sources import bundle
from assets.sources.bundle import BundleError

SHIPPED = Path(assets.bundle.__file__).parent
NAMES = sorted(FILES)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for file in (*FILES, MANIFEST):
        shutil.copy(SHIPPED / file, tmp_path / file)
    return tmp_path


def test_every_table_keeps_its_contract_and_carries_its_files_hash() -> None:
    read, manifest = bundle.read(), json.loads((SHIPPED / MANIFEST).read_bytes())["files"]
    for file, name in FILES.items():
        frame = getattr(read, name.removeprefix("raw."))
        assert conform(frame, table(name)).height == manifest[file]["rows"] > 0
        assert frame["payload_sha256"].unique().to_list() == [manifest[file]["sha256"]]


def test_each_file_is_one_fetch_without_a_request() -> None:
    fetches = bundle.read().fetches
    assert sorted(fetches["subject"]) == NAMES
    assert fetches.select("source", "outcome", "requests").unique().rows() == [("bundle", "ok", 0)]
    assert fetches["bytes"].sum() == sum((SHIPPED / file).stat().st_size for file in FILES)


def test_a_folder_gives_what_the_package_gives(copy: Path) -> None:
    assert bundle.read(copy).observations.equals(bundle.read().observations)


@pytest.mark.parametrize("file", NAMES)
def test_a_truncated_file_is_named_before_anything_is_parsed(copy: Path, file: str) -> None:
    whole = (copy / file).read_bytes()
    (copy / file).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BundleError, match=r"python -m assets\.bundle\.build") as error:
        bundle.read(copy)
    assert str(copy / file) in str(error.value)
    assert f"{len(whole) // 2:,} bytes where the manifest says {len(whole):,}" in str(error.value)


@pytest.mark.parametrize("file", NAMES)
def test_an_altered_file_is_named(copy: Path, file: str) -> None:
    whole = bytearray((copy / file).read_bytes())
    whole[len(whole) // 2] ^= 1
    (copy / file).write_bytes(whole)
    with pytest.raises(BundleError, match=f"{file}: altered since it was built"):
        bundle.read(copy)


@pytest.mark.parametrize("file", [*NAMES, MANIFEST])
def test_a_missing_file_is_named(copy: Path, file: str) -> None:
    (copy / file).unlink()
    with pytest.raises(BundleError, match=f"{file}: cannot be read.*reinstall"):
        bundle.read(copy)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"files": 1}'])
def test_what_is_no_manifest_is_named(copy: Path, text: str) -> None:
    (copy / MANIFEST).write_text(text)
    with pytest.raises(BundleError, match=f"{MANIFEST}: not a manifest of the bundle"):
        bundle.read(copy)


@pytest.mark.parametrize("entry", [{}, {"bytes": 1}, None])
def test_a_manifest_that_is_silent_about_a_file_is_named(copy: Path, entry: object) -> None:
    manifest = json.loads((copy / MANIFEST).read_bytes())
    manifest["files"]["fx.parquet"] = entry
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(BundleError, match=f"{MANIFEST}: says nothing about fx.parquet"):
        bundle.read(copy)
