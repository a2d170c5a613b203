"""The stack map by keyboard, by address, on a phone and without a script."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.look import opened

pytestmark = pytest.mark.browser
MAP = "stack/ecosystem.html"


def test_map_works_with_the_keyboard_alone_and_the_address_keeps_it(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", MAP, 1280) as watched:
        page = watched.page
        about = page.locator(".about-layer:visible")
        expect(about).to_have_count(1)
        # One stop for the tab key among twelve boxes; arrows move between them.
        assert page.locator("svg.wide-map .node[tabindex='0']").count() == 1
        page.locator("svg.wide-map .node[tabindex='0']").focus()
        page.keyboard.press("Home")
        expect(page.locator("svg.wide-map .node[data-layer=applications]")).to_be_focused()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowRight")
        expect(page.locator("svg.wide-map .node[data-layer=neoclouds]")).to_be_focused()
        page.keyboard.press("Enter")
        expect(about.locator("h2")).to_have_text("Neoclouds")
        expect(about).to_contain_text("Lambda")
        page.locator("#map [data-value=capex]").first.click()
        page.locator("#map [data-choice=colour] [data-value=capex]").click()
        address = page.url
        assert watched.look() == []
    with opened(browser, "", address, 390) as again:
        page = again.page
        assert page.locator("#map .view:not([hidden])").get_attribute("data-view") == "capex"
        assert page.locator("#map .view:not([hidden]) svg.narrow-map").get_attribute("data-colour") == "capex"
        # On a phone the details come up from below when a box is chosen, and Escape puts them away.
        expect(page.locator("#layer")).to_be_hidden()
        page.locator("#map .view:not([hidden]) svg.narrow-map .node[data-layer=storage]").click()
        expect(page.locator("#layer .about-layer:visible h2")).to_have_text("Storage")
        page.keyboard.press("Escape")
        expect(page.locator("#layer")).to_be_hidden()
        assert again.look() == []


def test_map_without_a_script_is_a_list_of_all_layers(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", MAP, 1280, java_script_enabled=False) as watched:
        expect(watched.page.locator(".about-layer:visible")).to_have_count(12)
        expect(watched.page.locator(".about-layer", has_text="OpenAI").first).to_be_visible()
