"""What a reader takes away: specifications, pictures, a frame, a link to the same view; and names that are hostile."""

import csv
import io
import json
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import altair as alt
import pytest
import vl_convert
from playwright.sync_api import Browser, expect

from tests.browser.look import opened
from tests.browser.test_use import download, view_of
from tests.dashboard import synthetic

pytestmark = pytest.mark.browser


def test_a_specification_is_whole_vega_lite_with_its_data(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        watched.look()
        for card, text in (("profit-pools", "NVIDIA"), ("margins", "Hyperscalers")):
            name, content = download(watched.page, card, "json")
            spec = json.loads(content)
            assert name.endswith(".json") and '"@' not in content.decode() and "var(--" not in content.decode()
            (alt.ConcatChart if "concat" in spec else alt.LayerChart).from_dict(spec)  # raises if it is not valid
            assert spec["title"]["text"] == watched.page.locator(f"#{card} .view:not([hidden]) h2").text_content()
            # Drawn by itself it shows what the page shows.
            drawn = vl_convert.vegalite_to_svg(spec)
            assert text in drawn
        assert watched.faults == []


def test_the_stack_is_taken_as_a_picture(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        _, content = download(watched.page, "stack", "svg")
        texts = [
            "".join(t.itertext()) for t in ElementTree.fromstring(content).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert {"Hyperscalers", "NVIDIA", "Measured"} <= {text.strip() for text in " | ".join(texts).split(" | ")}
        _, content = download(watched.page, "stack", "png")
        assert content.startswith(b"\x89PNG") and len(content) > 20_000
        assert watched.faults == []


def test_a_card_stands_alone_in_a_frame_with_its_view(browser: Browser, site: Path) -> None:
    base = site.as_uri() + "/"
    with opened(browser, base, "index.html", 1280) as watched:
        page = watched.page
        page.locator("#margins [data-value=median]").click()
        page.locator("#margins [data-value=quarter]").click()
        with page.expect_navigation():
            page.locator("#margins .view:not([hidden]) [data-do=embed]").click()
        assert "?embed=margins#" in page.url
        assert view_of(page, "margins") == "operating_margin.consolidated.quarter.median.now"
        expect(page.locator("#margins")).to_be_visible()
        for other in ("header.top", ".hero", "#profit-pools", "footer.end"):
            expect(page.locator(other)).to_be_hidden()
        assert watched.look() == []
        # In a frame of another page, as narrow as a phone.
    with opened(browser, base, "index.html?embed=stress&theme=dark", 390) as watched:
        expect(watched.page.locator("#stress svg.marks")).to_be_visible()
        assert watched.page.evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert watched.look() == []


def test_a_link_keeps_lens_basis_window_and_statistic(browser: Browser, address: str) -> None:
    with opened(browser, address, "index.html", 1280) as watched:
        page = watched.page
        page.locator("#capture [data-value=net_income]").click()
        page.locator("#margins [data-value=net_margin]").click()
        page.locator("#margins [data-value=quarter]").click()
        page.locator("#capex [data-value=median]").click()
        page.locator("details.menu summary").click()
        page.locator("details.menu a", has_text="The layer cake").click()
        page.wait_for_load_state()
        wanted = {
            "margins": "net_margin.consolidated.quarter.aggregate.now",
            "capture": "net_income.consolidated",
            "capex": "capex_to_revenue.ttm.median.now",
        }
        assert urlsplit(page.url).path == "/lenses/layer-cake.html"
        assert {card: view_of(page, card) for card in wanted} == wanted
        copied, told = page.url, page.locator("#margins .view:not([hidden]) h2").text_content()
    with opened(browser, "", copied, 1280) as again:
        assert {card: view_of(again.page, card) for card in wanted} == wanted
        assert again.page.locator("#margins .view:not([hidden]) h2").text_content() == told
        assert again.look() == []


@pytest.mark.parametrize("served", [False, True])
def test_search_finds_with_the_keyboard(browser: Browser, site: Path, address: str, served: bool) -> None:
    base = address if served else site.as_uri() + "/"
    with opened(browser, base, "layers/ecosystem/storage.html", 1280) as watched:
        page = watched.page
        page.keyboard.press("Control+k")
        page.keyboard.type("nvid")
        found = page.locator("dialog.search li a")
        expect(found.first).to_have_text("NVIDIAcompany")
        page.keyboard.press("ArrowDown")
        expect(found.first).to_be_focused()
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Escape")
        expect(page.locator("button.find")).to_be_focused()
        page.keyboard.press("/")
        page.keyboard.type("gross margin")
        expect(page.locator("dialog.search .told")).to_contain_text("found")
        with page.expect_navigation():
            page.keyboard.press("Enter")
        assert page.url == base + "methods.html#gross_margin"
        assert watched.faults == []


def test_hostile_names_are_text_everywhere(browser: Browser, hostile: Path) -> None:
    with opened(browser, hostile.as_uri() + "/", "index.html", 1280) as watched:
        page = watched.page
        page.on("dialog", lambda dialog: watched.faults.append(f"a script ran: {dialog.message}"))
        for path in ("index.html", "layers/alpha/neoclouds.html", "companies/hostile.html", "coverage.html"):
            watched.go(hostile.as_uri() + "/" + path)
            assert watched.look() == [], path
            assert synthetic.HOSTILE in page.locator("main").inner_text(), path
        watched.go(hostile.as_uri() + "/index.html")
        _, content = download(page, "profit-pools", "csv")
        names = [row[1] for row in csv.reader(io.StringIO(content.decode("utf-8-sig")))]
        assert "'" + synthetic.HOSTILE in names
        _, content = download(page, "profit-pools", "svg")
        assert not [e for e in ElementTree.fromstring(content).iter() if e.tag.endswith("}script")]
        page.keyboard.press("/")
        page.keyboard.type("=cmd")
        expect(page.locator("dialog.search li a").first).to_contain_text(synthetic.HOSTILE)
        assert watched.faults == []


def test_a_download_that_the_browser_forbids_is_said(browser: Browser, site: Path) -> None:
    with opened(browser, site.as_uri() + "/", "index.html", 1280) as watched:
        page = watched.page
        page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = () => { throw new DOMException('no'); }; }")
        page.locator("#capex .view:not([hidden]) [data-do=png]").click()
        expect(page.locator("#capex .refused")).to_contain_text("run `layerledger serve`")
        assert watched.faults == []
