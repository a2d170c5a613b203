"""Every page at four widths in both themes with the network cut, axe on each; paper and forced colours; the benchmark.

python -m tests.prove.pages [FOLDER [PART]]: of a published folder, or of a fresh offline refresh; PART is a piece of
the paths to take, for a first look. What was found well is remembered by the content of the page, so that a sweep that
was ended goes on where it was.
"""

import hashlib
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import sync_playwright

from tests.browser import access, bench, look
from tests.browser.conftest import ARGUMENTS
from tests.browser.look import opened
from tests.conftest import run_command
from tests.prove.page import section

WIDTHS = (390, 768, 1280, 1920)
SCHEMES = ("light", "dark")
EXAMINED = (390, 1280)  # widths at which axe examines every page
# A page of each kind, as paper and as a reader's system may show it.
MEDIA: dict[str, dict[str, Any]] = {
    "print": {},
    "forced colours": {"forced_colors": "active"},
    "forced colours, dark": {"forced_colors": "active", "color_scheme": "dark"},
    "more contrast": {"contrast": "more"},
    "reduced motion": {"reduced_motion": "reduce"},
}
KINDS = ("index.html", "layers/ecosystem/compute-memory.html", "companies/nvidia.html")
# What still moves; and what a sheet of paper, 700 pixels wide, cuts off.
MOVES = """() => [...document.querySelectorAll("*")].filter(e => { const s = getComputedStyle(e);
  return s.transitionDuration.split(",").some(t => parseFloat(t) > 0) || s.animationName !== "none"; }).length"""
CUT = """() => [...document.querySelectorAll(".card")].filter(e => e.getBoundingClientRect().right > innerWidth + 1
  || [...e.querySelectorAll("table, .chart svg")].some(t => t.getBoundingClientRect().width
    && t.getBoundingClientRect().right > e.getBoundingClientRect().right + 1)).map(e => e.id)"""
NOTES = Path(__file__).parents[2] / ".artefacts" / "pages"
RUN = re.compile(rb"run <code>\w+</code>")  # differs from run to run, and draws nothing


class Sweep(NamedTuple):
    """One pass over the pages: at a width, in a theme; what it opened, of which so many were known, and the faults."""

    width: int
    scheme: str
    opened: int
    known: int
    faults: list[str]


def key_of(page: Path) -> str:
    """Return what a verdict on a page rests on: its content, which names its static files by theirs, and the checks."""
    checks = b"".join(Path(module.__file__ or "").read_bytes() for module in (look, access))
    return hashlib.sha256(RUN.sub(b"", page.read_bytes()) + checks).hexdigest()[:16]


def sweep(site: Path, width: int, scheme: str, paths: Sequence[str]) -> Sweep:
    """Open every page at a width in a theme."""
    base, faults, known = site.as_uri() + "/", [], 0
    NOTES.mkdir(parents=True, exist_ok=True)
    notes = NOTES / f"{width}-{scheme}.txt"
    well = set(notes.read_text().split()) if notes.exists() else set()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        with (
            notes.open("a") as record,
            opened(browser, base, paths[0], width, color_scheme=scheme, offline=True) as watched,
        ):
            for path in paths:
                key = key_of(site / path)
                if key in well:
                    known += 1
                    continue
                watched.go(base + path)
                found = watched.look()
                if width in EXAMINED:
                    found += access.hindrances(watched.page)
                faults += [f"{path}, {width}, {scheme}: {fault}" for fault in found]
                if not found:
                    print(key, file=record, flush=True)
        browser.close()
    return Sweep(width, scheme, len(paths) - known, known, faults)


def media(site: Path) -> list[str]:
    """Return what is wrong with a page of each kind on paper and as a reader's system may show it."""
    base, faults = site.as_uri() + "/", []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for (name, context), path in product(MEDIA.items(), KINDS):
            width = 700 if name == "print" else 1280
            with opened(browser, base, path, width, offline=True, **context) as watched:
                found = watched.look()
                if name == "print":
                    watched.page.emulate_media(media="print")
                    found += [f"cut on paper: {card}" for card in watched.page.evaluate(CUT)]
                if name == "reduced motion" and (moving := watched.page.evaluate(MOVES)):
                    found.append(f"{moving} elements move")
                if name.startswith("forced"):
                    found += access.hindrances(watched.page)
                faults += [f"{path}, {name}: {fault}" for fault in found]
        browser.close()
    return faults


def swept(site: Path, part: str = "") -> list[Sweep]:
    """Open every page at every width in both themes, two passes at a time; say what each found as it ends."""
    paths = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if part in str(path))
    passes = list(product(WIDTHS, SCHEMES))
    found = []
    with ProcessPoolExecutor(min(2, os.cpu_count() or 1)) as pool:
        for one in pool.map(sweep, *zip(*[(site, width, scheme, paths) for width, scheme in passes], strict=True)):
            print(f"{one.width}, {one.scheme}: {one.opened} opened, {one.known} known well, {len(one.faults)} faults")
            print("\n".join(one.faults[:40]), flush=True)
            found.append(one)
    return found


def main(folder: str | None = None, part: str = "") -> None:
    """Look at all of them; stop with every fault if there is one."""
    assert access.installed(), "axe-core is not installed: npm ci --prefix tests/browser"
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        if folder is None:
            done = run_command(["refresh", "--offline"], Path(home))
            assert done.returncode == 0, done.stderr
        site = (Path(folder) if folder else Path(home) / "published" / "current").resolve()
        passes = swept(site, part)
        faults = [fault for one in passes for fault in one.faults] + ([] if part else media(site))
        assert not faults, "\n".join(faults)
        if part:
            return
        figures = bench.told(bench.bench(site))
    known = sum(one.known for one in passes)
    again = f" {known:,} of them were found well by a sweep of the same pages that was ended." if known else ""
    section(
        "pages",
        "Every page at every width",
        f"""{sum(one.opened + one.known for one in passes):,} openings of {passes[0].opened + passes[0].known} pages:
every page at {", ".join(map(str, WIDTHS))} pixels, light and dark, from a file, in Chromium with the network cut. In
none was there a message in the console, a request outside the folder, a chart that was not drawn or not named, a
sideways scroll, or a text of a drawing that covers another or leaves its card. axe-core found no serious or critical
violation on any page at 390 and 1,280 pixels in either theme.{again}

A page of each kind ({", ".join(KINDS)}) on paper, with forced colours light and dark, with more contrast and with
reduced motion: nothing cut, nothing that moves, no serious violation.

{figures}

{time.monotonic() - began:.0f} s.""",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
