"""Known time over the whole bundle: on any day, nothing is used that was not yet known."""

from datetime import date

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics import aggregate, currency, hindsight, segments, statements
from analytics.contracts import empty, table
from analytics.stacks import registry
from assets.sources import bundle


@pytest.fixture(scope="module")
def shipped():
    return registry.load().companies, bundle.read()


@given(on=st.dates(date(2012, 1, 1), date(2026, 11, 21)))
@example(on=date(2017, 8, 2))
@example(on=date(2022, 3, 1))
@settings(max_examples=5, deadline=None, derandomize=True)
def test_no_observation_is_used_before_its_known_time(shipped, on):
    companies, delivered = shipped
    rates = currency.fx_rates(delivered.fx_observations)
    derived = statements.derive(delivered.observations, companies, rates, on)
    known = delivered.observations.filter(pl.col("known_at") <= on)["observation_id"]
    for frame in (derived.quarters, derived.years):
        assert frame.height > 0
        assert (frame["known_at"] <= on).all()
        assert (frame["period_end"] <= on).all()
        assert frame["observation_id"].is_in(known.implode()).all()
    assert derived.quarters["minus_observation_id"].drop_nulls().is_in(known.implode()).all()
    assert (derived.restatements["known_at"] <= on).all()
    by_segment = segments.segment_quarters(delivered.segment_observations, companies, rates, on)
    assert (by_segment["known_at"] <= on).all()


def test_hindsight_tells_what_a_whole_derivation_of_that_day_tells(shipped):
    companies, delivered = shipped
    given = registry.load()
    rates, day = currency.fx_rates(delivered.fx_observations), date(2025, 9, 30)
    told = hindsight.layer_metrics_then(
        delivered.observations, companies, rates, given.memberships, given.layers, [day]
    )
    quarters = statements.derive(delivered.observations, companies, rates, day).quarters
    whole = aggregate.layer_metrics(
        quarters, empty(table("core.segment_quarters")), given.memberships, given.layers, companies,
        empty(table("core.prices")), hindsight.METRICS,
    ).filter(pl.col("basis") == hindsight.BASIS, pl.col("window") == hindsight.WINDOW)  # fmt: skip
    of = ["lens", "layer", "calendar_quarter", "metric"]
    both = whole.filter(pl.col("calendar_quarter") >= "2021Q1").join(told, on=of, how="full", coalesce=True)
    assert told.height == both.height > 1000 and told["value"].is_not_null().sum() > 300
    for column in ("value", "n_members", "n_measured", "null_reason"):
        assert both[column].equals(both[f"{column}_right"]), column
    # Of a member that was silent for years before, hindsight's few years of figures do not know how large it was.
    late = both.filter(pl.col("calendar_quarter") >= "2023Q1")
    assert late["status"].equals(late["status_right"])
