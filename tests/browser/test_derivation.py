"""Where a number comes from: on a company's page, by mouse and by keyboard."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.look import opened

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_a_number_leads_to_its_filing(browser: Browser, site: Path, width: int) -> None:
    # NVIDIA, quarter ended 2026-01-25: 10-K of 2026-02-25 less the 10-Q of 2025-11-19.
    with opened(browser, site.as_uri() + "/", "companies/nvidia.html", width) as watched:
        page = watched.page
        button = page.locator("#metrics tr", has_text="Operating margin").locator(
            "[data-why='operating_margin 2025Q4']"
        )
        button.focus()
        page.keyboard.press("Enter")
        tree = page.locator("dialog.derivation")
        expect(tree).to_be_visible()
        told = tree.inner_text()
        assert "60.4%" in told  # 130,387 / 215,938
        assert "0001045810-26-000021" in told and "less us-gaap:OperatingIncomeLoss" in told
        page.keyboard.press("Escape")
        expect(tree).to_be_hidden()
        expect(button).to_be_focused()
        assert watched.look() == []
