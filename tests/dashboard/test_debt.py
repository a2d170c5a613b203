"""The page of debt and stress: figures with their rank, what cannot be paid, and the unknown with its reason."""

import re

import polars as pl

from analytics.contracts import conform, table
from dashboard.ledger import Ledger
from dashboard.pages import debt
from tests.dashboard import synthetic


def made() -> Ledger:
    contract = table("marts.stress")
    blank = {column.name: None for column in contract.columns} | {
        "lens": "alpha", "layer": "neoclouds", "window": "ttm", "calendar_quarter": "2025Q4", "n_members": 1,
        "n_ranked": 9, "n_measured": 1, "status": "final",
    }  # fmt: skip
    rows = [
        {"kind": "layer", "subject": "neoclouds", "component": "capex_to_ocf", "value": 5.0, "standing": "measured",
         "rank": 1},
        {"kind": "company", "subject": "hostile", "component": "capex_to_ocf", "value": 5.0, "standing": "measured",
         "rank": 2, "calendar_quarter": "2025Q3"},
        {"kind": "company", "subject": "hostile", "component": "debt_to_ebitda", "standing": "strained", "rank": 1},
        {"kind": "company", "subject": "hostile", "component": "net_debt", "standing": "unknown",
         "null_reason": "no total debt", "n_measured": 0},
        {"kind": "company", "subject": "openai", "component": "net_debt", "standing": "unknown", "layer": "models",
         "null_reason": "private: publishes no accounts", "n_measured": 0},
    ]  # fmt: skip
    frame = conform(pl.DataFrame([blank | row for row in rows], schema=contract.polars_schema), contract)
    return Ledger(dict(synthetic.tables()) | {"marts.stress": frame}, synthetic.AS_OF)


def test_every_company_is_there_with_its_components_and_what_is_missing() -> None:
    ledger = made()
    page = debt.page(ledger, ledger.lenses[0])
    assert page is not None
    layers, companies = page.context["tables"]  # type: ignore[misc]
    body = str(companies["body"])
    assert "500%<small>2025\u00a0Q3</small><small>2 of 9</small>" in body  # known for an older quarter only
    assert "nothing to pay with<small>1 of 9</small>" in body
    assert re.search(r'stress-unknown-cell" title="no total debt">n/a', body)
    assert "private: publishes no accounts" in body
    assert "<script>" not in body and "&lt;script&gt;" in body
    assert companies["title"] == "1 of 2 companies have at least one component"
    assert "500%<small>1 of 9</small>" in str(layers["body"])
    assert "n/a" in str(layers["body"]) and ">0" not in str(layers["body"])


def test_what_is_known_of_most_stands_first() -> None:
    ledger = made()
    page = debt.page(ledger, ledger.lenses[0])
    assert page is not None
    for told in page.context["tables"]:  # type: ignore[attr-defined]
        heads = re.findall(r'<th scope="col" class="num">([^<]+)</th>', str(told["body"]))
        assert heads[:3] == ["Capex ÷ cash flow", "Debt ÷ EBITDA", "EBIT ÷ interest"]  # of two, of one, of none
        assert sorted(heads) == sorted(debt.HEADS.values())


def test_without_the_table_the_charts_stand_alone() -> None:
    ledger = Ledger(synthetic.tables(), synthetic.AS_OF)
    page = debt.page(ledger, ledger.lenses[0])
    assert page is not None and page.context["tables"] == []
    assert debt.page(ledger, ledger.lenses[1]) is None
