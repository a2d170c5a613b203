"""docs/proofs.md: one section for each proof, between markers of its own.

Belongs here: writing a section. Does not belong here: what is proved.
"""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "proofs.md"
HEAD = """# Proofs

What was shown at full length, with the figures of the last time. `make prove` does all of it again and writes this
page; `make prove PROOFS="live_storm"` does one. A short sample of most of it is among the tests.
"""


def section(name: str, title: str, text: str) -> None:
    """Put the section of a proof in its place, or at its place by name if it is new.

    Args:
        name: the proof's module. title: what it shows. text: Markdown, without a heading.
    """
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else HEAD
    _, *parts = page.split("<!-- proof: ")
    kept = dict(part.split(" -->", 1) for part in parts)
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    said = f"*{datetime.now(UTC):%Y-%m-%d}, {machine}, `python -m tests.prove.{name}`*"
    kept[name] = f"\n\n## {title}\n\n{text.strip()}\n\n{said}\n"
    whole = "".join(f"\n<!-- proof: {key} -->\n{body.strip()}\n" for key, body in sorted(kept.items()))
    PAGE.write_text(HEAD + whole, encoding="utf-8")
    print(f"\n## {title}\n\n{text.strip()}\n\nwritten to {PAGE}", flush=True)


def table(rows: list[tuple[object, ...]], *head: str) -> str:
    """A table in Markdown; figures stand to the right."""
    right = ["---:" if all(isinstance(v, int | float) for v in column) else "---" for column in zip(*rows, strict=True)]
    lines = [head, right, *([f"{v:,}" if isinstance(v, int) else str(v) for v in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
