"""The page of claims: counts in the headline, the strip of verdicts, and the way from a layer to its claims."""

from collections import Counter
from pathlib import Path

from dashboard import site
from dashboard.ledger import Ledger
from dashboard.pages import claims
from tests.dashboard import synthetic


def test_headline_counts_the_verdicts() -> None:
    counts = Counter({"supported": 15, "contradicted": 5, "mixed": 1, "not_testable": 16})
    assert (
        claims.headline(counts, 37) == "Of 37 claims, 15 hold, five are contradicted, one is mixed; 16 cannot be tested"
    )
    assert claims.headline(Counter({"not_testable": 2}), 2) == "None of 2 claims can be tested"
    assert claims.headline(Counter({"supported": 1}), 1) == "Of 1 claims, one holds"


def test_quarters_of_one_verdict_are_one_piece_of_the_strip() -> None:
    strip = claims._strips(Ledger(synthetic.tables(), synthetic.AS_OF))["alpha", "chips"]
    assert [(run.verdict, run.tip) for run in strip] == [
        ("contradicted", "contradicted, 2023\u00a0Q1 to 2023\u00a0Q2"),
        ("supported", "supported, 2023\u00a0Q3 to 2023\u00a0Q4"),
    ]
    # 2015Q1 to 2023Q4 are 36 quarters on 240 pixels: two quarters are 13.3, and the strip ends at its right edge.
    assert [run.width for run in strip] == [13.3, 13.3]
    assert strip[-1].x + strip[-1].width == claims.WIDTH


def test_page_says_how_firm_a_verdict_is_and_shows_names_as_text(built: tuple[Path, site.SiteReport]) -> None:
    html = (built[0] / "claims.html").read_text(encoding="utf-8")
    assert "stands in 3 of 4 other readings" in html
    assert "Of 3 claims, one holds, one is contradicted; one cannot be tested" in html
    assert "<script>alert" not in html
    about = (built[0] / "stack/alpha.html").read_text(encoding="utf-8")
    assert "claims.html#alpha-chips" in about and "claims.html#alpha-apps" not in about


def test_without_claims_there_is_no_page() -> None:
    tables = dict(synthetic.tables())
    tables["marts.claims"] = tables["marts.claims"].clear()
    assert claims.page(Ledger(tables, synthetic.AS_OF)) is None
