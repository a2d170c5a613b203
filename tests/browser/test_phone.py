"""A phone folds what explains a card: a word leads to it; without scripts, in print and by keyboard nothing is lost."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.look import opened

pytestmark = pytest.mark.browser

HEIGHTS = {  # pixels that a page may take at 390; what it took before anything was folded
    "index.html": (11_500, 13_900),
    "claims.html": (9_500, 12_900),
    "layers/ecosystem/compute-memory.html": (11_200, 11_900),
}


def visible(page: Page, selector: str) -> bool:
    return bool(page.locator(selector).first.is_visible())


@pytest.mark.parametrize("path", HEIGHTS)
def test_pages_are_not_longer_than_they_need_be(browser: Browser, site: Path, path: str) -> None:
    with opened(browser, site.as_uri() + "/", path, 390) as watched:
        assert watched.look() == []
        assert watched.page.evaluate("document.documentElement.scrollHeight") < HEIGHTS[path][0]


def test_what_is_folded_is_opened_with_the_keyboard(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 390) as watched:
        page = watched.page
        for summary, shown in (
            ("#profit-pools .foot summary", "#profit-pools .tools"),
            ("#profit-pools .foot summary", "#profit-pools .source .folded"),
            ("#stack .stack-row:nth-child(2) summary", "#stack .stack-row:nth-child(2) .chip"),
            ("#changed .view > .fold summary", "#changed tbody tr:nth-child(9)"),
        ):
            page.reload()
            assert not visible(page, shown), shown
            page.locator(summary).first.focus()
            page.keyboard.press("Enter")
            expect(page.locator(shown).first).to_be_visible()
        assert watched.faults == []


def test_a_folded_claim_shows_its_verdict_and_opens_at_its_address(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "claims.html", 390) as watched:
        page = watched.page
        row = page.locator(".claim-row[data-verdict=supported]").first
        assert row.locator(".claim-number").is_visible() and not row.locator(".measure").is_visible()
        row.locator("summary").click()
        expect(row.locator(".measure")).to_be_visible()
        page.reload()
        page.goto(page.url.split("#")[0] + "#" + str(row.get_attribute("id")))
        expect(row.locator(".measure")).to_be_visible()


@pytest.mark.parametrize("path", ["index.html", "claims.html", "layers/ecosystem/hyperscalers.html", "methods.html"])
def test_without_scripts_and_in_print_nothing_is_folded(browser: Browser, site: Path, path: str) -> None:
    for scripts, media in ((False, "screen"), (True, "print")):
        context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=scripts)
        page = context.new_page()
        page.goto(f"{site.as_uri()}/{path}")
        page.emulate_media(media="print" if media == "print" else "screen")
        assert not visible(page, ".fold"), (path, media)
        assert page.locator(".source .folded").count() == sum(
            one.is_visible() for one in page.locator(".source .folded").all()
        )
        for shown in ("#stack .chip", ".claim-row .measure", "article dl", "#changed tbody tr:nth-child(9)"):
            if page.locator(shown).count():
                assert visible(page, shown), (path, media, shown)
        clamps = "() => [...document.querySelectorAll('.note')].filter(e => e.scrollHeight > e.clientHeight + 2).length"
        if scripts:
            assert page.evaluate(clamps) == 0
        context.close()
