"""Disclosed deals: every step names companies that are there, a document, and no more than it says."""

from datetime import date

import pytest
from pydantic import ValidationError

from analytics import deals
from analytics.stacks import load
from tests.analytics.frames import companies

STEP = {
    "deal": "a-b",
    "date": date(2025, 9, 22),
    "step": "announced",
    "from_id": "a",
    "to_id": "b",
    "kind": "purchase",
    "stated": "x",
    "document": "y",
    "document_date": date(2025, 9, 22),
    "checked": False,
}


def test_every_party_is_in_the_registry():
    known = set(load().companies["company_id"])
    assert {i for s in deals.declared() for i in (s.from_id, s.to_id)} <= known


def test_a_step_that_was_checked_says_where():
    assert all(step.url for step in deals.declared() if step.checked)


def test_a_letter_of_intent_is_announced_and_not_signed():
    (step,) = (s for s in deals.declared() if s.deal == "nvidia-openai")
    assert (step.step, step.amount_usd, step.date) == ("announced", 100e9, date(2025, 9, 22))


def test_an_amount_that_is_not_stated_stays_unknown():
    frame = deals.deals(load().companies)
    assert frame.filter(deal="amd-openai-warrant")["amount_usd"].to_list() == [None]
    assert frame.filter(kind="warrant")["amount_usd"].null_count() == frame.filter(kind="warrant").height


def test_deals_of_companies_that_are_not_there_and_of_later_days_are_left_out():
    known = companies("amd", "openai", "nvidia")
    found = deals.deals(known, date(2025, 10, 1))
    assert found.select("deal", "from_id", "to_id").rows() == [("nvidia-openai", "nvidia", "openai")]


@pytest.mark.parametrize(
    "change",
    [
        {"to_id": "a"},
        {"document_date": date(2025, 9, 21)},
        {"amount_usd": 0.0},
        {"amount_usd": -1.0},
        {"step": "rumoured"},
        {"source": "x"},
    ],
    ids=str,
)
def test_a_step_that_makes_no_sense_is_refused(change):
    assert deals.Step.model_validate(STEP)
    with pytest.raises(ValidationError):
        deals.Step.model_validate(STEP | change)
