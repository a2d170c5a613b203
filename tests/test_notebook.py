"""The example of docs/notebook.md runs on the published files, and prints what the page says."""

import contextlib
import io
import re

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "notebook.md"
BLOCKS = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)


def run(text: str) -> list[tuple[str, str]]:
    """What the code prints, beside what the page says that it prints."""
    names: dict[str, object] = {}
    out: list[tuple[str, str]] = []
    printed = ""
    for kind, block in BLOCKS.findall(text):
        if kind == "python":
            with contextlib.redirect_stdout(io.StringIO()) as stream:
                exec(compile(block, PAGE.name, "exec"), names)
            printed = stream.getvalue()
        else:
            out.append((printed, block))
    return out


@pytest.fixture
def folder(refreshed_home, tmp_path, monkeypatch):
    (tmp_path / ".layerledger").symlink_to(refreshed_home)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_notebook_prints_what_it_says(folder):
    told = run(PAGE.read_text(encoding="utf-8"))
    assert len(told) == 3
    for printed, said in told:
        assert printed == said
    picture = (folder / "profit-pools.svg").read_text(encoding="utf-8")
    assert picture.startswith("<svg") and "Operating income by layer, 2024" in picture


def test_a_page_that_says_something_else_is_found(folder):
    text = "```python\nprint(2 + 2)\n```\n```text\n5\n```\n"
    assert run(text) == [("4\n", "5\n")]
