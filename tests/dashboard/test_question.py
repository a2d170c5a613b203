"""The page of the central question: the answer that readers start from, and the one that each move gives."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest

from analytics import justification
from dashboard import site
from dashboard.cards import gap
from dashboard.ledger import Ledger
from dashboard.pages import question
from tests.dashboard import synthetic

TERMS = justification.defaults()


# methods.md: capex 100, 60 % equipment over 5 years and 40 % shell over 15 at 10 % is charged 21.09; with 15 of
# operating cost and a margin of 50 % it needs 72.2; with a life of 4 years 78.4; of 6 years 68.1.
@pytest.mark.parametrize(("life", "required"), [(5.0, 72.2), (4.0, 78.4), (6.0, 68.1)])
def test_each_hundred_dollars(life: float, required: float) -> None:
    parts = question.answer_parts(question.HUNDRED, "2025Q4", replace(TERMS, equipment_life=life))
    assert round(parts["required"], 1) == required
    if life == 5.0:
        assert round(parts["equipment_charge"] + parts["shell_charge"], 2) == 21.09
        assert parts["running"] == 15


def test_what_is_older_than_its_life_is_charged_no_more_but_still_run() -> None:
    rows = [
        {"calendar_quarter": q, "capital_usd": c} for q, c in (("2020Q1", 100.0), ("2025Q1", 100.0), ("2025Q2", 150.0))
    ]
    parts = question.answer_parts(rows, "2025Q2", TERMS)
    # Five years and a quarter after 2020Q1 its equipment is gone: 60 % of the last 50 alone.
    assert parts["equipment"] == pytest.approx(30)
    assert parts["shell"] == pytest.approx(60)
    assert parts["running"] == pytest.approx(22.5)
    half = question.answer_parts(rows, "2025Q2", replace(TERMS, ai_share=0.5))
    assert half["required"] == pytest.approx(parts["required"] / 2)


def test_fragility_names_the_assumptions_that_move_the_answer_most() -> None:
    low, high = question.fragility(question.HUNDRED, "2025Q4")
    # A tenth of the share is a tenth of the answer; a margin of 25 % instead of 50 % is twice it.
    assert low == (pytest.approx(7.22, abs=0.01), "share of capex that is for AI")
    assert high == (pytest.approx(144.4, abs=0.1), "gross margin of applications and models")


def test_page_states_the_finding_and_hands_its_script_the_steps(built: tuple[Path, site.SiteReport]) -> None:
    html = (built[0] / "question.html").read_text(encoding="utf-8")
    text = html.replace("\u00a0", " ")
    # 300 × .722 = 217; measured 50.
    assert "needs $217 bn a year; applications and models report $50 bn, from AI or not" in text
    held = re.search(r'id="justification">(.*?)</script>', html, re.S)
    assert held is not None
    data = json.loads(held[1])
    assert data["groups"]["together.all"] == {"2023Q1": 100e9, "2023Q2": 200e9}
    assert data["measures"] == {"measured": 50e9, "growth": 5e9, "rule": 60e9}
    assert data["defaults"]["equipment_life"] == 5
    assert "<script>alert" not in html


def test_without_a_final_quarter_there_is_no_page() -> None:
    tables = dict(synthetic.tables())
    tables["marts.justification"] = tables["marts.justification"].clear()
    ledger = Ledger(tables, synthetic.AS_OF)
    assert question.page(ledger) is None
    assert gap.card(ledger).views == []
