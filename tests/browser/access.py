"""axe-core in a page: what hinders readers who use a screen reader, a keyboard or strong contrast.

Belongs here: running it. Does not belong here: which pages are examined. It comes from npm, pinned by checksum
(package-lock.json), and is never shipped: `npm ci --prefix tests/browser`, which `make test-browser` does.
"""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

SCRIPT = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
HINDRANCES = """async rules => {
  const { violations } = await window.axe.run(document, {
    resultTypes: ["violations"], elementRef: false, preload: false, ...(rules.length ? { runOnly: rules } : {}),
  });
  return violations.filter(v => v.impact === "serious" || v.impact === "critical")
    .map(v => `${v.impact}: ${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.target.join(" ")).join(" | ")}`
      + ` (${v.nodes.length})`);
}"""


def installed() -> bool:
    """Whether npm has fetched it."""
    return SCRIPT.is_file()


@cache
def _source() -> str:
    return SCRIPT.read_text(encoding="utf-8")


def hindrances(page: Page, *rules: str) -> list[str]:
    """Return the serious and critical violations of a page as it stands, of some rules or of all.

    The policy of the page stays in force.
    """
    page.evaluate(_source())
    found: list[str] = page.evaluate(HINDRANCES, rules)
    return found
