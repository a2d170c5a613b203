"""Explain: the tree from a metric to its observations, formed again from the leaves."""

from collections.abc import Iterator

import polars as pl
import pytest

from analytics import explain, metrics, statements
from analytics.contracts import empty, table
from tests.analytics.facts import companies, no_rates, observation, observations

REVENUE, INCOME = "us-gaap:Revenues", "us-gaap:OperatingIncomeLoss"
QUARTERS = (("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"))


def tables(*rows: dict[str, object], **changed: pl.DataFrame) -> dict[str, pl.DataFrame]:
    raw, company = observations(*rows), companies()
    derived = statements.derive(raw, company, no_rates())
    prices = empty(table("core.prices"))
    return {
        "raw.observations": raw,
        "core.company_quarters": derived.quarters,
        "core.gaps": derived.gaps,
        "core.prices": prices,
        "marts.disagreements": derived.disagreements,
        "marts.company_metrics": metrics.company_metrics(derived.quarters, company, prices),
        **changed,
    }


def filed(concept: str, quarters: tuple[float, ...], year: float, source: str = "sec") -> list[dict[str, object]]:
    rows = [
        observation(concept, f"2025-{a}", f"2025-{b}", v * 1e6, "2025-11-01", source=source, reference=f"10-Q to {b}")
        for (a, b), v in zip(QUARTERS, quarters, strict=True)
    ]
    whole = observation(concept, "2025-01-01", "2025-12-31", year * 1e6, "2026-02-15", source=source, reference="10-K")
    return [*rows, whole]


def nodes(node: explain.Node) -> Iterator[explain.Node]:
    yield node
    for child in node.children:
        yield from nodes(child)


def test_a_fourth_quarter_is_explained_down_to_the_filings():
    nine = [
        observation(c, "2025-01-01", "2025-09-30", v * 1e6, "2025-11-01", reference="10-Q nine months")
        for c, v in ((REVENUE, 300), (INCOME, 60))
    ]
    tree = explain.explain(
        tables(*filed(REVENUE, (90, 100, 110), 420), *filed(INCOME, (10, 20, 30), 84), *nine),
        "acme", "operating_margin", "2025Q4",
    )  # fmt: skip
    quarter, year = tree.children
    assert quarter.value == pytest.approx(24 / 120)  # 84 − 60 over 420 − 300
    assert year.value == pytest.approx(84 / 420)
    assert quarter.detail == year.detail == "agrees with marts.company_metrics"
    leaves = [(n.label, n.value) for n in nodes(quarter) if "2025-01-01" in n.label]
    assert leaves == [
        ("us-gaap:OperatingIncomeLoss, 2025-01-01 to 2025-12-31", 84e6),
        ("less us-gaap:OperatingIncomeLoss, 2025-01-01 to 2025-09-30", 60e6),
        ("us-gaap:Revenues, 2025-01-01 to 2025-12-31", 420e6),
        ("less us-gaap:Revenues, 2025-01-01 to 2025-09-30", 300e6),
    ]
    assert any("10-Q nine months" in n.detail for n in nodes(quarter))


def test_three_quarters_that_stand_for_nine_months_are_all_shown():
    rows = [*filed(REVENUE, (90, 100, 110), 420, "sec_derived"), *filed(INCOME, (10, 20, 30), 84, "sec_derived")]
    tree = explain.explain(tables(*rows), "acme", "operating_margin", "2025Q4")
    less = [n.value for n in nodes(tree.children[0]) if n.label.startswith("less us-gaap:Revenues")]
    assert less == [90e6, 100e6, 110e6]


def test_a_stored_figure_that_does_not_follow_is_called_a_contradiction():
    good = tables(*filed(REVENUE, (90, 100, 110), 420), *filed(INCOME, (10, 20, 30), 84))
    wrong = good["marts.company_metrics"].with_columns(pl.col("value") * 1.01)
    tree = explain.explain(good | {"marts.company_metrics": wrong}, "acme", "operating_margin", "2025Q3")
    assert "CONTRADICTION" in tree.children[0].detail


def test_what_is_unknown_says_why():
    tree = explain.explain(tables(*filed(REVENUE, (90, 100, 110), 420)), "acme", "operating_margin", "2025Q3")
    quarter = tree.children[0]
    assert (quarter.value, quarter.detail) == (None, "null: no operating income")
    assert quarter.children[0].detail == "unknown: no source states it"


def test_a_statement_that_is_not_used_is_shown_with_its_difference():
    # Net income with minorities, 55, beside the parent's 50: +10 %.
    rows = [
        observation("us-gaap:NetIncomeLoss", "2025-01-01", "2025-03-31", 50e6, "2025-05-01"),
        observation("us-gaap:ProfitLoss", "2025-01-01", "2025-03-31", 55e6, "2025-05-01"),
        *filed(REVENUE, (90, 100, 110), 420),
    ]
    tree = explain.explain(tables(*rows), "acme", "net_margin", "2025Q1")
    unused = [n for n in nodes(tree.children[0]) if n.label.startswith("not used")]
    assert [(n.value, n.detail) for n in unused] == [(55e6, "likely minority, off by +10.00%")]


def test_free_cash_flow_is_explained_by_its_parts():
    cash, capex = (
        "us-gaap:NetCashProvidedByUsedInOperatingActivities",
        "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment",
    )
    rows = [
        observation(cash, "2025-01-01", "2025-03-31", 1000e6, "2025-05-01"),
        observation(capex, "2025-01-01", "2025-03-31", 400e6, "2025-05-01"),
        observation(REVENUE, "2025-01-01", "2025-03-31", 2000e6, "2025-05-01"),
    ]
    tree = explain.explain(tables(*rows), "acme", "fcf_margin", "2025Q1")
    assert tree.children[0].value == pytest.approx(0.3)  # (1,000 − 400) / 2,000
    assert {n.label.split(",")[0] for n in nodes(tree.children[0])} >= {"Operating cash flow", "Capital expenditure"}


@pytest.mark.parametrize(
    ("metric", "quarter", "message"),
    [
        ("operating_margn", "2025Q1", "no metric 'operating_margn'; there are: .*operating_margin"),
        ("operating_margin", "2031Q1", "nothing is known of acme in calendar quarter '2031Q1'; known are 2025Q1"),
    ],
)
def test_a_question_without_answer_says_what_there_is(metric, quarter, message):
    with pytest.raises(explain.Unexplained, match=message):
        explain.explain(tables(*filed(REVENUE, (90, 100, 110), 420)), "acme", metric, quarter)


def test_growth_over_two_bases_is_explained_as_unknown():
    # The first quarter of 2025 is restated from 90 to 60 in 2026, that of 2024 is not: 60 after 80 is no growth.
    rows = [
        observation(REVENUE, start, end, value * 1e6, known)
        for start, end, value, known in (
            ("2024-01-01", "2024-03-31", 80, "2024-05-01"),
            ("2024-04-01", "2024-06-30", 80, "2024-08-01"),
            ("2024-07-01", "2024-09-30", 80, "2024-11-01"),
            ("2024-10-01", "2024-12-31", 80, "2025-02-15"),
            ("2025-01-01", "2025-03-31", 90, "2025-05-01"),
            ("2025-01-01", "2025-03-31", 60, "2026-05-01"),
        )
    ]
    quarter, year = explain.explain(tables(*rows), "acme", "revenue_growth_yoy", "2025Q1").children
    assert (quarter.value, quarter.detail) == (None, "null: revenue: restated since the year before")
    assert (quarter.children[0].value, quarter.children[0].detail) == (None, "restated since the year before")
    assert [n.value for n in quarter.children[0].children] == [80e6, 60e6]
    assert (year.value, year.detail) == (None, "null: revenue: restated within the twelve months")
    four = next(n for n in nodes(year) if n.label == "Revenue, four quarters to 2025Q1")
    assert (four.value, four.detail) == (None, "restated within the twelve months")
