"""The central question in a browser: the script's answer is the formula's, and a link holds what a reader assumes."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from playwright.sync_api import Browser, Page

from analytics import justification
from dashboard import formats
from dashboard.pages import question
from tests.browser.look import opened

pytestmark = pytest.mark.browser


def rows_of(site: Path, buyers: str) -> list[dict[str, object]]:
    table = pl.read_parquet(site / "data" / "marts.justification.parquet").sort("calendar_quarter")
    wanted = (pl.col("buyers") == buyers) & (pl.col("capital") == "all") & pl.col("capital_usd").is_not_null()
    return table.filter(wanted).to_dicts()


def move(page: Page, assumption: str, value: float) -> None:
    page.locator(f"#a-{assumption}").evaluate(
        "(input, value) => { input.value = value; for (const kind of ['input', 'change'])"
        " input.dispatchEvent(new Event(kind, { bubbles: true })); }",
        value,
    )


def test_the_answer_is_the_formulas_by_default_and_when_moved(browser: Browser, site: Path) -> None:
    rows = rows_of(site, "together")
    quarter = str(next(row for row in reversed(rows) if row["status"] == "final")["calendar_quarter"])
    terms = justification.defaults()
    moved = replace(terms, equipment_life=4.0)
    twice = replace(moved, downstream_gross_margin=0.65)
    with opened(browser, site.as_uri() + "/", "question.html", 1280) as watched:
        page = watched.page

        def shown() -> tuple[str, str]:
            return (
                str(page.locator("#explorer [data-value=headline]").text_content()),
                str(page.locator("#explorer [data-example=required]").text_content()),
            )

        expected = [question.answer_parts(rows, quarter, t)["required"] for t in (terms, moved, twice)]
        assert shown() == (formats.dollars(expected[0]), "72.2")
        # The published series is computed with the defaults.
        assert expected[0] == pytest.approx(
            next(r["required_revenue_usd"] for r in rows if r["calendar_quarter"] == quarter)
        )
        move(page, "equipment_life", 4)
        assert shown() == (formats.dollars(expected[1]), "78.4")
        move(page, "downstream_gross_margin", 0.65)
        assert shown()[0] == formats.dollars(expected[2])
        address = page.url
        assert watched.look() == []
    with opened(browser, "", address, 390) as again:
        page = again.page
        assert page.locator("#explorer [data-value=headline]").text_content() == formats.dollars(expected[2])
        move(page, "equipment_life", 6)
        page.locator("[data-reset]").click()
        move(page, "equipment_life", 6)
        assert page.locator("#explorer [data-example=required]").text_content() == "68.1"
        page.locator("[data-choice=buyers] [data-value=neoclouds]").click()
        alone = question.answer_parts(rows_of(site, "neoclouds"), quarter, replace(terms, equipment_life=6.0))[
            "required"
        ]
        assert page.locator("#explorer [data-value=headline]").text_content() == formats.dollars(alone)
        assert again.look() == []
