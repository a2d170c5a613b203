"""The page of a company: its numbers are the tables', and each leads to the observations it rests on."""

import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import polars as pl
import pytest

from analytics import metrics, statements
from analytics.contracts import empty, table
from dashboard import site
from dashboard.pages.company import _bases, millions
from tests.analytics.facts import companies, no_rates, observation, observations
from tests.dashboard import synthetic

REVENUE, INCOME = "us-gaap:Revenues", "us-gaap:OperatingIncomeLoss"
FILED = [
    (REVENUE, "2025-01-01", "2025-03-31", 90, "2025-05-01", "10-Q-1"),
    (REVENUE, "2025-01-01", "2025-06-30", 190, "2025-08-01", "10-Q-2"),
    (REVENUE, "2025-04-01", "2025-06-30", 100, "2025-08-01", "10-Q-2"),
    (REVENUE, "2025-07-01", "2025-09-30", 110, "2025-11-01", "10-Q-3"),
    (REVENUE, "2025-01-01", "2025-09-30", 300, "2025-11-01", "10-Q-3"),
    (REVENUE, "2025-01-01", "2025-12-31", 420, "2026-02-15", "10-K"),
    (INCOME, "2025-01-01", "2025-09-30", 60, "2025-11-01", "10-Q-3"),
    (INCOME, "2025-07-01", "2025-09-30", 30, "2025-11-01", "10-Q-3"),
    (INCOME, "2025-01-01", "2025-12-31", 84, "2026-02-15", "10-K"),
]


class Cells(HTMLParser):
    """The numbers of the page that can be explained: what they show, and what explains them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._why: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "button" and dict(attrs).get("class") == "why":
            self._why = dict(attrs)["data-why"]

    def handle_data(self, data: str) -> None:
        if self._why is not None:
            self.found.append((self._why, data))
            self._why = None


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    rows = [observation(c, s, e, v * 1e6, k, company="adobe", reference=r) for c, s, e, v, k, r in FILED]
    rows.append(observation("us-gaap:ProfitLoss", "2025-01-01", "2025-03-31", 11e6, "2025-05-01", company="adobe"))
    rows.append(observation("us-gaap:NetIncomeLoss", "2025-01-01", "2025-03-31", 10e6, "2025-05-01", company="adobe"))
    raw, company = observations(*rows), companies("adobe")
    derived = statements.derive(raw, company, no_rates())
    given = dict(synthetic.tables())
    others = given["core.company_quarters"].filter(pl.col("company_id") != "adobe")
    ratios = metrics.company_metrics(derived.quarters, company, empty(table("core.prices")))
    given |= {
        "raw.observations": raw,
        "core.company_quarters": pl.concat([others, derived.quarters]),
        "core.company_years": derived.years,
        "core.gaps": derived.gaps,
        "marts.disagreements": derived.disagreements,
        "marts.restatements": derived.restatements,
        "marts.company_metrics": pl.concat(
            [given["marts.company_metrics"].filter(pl.col("company_id") != "adobe"), ratios]
        ),
    }
    folder: Path = tmp_path_factory.mktemp("site")
    site.build(given, folder, run_id="0123456789ab", as_of=date(2026, 6, 30), version="9.9.9")
    return (folder / "companies/adobe.html").read_text(encoding="utf-8")


def explained(page: str) -> dict[str, list[list[object]]]:
    found = re.search(r'<script type="application/json" id="explained">(.*?)</script>', page, re.S)
    assert found
    return json.loads(found[1])


def cells(page: str) -> list[tuple[str, str]]:
    reader = Cells()
    reader.feed(page)
    return reader.found


def test_every_statement_number_is_the_figure_that_explains_it(page: str) -> None:
    figures = explained(page)["figures"]
    numbers = [(figures[int(why)], text) for why, text in cells(page) if " " not in why]
    assert len(numbers) >= 7
    for figure, text in numbers:
        assert millions(figure[4]) == text


def test_a_derived_quarter_leads_to_both_of_its_filings(page: str) -> None:
    known = explained(page)
    fourth = next(f for f in known["figures"] if f[0] == "revenue" and f[2] == "2025-12-31" and f[7] == "q4_from_year")
    year, nine_months = (known["observations"][at] for at in fourth[-1])
    assert (fourth[4], year[3], nine_months[3]) == (120e6, 420e6, 300e6)
    assert (year[5], nine_months[5]) == ("10-K", "10-Q-3")


def test_a_metric_names_its_quarter_and_its_parts(page: str) -> None:
    metric = [text for why, text in cells(page) if why == "operating_margin 2025Q4"]
    assert metric == ["20.0%"]  # 84 / 420
    title, _, amounts = explained(page)["metrics"]["operating_margin"]
    assert (title, [a[2] for a in amounts]) == ("Operating margin", [[["operating_income", 1]], [["revenue", 1]]])


def test_what_is_unknown_or_disputed_is_told(page: str) -> None:
    assert "no year-to-date figure one quarter shorter" in page  # operating income of the first half
    assert "us-gaap:ProfitLoss" in page and "minority" in page


def test_a_company_that_is_not_listed_has_no_page(page: str, built: tuple[Path, site.SiteReport]) -> None:
    assert "companies/openai.html" not in built[1].pages
    assert {p for p in built[1].pages if p.startswith("companies/")} == {
        f"companies/{firm.company_id}.html" for firm in synthetic.FIRMS
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [(81_273e6, "81,273"), (-2.5e6, "−2.5"), (-12_000e6, "−12,000"), (0.0, "0"), (4e5, "0.4"), (None, "n/a")],
)
def test_millions(value: float | None, text: str) -> None:
    assert millions(value) == text


def test_amounts_of_won_are_in_billions_and_lose_nothing(tmp_path: Path) -> None:
    given = dict(synthetic.tables())
    won = pl.when(pl.col("company_id") == "adobe").then(pl.lit("KRW")).otherwise(pl.col("currency"))
    given["core.companies"] = given["core.companies"].with_columns(currency=won)
    given["core.company_quarters"] = given["core.company_quarters"].with_columns(
        value=pl.when(pl.col("company_id") == "adobe").then(133_873_443e6).otherwise(pl.col("value")), currency=won
    )
    site.build(given, tmp_path, run_id="0123456789ab", as_of=synthetic.AS_OF, version="9.9.9")
    text = (tmp_path / "companies/adobe.html").read_text(encoding="utf-8")
    sheet = re.search(r'id="quarters".*?</section>', text, re.S)
    assert sheet and "Billions of KRW (share counts in millions)" in sheet[0]
    assert "<data value=133873443000000>133,873</data>" in sheet[0]
    other = (tmp_path / "companies/amd.html").read_text(encoding="utf-8")
    assert "Millions of USD" in other and "<data" not in other.split('id="quarters"')[1].split("</section>")[0]


def test_items_with_figures_on_another_basis_are_told() -> None:
    # The first quarter of 2025 is restated by a sixth in 2026; of 2024 nothing is said again.
    rows = [
        (REVENUE, "2024-01-01", "2024-03-31", 80, "2024-05-01"),
        (REVENUE, "2025-01-01", "2025-03-31", 90, "2025-05-01"),
        (REVENUE, "2025-01-01", "2025-03-31", 75, "2026-05-01"),
    ]
    raw = observations(*(observation(c, s, e, v * 1e6, k) for c, s, e, v, k in rows))
    quarters = statements.derive(raw, companies(), no_rates()).quarters
    assert _bases(quarters) == [{"item": "revenue", "since": date(2026, 5, 1), "last": date(2024, 3, 31)}]
