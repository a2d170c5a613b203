"""Lead and lag: same-company growth, the lag that was put in is found, placebos are what chance gives."""

from collections.abc import Mapping
from datetime import date
from math import isclose, pi, sin
from types import MappingProxyType

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import lead_lag as ll
from analytics.contracts import empty, table
from tests.analytics.frames import labels, layers

Basis = tuple[date | None, date | None]


def growths(values: list[float], first: int = 8000) -> pl.DataFrame:
    return pl.DataFrame(
        {"quarter": range(first, first + len(values)), "growth": values, "n": [3] * len(values)},
        schema={"quarter": pl.Int32, "growth": pl.Float64, "n": pl.Int64},
    )


def amounts(*rows: tuple[str, int, float], restated: Mapping[tuple[str, int], Basis] = MappingProxyType({})):
    schema = {"member_id": pl.String, "quarter": pl.Int32, "amount_usd": pl.Float64}
    schema |= {"basis_from": pl.Date, "basis_until": pl.Date}
    return pl.DataFrame([(*row, *restated.get(row[:2], (None, None))) for row in rows], schema=schema, orient="row")


# No period of these waves is the other's, so only the true lag lines them up.
WAVE = [sin(2 * pi * t / 9.7) + 0.5 * sin(2 * pi * t / 4.3 + 1) for t in range(48)]


def test_growth_is_of_the_companies_known_in_both_quarters():
    # a went from 100 to 110, b joined with 50: the same companies grew by 10 %.
    found = ll.same_company_growth(amounts(("a", 0, 100), ("a", 4, 110), ("b", 4, 50)))
    assert found.rows() == [(4, pytest.approx(0.10), 1)]


def test_an_early_reporter_is_not_the_layer():
    # a had 70 of 100 a year ago; alone it is no growth of the layer, at 80 it is.
    rows = [("a", 4, 90.0), ("a", 0, 70.0), ("b", 0, 30.0)]
    assert ll.same_company_growth(amounts(*rows)).is_empty()
    rows = [("a", 4, 90.0), ("a", 0, 80.0), ("b", 0, 20.0)]
    assert ll.same_company_growth(amounts(*rows)).rows() == [(4, 0.125, 1)]


def test_a_company_restated_since_the_year_before_does_not_grow():
    # a sold a business in between: its 40 after 100 is no growth. b grew by 10 %, and had 400 of 500.
    rows = [("a", 0, 100.0), ("a", 4, 40.0), ("b", 0, 400.0), ("b", 4, 440.0)]
    sold = date(2025, 5, 2)
    found = ll.same_company_growth(amounts(*rows, restated={("a", 0): (None, sold), ("a", 4): (sold, None)}))
    assert found.rows() == [(4, pytest.approx(0.10), 1)]


def test_the_lag_that_was_put_in_has_the_highest_correlation():
    # Revenue repeats capex three quarters later.
    found = ll.by_lag(growths(WAVE), growths(WAVE, 8003), range(-4, 9))
    best = max(found, key=lambda row: row["correlation"])
    assert best["lag_quarters"] == 3
    assert best["correlation"] == pytest.approx(1)
    assert best["outside_band"] is True
    assert (best["n_quarters"], best["first_quarter"], best["last_quarter"]) == (48, "2000Q1", "2011Q4")


def test_fifteen_quarters_are_insufficient_and_sixteen_are_not():
    fifteen, sixteen = (ll.by_lag(growths(WAVE[:n]), growths(WAVE[:n]), [0])[0] for n in (15, 16))
    assert (fifteen["correlation"], fifteen["outside_band"], fifteen["n_quarters"]) == (None, None, 15)
    assert fifteen["null_reason"] == ll.INSUFFICIENT
    assert (sixteen["correlation"], sixteen["null_reason"]) == (pytest.approx(1), None)
    # Rotations by 4 to 12 of 16.
    assert sixteen["n_placebos"] == 9


def test_a_series_that_does_not_vary_has_no_correlation():
    found = ll.by_lag(growths([0.1] * 20), growths(WAVE[:20]), [0])[0]
    assert (found["correlation"], found["null_reason"]) == (None, ll.NO_VARIATION)


def test_correlation_by_hand():
    # Deviations −1, 0, 1 and −2, 1, 1: products 2 + 0 + 1 = 3, over √2 × √6.
    assert ll.correlation([1, 2, 3], [1, 4, 4]) == pytest.approx(3 / 12**0.5)


def test_placebos_leave_out_the_nearest_rotations():
    seen = ll.placebos(WAVE, WAVE)
    by_hand = [ll.correlation(WAVE, WAVE[k:] + WAVE[:k]) for k in range(4, 45)]
    assert seen == by_hand


def test_a_quantile_lies_straight_between_neighbours():
    assert ll.quantile([3, 1, 2], 0.5) == 2
    assert ll.quantile([0, 10], 0.05) == pytest.approx(0.5)


def test_a_registry_without_these_layers_has_no_pairs():
    none = empty(table("marts.member_amounts"))
    assert ll.lead_lag(none, layers("x")).equals(empty(table("marts.lead_lag")))


def test_layers_without_figures_are_insufficient_for_every_lag():
    said = ll.declared()
    named = layers(*dict.fromkeys([*said.drivers, *(f.layer for f in said.follower)]))
    found = ll.lead_lag(empty(table("marts.member_amounts")), named.with_columns(lens=pl.lit(said.lens)))
    assert found.height == len(said.follower) * (said.last_lag - said.first_lag + 1)
    assert found["null_reason"].unique().to_list() == [ll.INSUFFICIENT]


def test_the_table_is_made_of_the_declared_pairs():
    said = ll.declared()
    told = said.follower[0]
    quarter = labels("2010Q1", 60)
    rows = [
        {
            "lens": said.lens,
            "layer": layer,
            "basis": basis,
            "member_id": member,
            "company_id": member,
            "calendar_quarter": q,
            "window": "quarter",
            "item": item,
            "amount_usd": 100 * (2 + WAVE[k % 48]),
        }
        for layer, basis, member, item in (
            (said.drivers[0], "consolidated", "a", "capex"),
            (told.layer, told.basis, "b", "revenue"),
        )
        for k, q in enumerate(quarter)
    ]
    member_amounts = pl.DataFrame(rows, schema=table("marts.member_amounts").polars_schema)
    named = layers(*dict.fromkeys([said.drivers[0], told.layer])).with_columns(lens=pl.lit(said.lens))
    row = ll.lead_lag(member_amounts, named).row(by_predicate=pl.col("lag_quarters") == 0, named=True)
    assert (row["driver"], row["follower"], row["basis"]) == (said.driver, told.layer, told.basis)
    assert row["correlation"] == pytest.approx(1)
    assert (row["n_driver"], row["n_follower"], row["n_quarters"]) == (1, 1, 56)


series = st.lists(st.floats(-1, 5).map(lambda v: round(v, 3)), min_size=16, max_size=24)


@given(series, series, st.floats(0.1, 10), st.floats(-3, 3))
def test_scale_and_level_change_no_correlation(xs, ys, scale, level):
    n = min(len(xs), len(ys))
    one, other = ll.correlation(xs[:n], ys[:n]), ll.correlation([scale * x + level for x in xs[:n]], ys[:n])
    if one is not None and other is not None:
        assert isclose(one, other, abs_tol=1e-6)
        assert -1 <= one <= 1


@given(series, series)
def test_the_same_series_give_the_same_band(xs, ys):
    first, second = (ll.by_lag(growths(xs), growths(ys), range(-2, 3)) for _ in range(2))
    assert first == second
    for row in first:
        if row["correlation"] is not None and row["placebo_low"] is not None:
            assert row["placebo_low"] <= row["placebo_high"]
