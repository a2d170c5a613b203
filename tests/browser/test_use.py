"""What a reader does: switch views, share a link, download, change the theme, use the keyboard."""

import csv
import io
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.look import opened

pytestmark = pytest.mark.browser


def view_of(page: Page, card: str) -> str:
    shown = page.locator(f"#{card} .view:not([hidden])")
    return str(shown.get_attribute("data-view"))


def test_controls_work_with_the_keyboard_and_the_address_keeps_the_view(browser: Browser, site: Path) -> None:
    base = site.as_uri() + "/"
    with opened(browser, base, "index.html", 1280) as watched:
        page = watched.page
        before = page.locator("#margins .view:not([hidden]) h2").text_content()
        page.locator("#margins [data-value=operating_margin]").focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        assert view_of(page, "margins").startswith("gross_margin.")
        expect(page.locator("#margins [data-value=gross_margin]")).to_have_attribute("aria-pressed", "true")
        assert page.locator("#margins .view:not([hidden]) h2").text_content() != before
        page.locator("#capture [data-value=layer]").click()
        address = page.url
        assert watched.look() == []
    with opened(browser, "", address, 1280) as again:
        assert view_of(again.page, "margins") == "gross_margin.consolidated.ttm.aggregate.now"
        assert view_of(again.page, "capture") == "operating_income.layer"
        assert view_of(again.page, "profit-pools") == "operating_income.layer.peers"


def test_a_day_is_chosen_with_the_keyboard_and_the_link_shows_what_was_known_then(browser: Browser, site: Path) -> None:
    base = site.as_uri() + "/"
    with opened(browser, base, "index.html", 1280) as watched:
        page = watched.page
        for card, view in (
            ("margins", "operating_margin.consolidated.ttm.aggregate"),
            ("capex", "capex_to_revenue.ttm.aggregate"),
        ):
            chosen = page.locator(f"#{card} select[data-control=known]")
            page.locator(f"#{card} [data-value=median]").focus()
            page.keyboard.press("Tab")
            expect(chosen).to_be_focused()
            page.keyboard.press("ArrowDown")
            page.keyboard.press("ArrowDown")
            day = chosen.input_value()
            assert view_of(page, card) == f"{view}.{day}"
            on = str(chosen.locator("option:checked").text_content())
            shown = page.locator(f"#{card} .view:not([hidden])")
            assert f"as known on {on}" in str(shown.locator(".subtitle").text_content())
            assert f"as known on {on}" in str(shown.locator("[role=img]").get_attribute("aria-label"))
        assert watched.look() == []
        address, told = page.url, page.locator("#margins .view:not([hidden]) h2").text_content()
    with opened(browser, "", address, 390) as again:
        page = again.page
        assert view_of(page, "margins").endswith(f".{day}") and view_of(page, "capex").endswith(f".{day}")
        assert page.locator("#margins .view:not([hidden]) h2").text_content() == told
        expect(page.locator("#margins select[data-control=known]")).to_have_value(day)
        assert again.look() == []
        # What is not kept for past days is shown as known now, and the menu says so.
        page.locator("#margins [data-value=gross_margin]").click()
        expect(page.locator("#margins select[data-control=known]")).to_have_value("now")


def test_a_setting_that_no_view_has_with_the_others_moves_the_others(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        page = watched.page
        page.locator("#capture [data-value=layer]").click()
        assert view_of(page, "capture") == "operating_income.layer"
        page.locator("#capture [data-value=net_income]").click()
        assert view_of(page, "capture") == "net_income.consolidated"


def download(page: Page, card: str, what: str) -> tuple[str, bytes]:
    with page.expect_download() as waiting:
        page.locator(f"#{card} .view:not([hidden]) [data-do={what}]").click()
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def test_downloads_hold_the_figures_and_the_picture(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        page = watched.page
        watched.look()
        name, content = download(page, "profit-pools", "csv")
        assert name == "layer-ledger-profit-pools-operating_income-layer-peers.csv"
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert rows[0] == ["Layer", "Company", "Revenue", "Operating income", "Margin", "Twelve months to"]
        figures = [row for row in rows[1:] if row[2] != "n/a"]
        assert len(figures) > 30
        assert all(float(row[3]) / float(row[2]) == pytest.approx(float(row[4]), rel=1e-5) for row in figures)
        for card in ("profit-pools", "margins", "stress"):
            title = str(page.locator(f"#{card} .view:not([hidden]) h2").text_content())
            name, content = download(page, card, "svg")
            picture = ElementTree.fromstring(content)
            words = " ".join("".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text"))
            assert title.replace("\u00a0", " ") in words.replace("\u00a0", " ")
            assert "var(--" not in content.decode() and "Source" in words
            name, content = download(page, card, "png")
            assert content.startswith(b"\x89PNG") and len(content) > 20_000
        assert watched.faults == []


def test_text_that_a_spreadsheet_would_run_gets_an_apostrophe(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        page = watched.page
        page.locator("#profit-pools details.twin td").first.evaluate("cell => cell.textContent = '=cmd()'")
        _, content = download(page, "profit-pools", "csv")
        assert ",'=cmd()," in content.decode("utf-8-sig")


def test_theme_is_remembered_and_charts_follow_it(browser: Browser, address: str) -> None:
    with opened(browser, address, "index.html", 1280, color_scheme="light") as watched:
        page = watched.page
        watched.look()
        ink = "() => getComputedStyle(document.querySelector('#profit-pools svg text[font-weight]:not([stroke])')).fill"
        assert page.evaluate(ink) == "rgb(20, 24, 31)"  # #14181f
        page.locator("button.theme").click()
        assert page.evaluate(ink) == "rgb(240, 242, 245)"  # #f0f2f5
        page.reload()
        assert page.evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert watched.look() == []


def test_table_twin_opens_and_link_points_to_the_card(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 390) as watched:
        page = watched.page
        page.locator("#debt .view:not([hidden]) .fold summary").click()  # on a phone the tools are folded
        button = page.locator("#debt .view:not([hidden]) [data-do=table]")
        button.click()
        expect(button).to_have_attribute("aria-expanded", "true")
        expect(page.locator("#debt .view:not([hidden]) details.twin table")).to_be_visible()
        assert watched.look() == []  # the wide table scrolls in a box of its own
        page.locator("#debt .view:not([hidden]) [data-do=link]").click()
        assert page.url.endswith("#debt")


def test_skip_link_and_focus_rings(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        page = watched.page
        page.keyboard.press("Tab")
        expect(page.locator("a.skip")).to_be_focused()
        expect(page.locator("a.skip")).to_be_in_viewport()
        page.keyboard.press("Tab")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outline")
        assert re.search(r"2px", outline), outline


def test_hover_tells_the_figures(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        page = watched.page
        watched.look()
        block = page.locator("#profit-pools .view:not([hidden]) svg .mark-rect path").first
        block.scroll_into_view_if_needed()
        page.wait_for_timeout(300)  # scrolling hides the tip
        block.hover()
        expect(page.locator(".tip")).to_be_visible()
        assert page.locator(".tip b").text_content()


def test_pages_read_without_scripts(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280, java_script_enabled=False) as watched:
        page = watched.page
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator("#capex details.twin > summary").first).to_be_visible()
        expect(page.locator("#capex .controls")).to_be_hidden()
