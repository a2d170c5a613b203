"""Every page in a real browser: drawn, quiet, closed to the outside, fitting its window."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.look import opened

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "light"), (1280, "dark")])
def test_every_page_from_a_file(
    browser: Browser, site: Path, pages: list[str], screenshots: Path, width: int, scheme: str
) -> None:
    faults: dict[str, list[str]] = {}
    for path in pages:
        with opened(browser, site.as_uri() + "/", path, width, color_scheme=scheme) as watched:
            found = watched.look()
            if found:
                faults[path] = found
            name = path.removesuffix(".html").replace("/", "-")
            watched.page.screenshot(path=screenshots / f"{name}-{width}-{scheme}.png", full_page=True)
    assert len(pages) >= 40
    assert faults == {}


@pytest.mark.parametrize("width", [768, 1920])
def test_home_between_and_beyond_the_usual_widths(browser: Browser, site: Path, width: int) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", width) as watched:
        assert watched.look() == []


@pytest.mark.parametrize("path", ["index.html", "layers/ecosystem/compute-memory.html", "coverage.html", "data.html"])
def test_pages_over_http(browser: Browser, address: str, path: str) -> None:
    with opened(browser, address, path, 1280) as watched:
        assert watched.look() == []


def test_every_view_of_the_home_page_is_drawn(browser: Browser, site: Path) -> None:
    faults: dict[str, list[str]] = {}
    for width in (390, 1280):
        with opened(browser, site.as_uri() + "/", "index.html", width) as watched:
            for button in watched.page.locator("[data-control] button").all():
                button.click()
                found = watched.look()
                if found:
                    faults[f"{width}: {button.text_content()}"] = found
    assert faults == {}
