"""Whatever a table or a declaration holds, the published pages write it as a person reads it."""

import html
import re
from pathlib import Path

import pytest

# What no page says: pattern -> why.
HABITS = {
    r"\d[ \u00a0]%": "a space before %",
    r"\d(?:bn|mn|tn)\b": "an amount and its unit run together",
    r"\b(?:19|20)\d\dQ[1-4]\b": "a quarter as a machine writes it",
    r"\b(?:19|20)\d\d-\d\d-\d\d\b": "a date as a machine writes it",
    r"\w\.txt\b": "the name of a file for a source",
    r"(?<![\d,.])-\$?\d+(?:\.\d+)?[%×]": "a hyphen for a minus",
    r"\b[1-9]\d{7,}(?:\.\d+)?\b": "raw digits",
    r"\b\w+'s\b": "a straight apostrophe",
    r"\bNone\b|\bnan\b|\bnull\b(?! with)": "a value of the machine",
}
# Code, and what a script reads, may be as it is; so may the dictionary of the tables (data.html).
UNSEEN = re.compile(r"<(script|style|code|pre)\b.*?</\1>|<!--.*?-->", re.S)
TAGS = re.compile(r"<[^>]+>")


def words(page: str) -> str:
    """Return what a reader sees, as text on lines."""
    return html.unescape(TAGS.sub("\n", UNSEEN.sub("\n", page)))


@pytest.mark.parametrize("habit", HABITS)
def test_no_page_writes_as_a_machine_does(habit: str, said: dict[str, str]) -> None:
    found = [
        f"{path}: {text[max(0, m.start() - 40) : m.end() + 40]!r}"
        for path, text in said.items()
        for m in list(re.finditer(habit, text))[:1]
    ]
    assert len(said) > 100 and found == [], HABITS[habit]


@pytest.fixture(scope="module")
def said(refreshed_home: Path) -> dict[str, str]:
    site = refreshed_home / "published" / "current"
    return {
        path.relative_to(site).as_posix(): words(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
        if path.name != "data.html"
    }
