"""Opening a page and finding fault with it.

Belongs here: what a browser can see that a parser cannot. Does not belong here: which pages are opened.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, Request

UNDRAWN = """() => [...document.querySelectorAll("[data-chart]")]
  .filter(e => e.clientWidth && !(e.querySelector("svg") && e.querySelectorAll("svg path, svg line").length > 3
    && [...e.querySelectorAll("svg path")].some(p => p.getBoundingClientRect().width > 1)))
  .map(e => e.dataset.chart)"""

# Texts of one drawing that cover one another by more than a few pixels each way, and texts that leave the card.
CROWDED = """() => {
  const faults = [];
  for (const chart of document.querySelectorAll("[data-chart]")) {
    if (!chart.clientWidth) continue;
    const card = chart.closest(".card").getBoundingClientRect();
    // A text with a stroke is the ground of another.
    const texts = [...chart.querySelectorAll("svg text:not([stroke])")]
      .filter(t => t.textContent.trim() && t.getAttribute("opacity") !== "0")
      .map(t => [t.textContent, t.getBoundingClientRect()]).filter(([, b]) => b.width);
    texts.forEach(([text, a], i) => {
      if (a.left < card.left - 1 || a.right > card.right + 1 || a.top < card.top || a.bottom > card.bottom)
        faults.push(chart.dataset.chart + ": cut: " + text);
      for (const [other, b] of texts.slice(i + 1)) {
        const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (x > 2 && y > 4) faults.push(chart.dataset.chart + ": " + text + " × " + other);
      }
    });
  }
  return faults;
}"""

UNNAMED = """() => [...document.querySelectorAll("[data-chart]")].filter(e => {
    const named = e.closest("[role=img]"), view = e.closest(".view");
    return !named || !named.getAttribute("aria-label").startsWith(view.querySelector("h2").textContent) &&
      !named.getAttribute("aria-label").includes(view.querySelector("h2").textContent);
  }).map(e => e.dataset.chart)"""

# Parts of the page's head that cover one another, and names in a card that an ellipsis has cut.
SQUEEZED = """() => {
  const parts = [...document.querySelectorAll(".bar > a, .bar > button, .bar > details > summary, .pages a")]
    .map(e => [e.textContent.trim() || e.getAttribute("aria-label"), e.getBoundingClientRect()])
    .filter(([, b]) => b.width);
  const faults = [];
  parts.forEach(([name, a], i) => parts.slice(i + 1).forEach(([other, b]) => {
    const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (x > 1 && y > 1) faults.push("head: " + name + " × " + other);
  }));
  for (const e of document.querySelectorAll(".card *"))
    if (e.clientWidth && e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).textOverflow === "ellipsis")
      faults.push("shortened: " + e.textContent.trim());
  return faults;
}"""

WIDER = "() => document.documentElement.scrollWidth - window.innerWidth"


@dataclass
class Watched:
    """A page, and what went wrong in it since it was opened."""

    page: Page
    faults: list[str] = field(default_factory=list)

    def go(self, address: str) -> None:
        """Open another page in the same window, with nothing held against it yet."""
        self.faults.clear()
        self.page.goto(address, wait_until="load")

    def look(self) -> list[str]:
        """Draw every chart; return what is wrong with the page as it stands."""
        self.page.evaluate("() => window.layerLedger.drawAll()")
        found = list(self.faults)
        found += [f"not drawn: {chart}" for chart in self.page.evaluate(UNDRAWN)]
        found += [f"not named: {chart}" for chart in self.page.evaluate(UNNAMED)]
        found += [f"crowded: {fault}" for fault in self.page.evaluate(CROWDED)]
        found += [f"squeezed: {fault}" for fault in self.page.evaluate(SQUEEZED)]
        wider = self.page.evaluate(WIDER)
        return [*found, f"scrolls sideways by {wider} pixels"] if wider > 0 else found


def _failed(request: Request) -> list[str]:
    """A request that failed; the browser itself gives up the tab's icon when the next page is opened before it came."""
    given_up = request.failure == "net::ERR_ABORTED" and "/static/mark-" in request.url
    return [] if given_up else [f"failed: {request.url}: {request.failure}"]


@contextmanager
def opened(browser: Browser, base: str, path: str, width: int, **context: Any) -> Iterator[Watched]:
    """Open a page of the site at a width; every message, failed request and request to elsewhere is a fault."""
    own = browser.new_context(viewport={"width": width, "height": 900}, **context)
    page = own.new_page()
    watched = Watched(page)
    page.on("console", lambda message: watched.faults.append(f"console: {message.type}: {message.text}"))
    page.on("pageerror", lambda error: watched.faults.append(f"error: {error}"))
    page.on("requestfailed", lambda request: watched.faults.extend(_failed(request)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith((base, "data:", "blob:"))
            else watched.faults.append(f"request to elsewhere: {request.url}")
        ),
    )
    watched.go(base + path)
    yield watched
    own.close()
