"""No serious or critical hindrance on a page of each kind, in both themes, nor in what a reader opens on it."""

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import access
from tests.browser.look import opened

pytestmark = [
    pytest.mark.browser,
    # A machine without npm may leave these out; CI may not: there they fail for want of the file.
    pytest.mark.skipif(
        not access.installed() and "CI" not in os.environ,
        reason="axe-core is not installed: npm ci --prefix tests/browser",
    ),
]

# The first page of each folder stands for the others, which tests/prove/pages.py examines too.
KINDS = (
    "index.html",
    r"layers/ecosystem/compute-memory\.html",
    r"layers/ecosystem/models\.html",
    r"companies/tsmc\.html",
)


def kinds(pages: list[str]) -> list[str]:
    """One page of each kind: those of the top folder, and one of every other folder."""
    named = [page for page in pages if any(re.fullmatch(kind, page) for kind in KINDS)]
    folders = {
        page.split("/")[0]: page for page in pages if "/" in page and not page.startswith(("layers", "companies"))
    }
    return sorted({*named, *folders.values(), *(page for page in pages if "/" not in page)})


# In the dark the colours alone are others.
@pytest.mark.parametrize(("scheme", "rules"), [("light", ()), ("dark", ("color-contrast",))])
def test_a_page_of_each_kind(
    browser: Browser, site: Path, pages: list[str], scheme: str, rules: tuple[str, ...]
) -> None:
    faults, base = [], site.as_uri() + "/"
    with opened(browser, base, "index.html", 1280, color_scheme=scheme) as watched:
        for path in kinds(pages):
            watched.go(base + path)
            watched.page.evaluate("() => window.layerLedger.drawAll()")
            faults += [f"{path}: {fault}" for fault in access.hindrances(watched.page, *rules)]
    assert faults == []


def test_what_a_reader_opens(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 390) as watched:
        page = watched.page
        for card in ("profit-pools", "margins", "stress"):
            page.locator(f"#{card} .view:not([hidden]) .fold summary").click()
            page.locator(f"#{card} .view:not([hidden]) [data-do=table]").click()
        page.locator("#margins [data-value=median]").click()
        assert access.hindrances(page) == []
        page.keyboard.press("/")
        page.keyboard.type("nv")
        expect(page.locator("dialog.search a").first).to_be_visible()
        assert access.hindrances(page) == []
        assert watched.faults == []


def test_a_hindrance_is_found(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "data.html", 1280) as watched:
        watched.page.evaluate("() => document.querySelector('h1').insertAdjacentHTML('afterend', '<img src=data:,>')")
        assert any("image-alt" in fault for fault in access.hindrances(watched.page))
