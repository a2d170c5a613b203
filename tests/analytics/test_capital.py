"""Where capital goes: funding that adds up, capex since the base, run-off, lives; computed by hand beside each."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import aggregate, capital, windows
from tests.analytics.frames import (
    companies,
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

Q = "2025Q4"
YEAR = labels("2025Q1", 4)
PARTS = ["funded_by_operations", "funded_by_debt", "funded_by_equity", "funded_by_cash", "funded_residual"]


def value(frame: pl.DataFrame, measure: str, window: str = "ttm", quarter: str = Q, **where: str) -> float | None:
    found = frame.filter(measure=measure, window=window, calendar_quarter=quarter, **where)
    assert found.height == 1
    row = found.row(0, named=True)
    assert (row["value"] is None) == (row["null_reason"] is not None)
    return row["value"]


def reason(frame: pl.DataFrame, measure: str, window: str = "ttm", quarter: str = Q, **where: str) -> str | None:
    return frame.filter(measure=measure, window=window, calendar_quarter=quarter, **where).row(0, named=True)[
        "null_reason"
    ]


def funded(name: str = "acme", scale: float = 1, currency: str = "USD", rate: float = 1.0) -> list[dict[str, object]]:
    """A year in which capex of 100 was paid: 60 by operations, 50 borrowed, 5 to shareholders, cash down 10."""
    flows = {"capex": 25, "operating_cash_flow": 15, "net_income": 5, "stock_based_compensation": 1}
    # Equity 200 → 219: net income 20 and compensation 4 would make 224, so shareholders took 5.
    balances = {"total_debt": (300, 350), "equity": (200, 219), "cash": (80, 70)}
    how = {"currency": currency, "rate": rate}
    return [
        *(figure(name, i, q, v * scale, **how) for q in YEAR for i, v in flows.items()),
        *(
            figure(name, i, q, v * scale, **how)
            for i, pair in balances.items()
            for q, v in zip(("2024Q4", Q), pair, strict=True)
        ),
    ]


def layered(rows: pl.DataFrame, *members: dict[str, object]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """marts.capital and marts.runoff; every company listed."""
    joined = memberships(*members)
    people = companies(*sorted(set(joined["company_id"])))
    declared = layers(*sorted(set(joined["layer"])))
    metrics = aggregate.layer_metrics(rows, segments(), joined, declared, people, no_prices())
    given_tables = (rows, segments(), joined, people, metrics)
    return capital.capital(*given_tables), capital.runoff(*given_tables)


class TestFunding:
    """100 of capex = 60 operations + 50 debt − 5 shareholders + 10 cash − 15 that nothing explains."""

    def test_how_capex_was_paid_adds_up_with_its_residual(self):
        frame = capital.company_capital(quarters(funded()))
        assert value(frame, "funded_capex") == pytest.approx(100)
        assert [value(frame, part) for part in PARTS] == pytest.approx([60, 50, -5, 10, -15])

    def test_dollars_are_at_one_rate_so_that_the_parts_still_sum(self):
        # At 0.5 dollars a unit everything is half, balances too, whatever the closing rates were.
        frame = capital.company_capital(quarters(funded(currency="EUR", rate=0.5)))
        assert [value(frame, part) for part in PARTS] == pytest.approx([30, 25, -2.5, 5, -7.5])

    @pytest.mark.parametrize(
        ("item", "why"),
        [
            ("capex", "no capex"), ("operating_cash_flow", "no operating cash flow"), ("total_debt", "no total debt"),
            ("stock_based_compensation", "no stock based compensation"), ("cash", "no cash"),
        ],
    )  # fmt: skip
    def test_a_missing_part_leaves_all_parts_unknown(self, item, why):
        frame = capital.company_capital(quarters([r for r in funded() if r["item"] != item]))
        for part in ("funded_capex", *PARTS):
            assert value(frame, part) is None
            assert reason(frame, part) == why

    def test_without_an_opening_balance_nothing_changed_by_a_known_amount(self):
        rows = [r for r in funded() if not (r["item"] == "cash" and r["calendar_quarter"] == "2024Q4")]
        assert reason(capital.company_capital(quarters(rows)), "funded_by_debt") == "no cash a year earlier"

    def test_a_quarter_starts_from_the_quarter_before(self):
        rows = [*funded(), *flat("acme", "2025Q3", 1, total_debt=340, equity=219, cash=70)]
        frame = capital.company_capital(quarters(rows))
        # Capex 25 = 15 operations + 10 debt − (0 − 5 − 1 = 6 to shareholders) + 0 cash + 6 unexplained.
        found = [value(frame, part, "quarter") for part in PARTS]
        assert found == pytest.approx([15, 10, -6, 0, 6])

    def test_a_layer_adds_up_over_the_members_whose_funding_is_known(self):
        # b has capex and nothing else: its 8 a year are in the layer's capex and not in what is explained.
        rows = quarters(funded("a"), flat("b", "2025Q1", 4, capex=2))
        frame, _ = layered(rows, member("x", "a"), member("x", "b"))
        here = {"layer": "x", "basis": "consolidated"}
        assert value(frame, "capex", **here) == pytest.approx(108)
        assert value(frame, "funded_capex", **here) == pytest.approx(100)
        assert [value(frame, part, **here) for part in PARTS] == pytest.approx([60, 50, -5, 10, -15])
        row = frame.filter(measure="funded_capex", window="ttm", calendar_quarter=Q, **here).row(0, named=True)
        assert (row["n_members"], row["n_measured"], row["coverage_ratio"]) == (2, 1, 0.5)

    def test_below_half_coverage_a_layer_has_none(self):
        frame, _ = layered(quarters(funded("a")), *(member("x", n) for n in "abc"))
        assert reason(frame, "funded_residual", layer="x", basis="layer") == "coverage below 50 %"


class TestSinceTheBase:
    def test_capex_since_the_base_counts_the_quarters_after_it(self):
        # 2022Q4 is the base and does not count: 3 quarters of 10.
        frame = capital.company_capital(quarters(flat("acme", "2022Q4", 4, capex=10)))
        assert value(frame, "cumulative_capex", quarter="2023Q3") == pytest.approx(30)
        assert reason(frame, "cumulative_capex", quarter="2022Q4") == "not after the base quarter"

    def test_a_missing_quarter_ends_the_sum(self):
        rows = [r for r in flat("acme", "2023Q1", 5, capex=10) if r["calendar_quarter"] != "2023Q3"]
        frame = capital.company_capital(quarters(rows))
        assert value(frame, "cumulative_capex", quarter="2023Q2") == pytest.approx(20)
        assert value(frame, "cumulative_capex", quarter="2024Q1") is None
        assert reason(frame, "cumulative_capex", quarter="2024Q1") == capital.NOT_SINCE_BASE

    def test_a_year_known_only_as_a_whole_counts_when_it_is_over(self):
        # 40 in 2023, of which no quarter is known, then 15 in 2024Q1; cash alone is known in 2023Q2.
        rows = [
            figure("acme", "capex", "2023Q4", 40, derivation="year_only"),
            figure("acme", "capex", "2024Q1", 15),
            figure("acme", "cash", "2023Q2", 1),
        ]
        frame = capital.company_capital(quarters(rows))
        assert value(frame, "cumulative_capex", quarter="2023Q4") == pytest.approx(40)
        assert value(frame, "cumulative_capex", quarter="2024Q1") == pytest.approx(55)
        assert reason(frame, "cumulative_capex", quarter="2023Q2") == "capex: only the year is known"

    def test_a_year_closes_the_quarter_that_no_source_gives(self):
        # TSMC in 2023, billion TWD: 302.4, 250.4 and 226.5 by quarter, 949.8 by year; the fourth quarter by itself is
        # not given. Known are 779.3 after three quarters and 949.8 after four.
        given_quarters = zip(labels("2023Q1", 3), (302.4, 250.4, 226.5), strict=True)
        rows = [figure("tsmc", "capex", q, v) for q, v in given_quarters]
        rows += [
            figure("tsmc", "capex", "2023Q4", 949.8, derivation="year_only"),
            figure("tsmc", "capex", "2024Q1", 181),
        ]
        frame = capital.company_capital(quarters(rows))
        found = [value(frame, "cumulative_capex", quarter=q) for q in ("2023Q3", "2023Q4", "2024Q1")]
        assert found == pytest.approx([779.3, 949.8, 1130.8])

    def test_a_gap_within_a_year_is_closed_at_its_end_only(self):
        # 10, unknown, 30 and 40 of a year of 100: between the gap and the year's end the sum is not known.
        rows = [figure("acme", "capex", f"2023Q{q}", v) for q, v in ((1, 10), (3, 30))]
        rows += [figure("acme", "capex", "2023Q4", 100, derivation="year_only")]
        frame = capital.company_capital(quarters(rows))
        assert value(frame, "cumulative_capex", quarter="2023Q1") == pytest.approx(10)
        assert reason(frame, "cumulative_capex", quarter="2023Q3") == "capex: only the year is known"
        assert value(frame, "cumulative_capex", quarter="2023Q4") == pytest.approx(100)

    def test_a_year_that_straddles_the_base_is_not_split_at_it(self):
        # A fiscal year to June 2023 of 116, of which 2023Q1 alone, 39, is known: how much of the rest was spent before
        # the base quarter's end nobody says.
        rows = [figure("iren", "capex", "2023Q1", 39), figure("iren", "capex", "2023Q2", 116, derivation="year_only")]
        frame = capital.company_capital(quarters(rows))
        assert value(frame, "cumulative_capex", quarter="2023Q1") == pytest.approx(39)
        assert reason(frame, "cumulative_capex", quarter="2023Q2") == capital.NOT_SINCE_BASE

    def test_quarters_that_exceed_their_year_close_nothing(self):
        rows = [figure("acme", "capex", f"2023Q{q}", 50) for q in (1, 2, 3)]
        rows += [figure("acme", "capex", "2023Q4", 100, derivation="year_only")]
        frame = capital.company_capital(quarters(rows))
        assert value(frame, "cumulative_capex", quarter="2023Q3") == pytest.approx(150)
        assert reason(frame, "cumulative_capex", quarter="2023Q4") == capital.NOT_SINCE_BASE

    def test_todays_members_are_counted_with_all_they_spent(self):
        rows = quarters(flat("a", "2023Q1", 12, capex=10), flat("b", "2023Q1", 12, capex=1))
        frame, _ = layered(rows, member("x", "a"), member("x", "b"))
        assert value(frame, "cumulative_capex", layer="x", basis="consolidated") == pytest.approx(132)


class TestRunOff:
    """100 spent in 2025Q4: 60 over 20 quarters, 40 over 60."""

    def schedule(self, *rows: dict[str, object]) -> dict[int, tuple[float, float]]:
        spent = [*flat("acme", "2023Q1", 11, capex=0), *(rows or (figure("acme", "capex", Q, 100),))]
        frame = capital.company_runoff(quarters(spent))
        assert set(frame["calendar_quarter"]) == {max(r["calendar_quarter"] for r in spent)}
        return {y: (e, s) for y, e, s in frame.select("charge_year", "equipment_usd", "shell_usd").iter_rows()}

    def test_capex_is_charged_straight_line_by_equipment_and_shell(self):
        found = self.schedule()
        # 12 and 2.67 a year from 2026; equipment ends in 2030, shell in 2040.
        assert found[2026] == pytest.approx((12, 40 / 15))
        assert found[2030] == pytest.approx((12, 40 / 15))
        assert found[2031] == pytest.approx((0, 40 / 15))
        assert (min(found), max(found)) == (2026, 2040)
        assert sum(e for e, _ in found.values()) == pytest.approx(60)
        assert sum(s for _, s in found.values()) == pytest.approx(40)

    def test_what_was_charged_already_does_not_come_again(self):
        # A year and a quarter later five of twenty quarters are charged: 45 of 60 and 55/60 of 40 are to come.
        later = [figure("acme", "capex", Q, 100), *flat("acme", "2026Q1", 5, capex=0)]
        found = self.schedule(*later)
        assert min(found) == 2027
        assert found[2027] == pytest.approx((60 / 20 * 3, 40 / 60 * 3)), "of 2027 three quarters are left"
        assert sum(e for e, _ in found.values()) == pytest.approx(45)
        assert sum(s for _, s in found.values()) == pytest.approx(40 * 55 / 60)
        frame = capital.company_capital(quarters(flat("acme", "2023Q1", 11, capex=0), later))
        assert value(frame, "da_to_come", quarter="2027Q1") == pytest.approx(45 + 40 * 55 / 60)

    def test_a_layers_run_off_is_its_members(self):
        rows = quarters(flat("a", "2023Q1", 12, capex=10), flat("b", "2023Q1", 12, capex=1))
        frame, schedule = layered(rows, member("x", "a"), member("x", "b"), member("x", "dark", measure="dark"))
        here = schedule.filter(basis="consolidated", calendar_quarter=Q)
        assert (here["equipment_usd"] + here["shell_usd"]).sum() == pytest.approx(
            value(frame, "da_to_come", layer="x", basis="consolidated")
        )
        assert set(here["n_measured"]) == {2}

    def test_lives_that_are_no_quarters_are_refused(self):
        with pytest.raises(ValueError, match=r"5.1 and 15.0 years"):
            _ = capital.Lives(equipment_life=5.1).quarters
        with pytest.raises(ValueError, match=r"equipment is 1.2"):
            _ = capital.Lives(equipment_share=1.2).quarters

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.floats(0, 1e6), min_size=1, max_size=8), st.floats(0, 1), st.integers(1, 40), st.integers(1, 60))
    def test_nothing_is_charged_twice_or_lost(self, spent, share, equipment, shell):
        # On the day of the last spending nothing of it is charged: what is to come of it is all of it.
        first = windows.index("2023Q1")
        rows = pl.DataFrame(
            {"company_id": "a", "quarter": [first + k for k in range(len(spent))], "spent_usd": spent, "inside": False},
            schema={"company_id": pl.String, "quarter": pl.Int32, "spent_usd": pl.Float64, "inside": pl.Boolean},
        )
        lives = capital.Lives(share, equipment / 4, shell / 4)
        found = capital.runoff_of(rows, lives=lives).filter(quarter=first + len(spent) - 1)
        left = sum(
            amount * (part * max(0, life - age) / life)
            for age, amount in enumerate(reversed(spent))
            for part, life in ((share, equipment), (1 - share, shell))
        )
        assert (found["equipment_usd"] + found["shell_usd"]).sum() == pytest.approx(left, rel=1e-9, abs=1e-6)


class TestLives:
    def rows(self, **balances: float) -> pl.DataFrame:
        return quarters(flat("acme", "2025Q1", 4, depreciation_amortization=5), flat("acme", Q, 1, **balances))

    def test_remaining_life_is_plant_over_the_charge_of_a_year(self):
        # 100 of net plant at a charge of 4 × 5 a year last five years.
        assert value(capital.company_capital(self.rows(net_ppe=100)), "remaining_life") == pytest.approx(5)

    def test_age_needs_gross_plant(self):
        frame = capital.company_capital(self.rows(net_ppe=100))
        assert reason(frame, "asset_age") == reason(frame, "asset_life") == "no gross ppe"


@settings(max_examples=10, deadline=None)
@given(st.floats(1e-3, 1e6), st.floats(0.001, 10))
def test_scale_and_currency_change_no_share_of_the_funding(scale, rate):
    plain = capital.company_capital(quarters(funded()))
    other = capital.company_capital(quarters(funded(scale=scale, currency="EUR", rate=rate)))
    for part in PARTS:
        share = value(plain, part) / value(plain, "funded_capex")
        assert value(other, part) / value(other, "funded_capex") == pytest.approx(share, rel=1e-9)


def test_a_company_of_zeros_and_the_order_of_names_change_no_layer():
    rows = quarters(funded("a"), funded("b", scale=3))
    zeros = quarters(funded("a"), funded("b", scale=3), funded("zero", scale=0))
    swapped = quarters(funded("b"), funded("a", scale=3))
    here = {"layer": "x", "basis": "consolidated"}
    plain = layered(rows, member("x", "a"), member("x", "b"))[0]
    wider = layered(zeros, *(member("x", n) for n in ("a", "b", "zero")))[0]
    other = layered(swapped, member("x", "a"), member("x", "b"))[0]
    for part in ("funded_capex", *PARTS):
        assert value(plain, part, **here) == pytest.approx(value(wider, part, **here))
        assert value(plain, part, **here) == pytest.approx(value(other, part, **here))


def test_quarters_are_named_as_everywhere():
    frame = capital.company_capital(quarters(funded()))
    assert set(frame["calendar_quarter"]) == {"2024Q4", *YEAR}
    assert shifted(Q, -4) in set(frame["calendar_quarter"])
