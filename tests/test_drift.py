"""Documentation that says what the code says: generated pages are fresh, links lead somewhere, names exist."""

import re
from pathlib import Path

import pytest

from analytics.contracts import TABLES, dictionary
from analytics.items import ITEMS

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("assets/**/*.md")])


def test_the_data_dictionary_is_fresh():
    assert (ROOT / "docs/tables.md").read_text(encoding="utf-8") == dictionary.markdown(), "run: make docs"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_and_named_files_exist(page):
    text = page.read_text(encoding="utf-8")
    links = [
        link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link and not link.startswith("mailto:")
    ]
    files = re.findall(r"`((?:analytics|assets|dashboard|pipelines|tests|docs)/[\w./-]+)`", text)
    missing = [link for link in links if not (page.parent / link).exists()]
    missing += [name for name in files if not (ROOT / name).exists()]
    assert not missing


def test_every_layer_of_code_says_what_belongs_in_it():
    silent = [
        str(path.relative_to(ROOT))
        for package in ("analytics", "assets", "dashboard", "pipelines")
        for path in (ROOT / package).rglob("*.py")
        if not path.read_text(encoding="utf-8").lstrip().startswith('"""')
    ]
    assert not silent


def test_every_table_and_column_is_described():
    for table in TABLES:
        assert table.grain.startswith("One row per "), table.full_name
        for column in table.columns:
            assert column.description.endswith("."), f"{table.full_name}.{column.name}"


def test_items_are_the_contracts():
    # design.md, Public contract, Items.
    assert [i.id for i in ITEMS] == [
        "revenue",
        "cost_of_revenue",
        "gross_profit",
        "research_and_development",
        "selling_general_administrative",
        "operating_income",
        "interest_expense",
        "pretax_income",
        "income_tax",
        "net_income",
        "depreciation_amortization",
        "stock_based_compensation",
        "operating_cash_flow",
        "capex",
        "finance_lease_additions",
        "free_cash_flow",
        "cash",
        "short_term_investments",
        "current_debt",
        "long_term_debt",
        "total_debt_ex_leases",
        "lease_liabilities",
        "total_debt",
        "equity",
        "total_assets",
        "net_ppe",
        "inventory",
        "shares_outstanding",
        "diluted_shares",
    ]
