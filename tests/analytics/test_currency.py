"""Currency: average rates for flows, closing rates for balances, nothing across currencies."""

from datetime import date, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics import currency


def rates(*spans: tuple[date, date, float], code: str = "TWD") -> pl.DataFrame:
    days = [
        (start + timedelta(days=i), code, rate, "test")
        for start, end, rate in spans
        for i in range((end - start).days + 1)
        if (start + timedelta(days=i)).weekday() < 5
    ]
    return pl.DataFrame(
        days,
        schema={"date": pl.Date, "currency": pl.String, "usd_per_unit": pl.Float64, "source": pl.String},
        orient="row",
    )


def amounts(*rows: tuple[date | None, date, float, str]) -> pl.DataFrame:
    schema = {"period_start": pl.Date, "period_end": pl.Date, "value": pl.Float64, "currency": pl.String}
    return pl.DataFrame(list(rows), schema=schema, orient="row")


QUARTERS = [
    (date(2024, 1, 1), date(2024, 3, 31), 0.030),
    (date(2024, 4, 1), date(2024, 6, 30), 0.031),
    (date(2024, 7, 1), date(2024, 9, 30), 0.032),
    (date(2024, 10, 1), date(2024, 12, 31), 0.033),
]


def test_flows_are_translated_at_each_quarters_average_rate():
    # methods.md, Currency: 100 a quarter at .030/.031/.032/.033 is 3.0 + 3.1 + 3.2 + 3.3 = 12.6; a closing rate of .034
    # would give 13.6.
    daily = rates(
        *[(date(2023, 12, 25), date(2023, 12, 31), 0.030)],
        *QUARTERS,
        (date(2025, 1, 1), date(2025, 1, 1), 0.034),
    )
    flows = amounts(*[(s, e, 100.0, "TWD") for s, e, _ in QUARTERS])
    assert currency.translate(flows, daily)["value_usd"].sum() == pytest.approx(12.6, abs=1e-9)


def test_balances_are_translated_at_the_closing_rate():
    daily = rates(*QUARTERS, (date(2024, 12, 31), date(2024, 12, 31), 0.034)).unique("date", keep="last")
    assert currency.translate(amounts((None, date(2024, 12, 31), 100.0, "TWD")), daily)["value_usd"][
        0
    ] == pytest.approx(3.4)


def test_no_rate_near_enough_is_null():
    daily = rates(*QUARTERS)
    out = currency.translate(
        amounts(
            (None, date(2025, 2, 1), 100.0, "TWD"),
            (date(2025, 1, 1), date(2025, 3, 31), 100.0, "TWD"),
            (None, date(2024, 6, 30), 100.0, "KRW"),
        ),
        daily,
    )
    assert out["value_usd"].to_list() == [None, None, None]


def test_dollars_stay_and_shares_are_no_money():
    out = currency.translate(
        amounts((None, date(2024, 6, 30), 7.0, "USD"), (None, date(2024, 6, 30), 7.0, "shares")),
        rates(*QUARTERS),
    )
    assert out["value_usd"].to_list() == [7.0, None]


def test_amounts_of_two_currencies_are_refused():
    assert currency.one_currency(pl.Series(["EUR", "EUR"])) == "EUR"
    with pytest.raises(currency.CurrencyError, match=r"\['EUR', 'USD'\].*translate"):
        currency.one_currency(pl.Series(["EUR", "USD"]))


def test_the_central_bank_speaks_before_an_aggregator():
    day = date(2024, 1, 2)
    frame = pl.DataFrame(
        {
            "date": [day, day],
            "currency": ["KRW"] * 2,
            "usd_per_unit": [0.00075, 0.00077],
            "source": ["Yahoo", "ECB"],
            "payload_sha256": ["0", "0"],
        }
    )
    assert currency.fx_rates(frame)["usd_per_unit"].to_list() == [0.00077]


@given(
    st.lists(st.floats(0.5, 2.0), min_size=40, max_size=120),
    st.integers(0, 20),
    st.integers(10, 19),
)
def test_the_average_lies_between_the_periods_lowest_and_highest_rate(values, skip, length):
    start = date(2024, 1, 1)
    daily = pl.DataFrame(
        {
            "date": [start + timedelta(days=i) for i in range(len(values))],
            "currency": ["EUR"] * len(values),
            "usd_per_unit": values,
            "source": ["test"] * len(values),
        }
    )
    first, last = start + timedelta(days=skip + 1), start + timedelta(days=skip + length)
    inside = values[skip + 1 : skip + length + 1]
    out = currency.translate(amounts((first, last, 1.0, "EUR")), daily)["value_usd"][0]
    assert min(inside) - 1e-9 <= out <= max(inside) + 1e-9
    assert out == pytest.approx(sum(inside) / len(inside))
