"""Known time over the whole bundle: on any day, nothing is used that was not yet known."""

from datetime import date

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics import currency, segments, statements
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
