"""Weight and speed of the pages: python -m tests.browser.bench [FOLDER [PAGE …]]; else of a fresh offline refresh.

A page is opened over loopback in a fresh browser at a quarter of the machine's speed, three times; the median counts.
Weight is what comes over the wire, compressed: once for the first page, and what a page adds to what is cached.
Belongs here: measuring. Nothing fails here: times depend on the machine, and what else runs on it.
"""

import functools
import gzip
import http.server
import re
import shutil
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tests.browser.conftest import ARGUMENTS, _Quiet
from tests.conftest import run_command
from tests.prove.page import table

SLOWER, TIMES, WAIT = 4, 3, 20_000
LIMITS = {"home, kB": 1500, "a page beyond what is cached, kB": 300, "first chart, ms": 1500, "shift": 0.05}
WATCH = """
window.told = { shift: 0, first: 0, long: 0 };
new PerformanceObserver(l => l.getEntries().forEach(e => { told.shift += e.value; }))
  .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver(l => l.getEntries().forEach(e => { told.long = Math.max(told.long, e.duration); }))
  .observe({ type: "longtask", buffered: true });
new MutationObserver((_, self) => {
  if (!document.querySelector("[data-drawn]")) return;
  self.disconnect();
  requestAnimationFrame(() => requestAnimationFrame(() => { told.first = performance.now(); }));
}).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-drawn"] });
"""


class Measured(NamedTuple):
    """One page: kilobytes over the wire (all, and beyond what another page has cached), milliseconds, shift, nodes."""

    page: str
    all_kb: int
    own_kb: int
    first_ms: int | None
    shift: float
    longest_ms: int
    nodes: int


def weight(site: Path, page: str) -> tuple[int, int]:
    """Return kilobytes compressed: the page with every file it names, and the page alone."""
    text = (site / page).read_text(encoding="utf-8")
    files = {
        ((site / page).parent / name).resolve() for name in re.findall(r'(?:src|href)="([^"#?]*static/[^"]+)"', text)
    }
    own = len(gzip.compress(text.encode(), 9))
    shared = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
    return round((own + shared) / 1000), round(own / 1000)


def measure(browser: Browser, address: str, site: Path, page: str) -> Measured:
    """Open a page several times in a slowed browser; the median of each figure."""
    found = []
    for _ in range(TIMES):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        tab = context.new_page()
        tab.add_init_script(WATCH)
        slow = context.new_cdp_session(tab)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
        tab.goto(address + page, wait_until="load")
        for _ in range(WAIT // 200 if tab.locator("[data-chart]").count() else 0):
            if tab.evaluate("() => told.first"):
                break
            tab.wait_for_timeout(200)
        tab.wait_for_timeout(1000)
        found.append(tab.evaluate("() => ({ ...told, nodes: document.querySelectorAll('*').length })"))
        context.close()
    first, shift, longest, nodes = (median(one[key] for one in found) for key in ("first", "shift", "long", "nodes"))
    return Measured(page, *weight(site, page), round(first) or None, round(shift, 4), round(longest), round(nodes))


def kinds(site: Path) -> list[str]:
    """Home, the heaviest page of every folder, and every other page of the top folder."""
    heaviest: dict[str, Path] = {}
    for path in site.rglob("*.html"):
        key = path.name if path.parent == site else path.relative_to(site).parts[0]
        if key not in heaviest or path.stat().st_size > heaviest[key].stat().st_size:
            heaviest[key] = path
    found = sorted(path.relative_to(site).as_posix() for path in heaviest.values())
    return sorted(found, key=lambda page: page != "index.html")


def bench(site: Path, pages: Sequence[str] = ()) -> list[Measured]:
    """Measure some pages, or one of each kind."""
    handler = functools.partial(_Quiet, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as driver:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        browser = driver.chromium.launch(executable_path=shutil.which("chromium"), args=list(ARGUMENTS))
        found = []
        for page in pages or kinds(site):
            found.append(measure(browser, f"http://127.0.0.1:{server.server_address[1]}/", site, page))
            print(found[-1], file=sys.stderr, flush=True)
        browser.close()
        server.shutdown()
    return found


def told(found: list[Measured]) -> str:
    """The figures as a table, and their limits."""
    rows: list[tuple[object, ...]] = [(*one[:3], one.first_ms or "no chart", *one[4:]) for one in found]
    head = ("page", "kB in all", "kB of its own", "first chart, ms", "layout shift", "longest task, ms", "elements")
    limits = ", ".join(f"{what} {limit}" for what, limit in LIMITS.items())
    return f"{table(rows, *head)}\n\nAt {SLOWER} times slower; kilobytes are compressed. Limits: {limits}."


def main(folder: str | None = None, *pages: str) -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as home:
        if folder is None:
            done = run_command(["refresh", "--offline"], Path(home))
            assert done.returncode == 0, done.stderr
        site = Path(folder) if folder else Path(home) / "published" / "current"
        print(told(bench(site.resolve(), pages)))


if __name__ == "__main__":
    main(*sys.argv[1:])
