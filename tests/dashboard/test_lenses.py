"""The lenses side by side: one total, what each places, and who stands in several layers."""

from pathlib import Path

import polars as pl

from analytics.contracts import conform, table
from dashboard import findings, site
from dashboard.cards import universe
from dashboard.ledger import Ledger
from dashboard.pages import lenses
from tests.dashboard import synthetic
from tests.dashboard.test_changes import ledger_with

NBSP = "\u00a0"


def rows(beta_total: float) -> list[dict[str, object]]:
    common = {
        "basis": "layer", "window": "ttm", "item": "operating_income", "calendar_quarter": "2025Q4", "n_companies": 7,
        "n_placed": 5, "listed_usd": 100e9,
    }  # fmt: skip
    return [
        common | {"lens": "alpha", "placed_usd": 60e9, "remainder_usd": 30e9, "unplaced_usd": 10e9, "total_usd": 100e9},
        common
        | {"lens": "beta", "placed_usd": 20e9, "remainder_usd": 0.0, "unplaced_usd": 80e9, "total_usd": beta_total},
    ]


def test_equal_totals_are_the_finding_and_unequal_ones_are_not_claimed() -> None:
    view = universe.card(ledger_with("marts.universe", rows(100e9))).views[0]
    assert view.title == (
        f"Under every lens the same $100{NBSP}bn of operating income: alpha places 60% of it, beta 20%"
    )
    parts = [(p["x"], p["x2"]) for p in view.pictures["wide"].data["pieces"] if p["row"] == 0.5]
    assert parts == [(0, 60), (60, 90), (90, 100)]
    other = universe.card(ledger_with("marts.universe", rows(101e9))).views[0]
    assert other.title == f"Operating income placed by each lens, twelve months to 2025{NBSP}Q4"


def test_the_widest_span_is_told_only_where_it_is_one() -> None:
    spans = [("Alphabet", "The layer cake", 4, 5), ("OpenAI", "The layer cake", 2, 5)]
    assert (
        findings.widest_span(spans) == "Alphabet stands in four of five layers of the layer cake, more than anyone else"
    )
    assert findings.widest_span([spans[0], ("Amazon", "Alpha", 4, 9)]) is None
    assert findings.widest_span([]) is None


def test_companies_in_several_layers_are_listed_with_them() -> None:
    contract = table("marts.integration")
    made = [
        {"lens": "alpha", "company_id": "alphabet", "n_layers": 2, "n_measured_layers": 1, "n_members": 2,
         "layers": "models, hyperscalers"},
        {"lens": "alpha", "company_id": "amd", "n_layers": 1, "n_measured_layers": 1, "n_members": 1,
         "layers": "compute-memory"},
    ]  # fmt: skip
    frame = conform(pl.DataFrame(made, schema=contract.polars_schema), contract)
    page = lenses.page(Ledger(dict(synthetic.tables()) | {"marts.integration": frame}, synthetic.AS_OF))
    assert [(row["name"], row["cells"]) for row in page.context["spans"]] == [  # type: ignore[attr-defined]
        ("Alphabet", [["Models", "Hyperscalers"], []])
    ]


def test_layers_without_figures_say_so(built: tuple[Path, site.SiteReport]) -> None:
    html = (built[0] / "lenses.html").read_text(encoding="utf-8")
    # Models and observability.
    assert "2 of 6 layers have no operating income that anyone can know" in html
    assert "0 of 1 measured" in html
