"""Every page at four widths in both themes with the network cut, axe on each, and the benchmark.

python -m tests.prove.pages [FOLDER [PART]]: of a published folder, or of a fresh offline refresh; PART is a piece of
the paths to take, for a first look.
"""

import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser import access, bench
from tests.browser.conftest import ARGUMENTS
from tests.browser.look import opened
from tests.conftest import run_command
from tests.prove.page import section

WIDTHS = (390, 768, 1280, 1920)
SCHEMES = ("light", "dark")


def sweep(site: Path, part: str) -> tuple[int, list[str]]:
    """Open every page at every width in both themes; return how many openings, and every fault."""
    base, faults, count = site.as_uri() + "/", [], 0
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html") if part in str(path))
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        for width in WIDTHS:
            for scheme in SCHEMES:
                with opened(browser, base, pages[0], width, color_scheme=scheme, offline=True) as watched:
                    for path in pages:
                        watched.go(base + path)
                        found = watched.look()
                        if width in (390, 1280):
                            found += access.hindrances(watched.page)
                        faults += [f"{path}, {width}, {scheme}: {fault}" for fault in found]
                        count += 1
                print(f"{width}, {scheme}: {len(faults)} faults so far", flush=True)
                print("\n".join(faults[-20:]), flush=True)
        browser.close()
    return count, faults


def main(folder: str | None = None, part: str = "") -> None:
    """Look at all of them; stop with every fault if there is one."""
    assert access.installed(), "axe-core is not installed: npm ci --prefix tests/browser"
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        if folder is None:
            done = run_command(["refresh", "--offline"], Path(home))
            assert done.returncode == 0, done.stderr
        site = (Path(folder) if folder else Path(home) / "published" / "current").resolve()
        count, faults = sweep(site, part)
        assert not faults, "\n".join(faults)
        if part:
            return
        figures = bench.told(bench.bench(site))
    section(
        "pages",
        "Every page at every width",
        f"""{count} openings: every page at {", ".join(map(str, WIDTHS))} pixels, light and dark, from a file, in
Chromium with the network cut. In none was there a message in the console, a request outside the folder, a chart that
was not drawn or not named, a sideways scroll, or a text of a drawing that covers another or leaves its card. axe-core
found no serious or critical violation on any page at 390 and 1,280 pixels in either theme.

{figures}

{time.monotonic() - began:.0f} s.""",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
