"""Every page in a real browser: drawn, quiet, closed to the outside, fitting its window."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.look import opened

pytestmark = pytest.mark.browser


def faults_of(browser: Browser, site: Path, paths: list[str], screenshots: Path, width: int, scheme: str) -> list[str]:
    """Open each page, keep a picture of it, and return what is wrong, each fault with its page."""
    faults, base = [], site.as_uri() + "/"
    with opened(browser, base, paths[0], width, color_scheme=scheme) as watched:
        for path in paths:
            watched.go(base + path)
            faults += [f"{path}: {fault}" for fault in watched.look()]
            name = path.removesuffix(".html").replace("/", "-")
            watched.page.screenshot(path=screenshots / f"{name}-{width}-{scheme}.png", full_page=True)
    return faults


@pytest.mark.parametrize("width", [390, 1280])
def test_every_page_from_a_file(browser: Browser, site: Path, pages: list[str], screenshots: Path, width: int) -> None:
    assert len(pages) >= 40
    assert faults_of(browser, site, pages, screenshots, width, "light") == []


@pytest.mark.parametrize("width", [390, 1280])
def test_a_page_of_each_kind_in_the_dark(browser: Browser, site: Path, screenshots: Path, width: int) -> None:
    kinds = [
        "index.html", "layers/ecosystem/models.html", "stack/ecosystem.html", "question.html", "capex.html",
        "debt.html", "claims.html", "lenses.html", "coverage.html", "methods.html", "data.html",
    ]  # fmt: skip
    assert faults_of(browser, site, kinds, screenshots, width, "dark") == []


@pytest.mark.parametrize("width", [768, 1920])
def test_home_between_and_beyond_the_usual_widths(browser: Browser, site: Path, width: int) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", width) as watched:
        assert watched.look() == []


@pytest.mark.parametrize("path", ["index.html", "layers/ecosystem/compute-memory.html", "coverage.html", "data.html"])
def test_pages_over_http(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, path, 1280) as watched:
        assert watched.look() == []


def test_every_view_of_the_home_page_is_drawn(browser: Browser, site: Path) -> None:
    faults = []
    for width in (390, 1280):
        with opened(browser, site.as_uri() + "/", "index.html", width) as watched:
            for button in watched.page.locator("[data-control] button").all():
                button.click()
                faults += [f"{width}, {button.text_content()}: {fault}" for fault in watched.look()]
    assert faults == []


def test_home_stays_where_it_is_while_charts_are_drawn(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        slow = watched.page.context.new_cdp_session(watched.page)
        slow.send("Emulation.setCPUThrottlingRate", {"rate": 4})
        watched.page.reload(wait_until="commit")
        watched.page.wait_for_selector("#profit-pools [data-drawn]")
        watched.page.wait_for_timeout(1000)
        shift = watched.page.evaluate(
            """() => new Promise(done => {
              let sum = 0;
              const add = entry => { sum += entry.value; };
              const watch = new PerformanceObserver(list => list.getEntries().forEach(add));
              watch.observe({ type: "layout-shift", buffered: true });
              setTimeout(() => done(sum), 200);
            })"""
        )
    assert shift < 0.05
