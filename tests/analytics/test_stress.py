"""Stress: components with what is missing and why, ranks among those measured, nobody left out."""

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, metrics, stress
from tests.analytics.frames import (
    companies,
    company,
    figure,
    flat,
    labels,
    layers,
    member,
    memberships,
    no_prices,
    quarters,
    segments,
    shifted,
)

Q = "2025Q3"
YEAR = labels("2024Q4", 4)


def ranked(rows: pl.DataFrame, *members: dict[str, object], people: pl.DataFrame | None = None) -> pl.DataFrame:
    joined = memberships(*members)
    if people is None:
        people = companies(*sorted(set(joined["company_id"])))
    declared = layers(*sorted(set(joined["layer"])))
    own = metrics.company_metrics(rows, people, no_prices())
    by_layer = aggregate.layer_metrics(rows, segments(), joined, declared, people, no_prices())
    return stress.stress(own, by_layer, rows, segments(), joined, people)


def one(frame: pl.DataFrame, subject: str, component: str, window: str = "ttm", **where: str) -> dict[str, object]:
    where = {"kind": "company", "calendar_quarter": Q} | where
    found = frame.filter(subject=subject, component=component, window=window, **where)
    assert found.height == 1
    return found.row(0, named=True)


def year(name: str, **items: float) -> list[dict[str, object]]:
    """So much a quarter, and balances at the end of the year."""
    stocks = {"total_debt", "cash", "short_term_investments"}
    flows = {i: v for i, v in items.items() if i not in stocks}
    return flat(name, YEAR[0], 4, **flows) + flat(name, Q, 1, **{i: v for i, v in items.items() if i in stocks})


class TestCoverage:
    def test_interest_coverage_is_read_on_ebit_first(self):
        # CoreWeave in the third quarter of 2025: EBIT 51.85 over interest of 310.56 is 0.17 times.
        first, second = stress.COMPONENTS[:2]
        assert (first.metric, second.metric) == ("interest_coverage_ebit", "interest_coverage_ebitda")
        rows = quarters(
            figure("coreweave", "operating_income", Q, 51.85), figure("coreweave", "interest_expense", Q, 310.56)
        )
        row = one(ranked(rows, member("neoclouds", "coreweave")), "coreweave", "interest_coverage_ebit", "quarter")
        assert row["value"] == pytest.approx(0.17, abs=0.005)
        assert (row["standing"], row["rank"], row["n_ranked"]) == ("measured", 1, 1)

    def test_the_most_strained_comes_first(self):
        # EBIT over interest of 10: −5, 2 and 8 times; the loss is the most strained.
        rows = quarters(
            *(year(n, operating_income=10 * times, interest_expense=10) for n, times in (("a", 8), ("b", -5), ("c", 2)))
        )
        frame = ranked(rows, *(member("x", n) for n in "abc"))
        assert [one(frame, n, "interest_coverage_ebit")["rank"] for n in "abc"] == [3, 1, 2]

    def test_equals_share_a_rank(self):
        rows = quarters(*(year(n, operating_income=v, interest_expense=1) for n, v in (("a", 2), ("b", 2), ("c", 9))))
        frame = ranked(rows, *(member("x", n) for n in "abc"))
        assert [one(frame, n, "interest_coverage_ebit")["rank"] for n in "abc"] == [1, 1, 3]


class TestRatiosWithoutMeaning:
    def test_debt_and_no_earnings_to_set_against_it_is_strained_beyond_every_value(self):
        # a owes 100 years of EBITDA, b owes 1 and loses money.
        rows = quarters(
            year("a", operating_income=1, depreciation_amortization=0, total_debt=400),
            year("b", operating_income=-1, depreciation_amortization=0, total_debt=1),
        )
        frame = ranked(rows, member("x", "a"), member("x", "b"))
        worst, other = one(frame, "b", "debt_to_ebitda"), one(frame, "a", "debt_to_ebitda")
        assert (worst["value"], worst["standing"], worst["rank"]) == (None, "strained", 1)
        assert worst["null_reason"] == "not meaningful: EBITDA ≤ 0"
        assert (other["value"], other["rank"], other["n_ranked"]) == (pytest.approx(100), 2, 2)

    def test_no_debt_and_no_earnings_is_calm(self):
        rows = quarters(year("b", operating_income=-1, depreciation_amortization=0, total_debt=0))
        row = one(ranked(rows, member("x", "b")), "b", "debt_to_ebitda")
        assert (row["standing"], row["rank"], row["n_ranked"]) == ("calm", None, 0)

    def test_who_burns_no_cash_is_calm_and_not_ranked(self):
        rows = quarters(
            year("a", free_cash_flow=5, cash=10), year("b", free_cash_flow=-5, cash=10), year("c", free_cash_flow=-1)
        )
        frame = ranked(rows, *(member("x", n) for n in "abc"))
        told = {n: one(frame, n, "cash_runway") for n in "abc"}
        assert [told[n]["standing"] for n in "abc"] == ["calm", "measured", "unknown"]
        # 10 of cash at a burn of 20 a year.
        assert told["b"]["value"] == pytest.approx(0.5)
        assert (told["b"]["rank"], told["b"]["n_ranked"], told["c"]["null_reason"]) == (1, 1, "no cash")


class TestNobodyIsLeftOut:
    def frame(self) -> pl.DataFrame:
        people = companies(
            company("coreweave", listed_from=date(2025, 3, 28)), company("lambda", status="private"), "meta"
        )
        return ranked(
            quarters(year("coreweave", capex=10, operating_cash_flow=2), year("meta", capex=1, operating_cash_flow=9)),
            member("neoclouds", "coreweave"),
            member("neoclouds", "lambda", measure="dark"),
            member("models", "llama", company_id="meta", measure="dark", primary_layer=True),
            people=people,
        )

    def test_a_private_company_is_there_with_the_reason(self):
        frame = self.frame().filter(kind="company", layer="neoclouds", calendar_quarter=Q)
        assert set(frame["subject"]) == {"coreweave", "lambda"}
        for component in stress.COMPONENTS:
            row = one(self.frame(), "lambda", component.metric)
            assert (row["value"], row["standing"], row["rank"]) == (None, "unknown", None)
            assert row["null_reason"] == "private: publishes no accounts"

    def test_a_listed_company_says_what_is_missing(self):
        frame = self.frame()
        assert one(frame, "coreweave", "capex_to_ocf")["value"] == pytest.approx(5)
        assert one(frame, "coreweave", "interest_coverage_ebit")["null_reason"] == "no operating income"

    def test_a_company_counts_from_its_listing(self):
        first = self.frame().filter(subject="coreweave", kind="company")["calendar_quarter"].min()
        assert first == "2025Q1"

    def test_a_member_that_is_dark_does_not_lend_its_parents_figures(self):
        row = one(self.frame(), "meta", "capex_to_ocf")
        assert (row["value"], row["null_reason"]) == (None, "part of a company that reports nothing for it")

    def test_a_layer_is_ranked_against_layers_with_its_coverage(self):
        rows = quarters(year("a", capex=10, operating_cash_flow=2), year("b", capex=1, operating_cash_flow=2))
        frame = ranked(rows, member("x", "a"), member("y", "b"), member("y", "c"))
        x, y = (one(frame, layer, "capex_to_ocf", kind="layer") for layer in ("x", "y"))
        assert (x["rank"], y["rank"], x["n_ranked"]) == (1, 2, 2)
        assert (y["n_measured"], y["n_members"], y["coverage_ratio"]) == (1, 2, 0.5)


@settings(max_examples=5, deadline=None)
@given(st.lists(st.tuples(st.integers(-50, 50), st.integers(0, 50)), min_size=2, max_size=5), st.permutations("abcde"))
def test_ranks_do_not_depend_on_names_and_a_company_of_zeros_is_not_ranked_before_others(pairs, names):
    def ranks(ids, extra=()):
        rows = [year(n, operating_income=a, interest_expense=b) for n, (a, b) in zip(ids, pairs, strict=False)]
        rows += [year(n, operating_income=0, interest_expense=0) for n in extra]
        used = [*ids[: len(pairs)], *extra]
        frame = ranked(quarters(*rows), *(member("x", n) for n in used))
        return [one(frame, n, "interest_coverage_ebit")["rank"] for n in ids[: len(pairs)]]

    expected = ranks("abcde")
    assert ranks("".join(names)) == expected
    assert ranks("abcde", extra=["zero"]) == expected


def test_the_quarter_before_is_ranked_by_itself():
    rows = quarters(figure("a", "capex", shifted(Q, -1), 9), figure("a", "operating_cash_flow", shifted(Q, -1), 3))
    frame = ranked(rows, member("x", "a"))
    assert one(frame, "a", "capex_to_ocf", "quarter", calendar_quarter=shifted(Q, -1))["value"] == pytest.approx(3)
