"""Metrics of one company: every rule of methods.md with its worked example, computed by hand beside it."""

from dataclasses import replace
from datetime import date, timedelta

import polars as pl
import pytest

from analytics import assumptions, metrics, windows
from analytics.metrics import Amount, CurrencyMismatch, divide, metric
from analytics.metrics.registry import check
from tests.analytics.frames import M, companies, figure, flat, frame, labels, no_prices, quarters, shifted

Q = "2025Q3"


def measured(rows: pl.DataFrame, prices: pl.DataFrame | None = None) -> pl.DataFrame:
    everyone = companies(*sorted(set(rows["company_id"])))
    return metrics.company_metrics(rows, everyone, no_prices() if prices is None else prices)


def one(rows: pl.DataFrame, name: str, window: str = "ttm", quarter: str = Q) -> dict[str, object]:
    """The single row of a metric."""
    found = rows.filter(metric=name, window=window, calendar_quarter=quarter)
    assert found.height == 1
    return found.row(0, named=True)


def value(rows: pl.DataFrame, name: str, window: str = "ttm", quarter: str = Q) -> float | None:
    row = one(rows, name, window, quarter)
    assert (row["value"] is None) == (row["null_reason"] is not None)
    return row["value"]


def reason(rows: pl.DataFrame, name: str, window: str = "ttm", quarter: str = Q) -> str | None:
    row = one(rows, name, window, quarter)
    assert row["value"] is None
    return row["null_reason"]


def four(company: str = "acme", last: str = Q, **items: float) -> list[dict[str, object]]:
    """Four equal quarters up to `last`."""
    return flat(company, shifted(last, -3), 4, **items)


class TestRatios:
    def test_margins(self):
        # 40/100, 25/100, (25+10)/100, 20/100, 15/100, 12/100, 5/100, 8/100.
        rows = measured(
            quarters(
                four(
                    revenue=100, gross_profit=40, operating_income=25, depreciation_amortization=10, pretax_income=20,
                    net_income=15, free_cash_flow=12, research_and_development=5, stock_based_compensation=8,
                )
            )
        )  # fmt: skip
        for window in ("quarter", "ttm"):
            assert value(rows, "gross_margin", window) == pytest.approx(0.40)
            assert value(rows, "operating_margin", window) == pytest.approx(0.25)
            assert value(rows, "ebitda_margin", window) == pytest.approx(0.35)
            assert value(rows, "pretax_margin", window) == pytest.approx(0.20)
            assert value(rows, "net_margin", window) == pytest.approx(0.15)
            assert value(rows, "fcf_margin", window) == pytest.approx(0.12)
            assert value(rows, "rnd_to_revenue", window) == pytest.approx(0.05)
            assert value(rows, "sbc_to_revenue", window) == pytest.approx(0.08)

    def test_interest_coverage_ebit(self):
        # CoreWeave, third quarter of 2025: EBIT 51.85 over interest 310.56 = 0.167.
        row = [
            figure("coreweave", "operating_income", Q, 51.85 * M),
            figure("coreweave", "interest_expense", Q, 310.56 * M),
            figure("coreweave", "depreciation_amortization", Q, 630.0 * M),
        ]
        rows = measured(quarters(row))
        assert value(rows, "interest_coverage_ebit", "quarter") == pytest.approx(0.17, abs=0.005)
        # With 630 of depreciation EBITDA is 681.85, and 681.85 / 310.56 = 2.2.
        assert value(rows, "interest_coverage_ebitda", "quarter") == pytest.approx(2.196, abs=0.001)

    def test_incremental_margin(self):
        # Revenue 100 to 150 and operating income 20 to 40: 20 / 50 = 40 %.
        rows = measured(
            quarters(
                figure("acme", "revenue", shifted(Q, -4), 100), figure("acme", "revenue", Q, 150),
                figure("acme", "operating_income", shifted(Q, -4), 20), figure("acme", "operating_income", Q, 40),
            )
        )  # fmt: skip
        assert value(rows, "incremental_operating_margin", "quarter") == pytest.approx(0.40)
        # (150 − 100) / 100.
        assert value(rows, "revenue_growth_yoy", "quarter") == pytest.approx(0.50)

    @pytest.mark.parametrize(
        ("revenue", "why"),
        [
            (101, "not meaningful: change in revenue near zero"),  # + 1 % of 100
            (99, "not meaningful: change in revenue near zero"),
            (100, "not meaningful: change in revenue near zero"),
            (80, "not meaningful: change in revenue ≤ 0"),
        ],
    )
    def test_incremental_margin_needs_growth(self, revenue, why):
        rows = measured(
            quarters(
                figure("acme", "revenue", shifted(Q, -4), 100), figure("acme", "revenue", Q, revenue),
                figure("acme", "operating_income", shifted(Q, -4), 20), figure("acme", "operating_income", Q, 40),
            )
        )  # fmt: skip
        assert reason(rows, "incremental_operating_margin", "quarter") == why

    def test_incremental_margin_just_above_near_zero(self):
        # 102 is 2 % above 100, which is enough: (21 − 20) / 2 = 50 %.
        rows = measured(
            quarters(
                figure("acme", "revenue", shifted(Q, -4), 100), figure("acme", "revenue", Q, 102),
                figure("acme", "operating_income", shifted(Q, -4), 20), figure("acme", "operating_income", Q, 21),
            )
        )  # fmt: skip
        assert value(rows, "incremental_operating_margin", "quarter") == pytest.approx(0.5)

    def test_capex_with_and_without_leases_are_never_mixed(self):
        # 14 cash + 5 leases: 14 and 19; over revenue of 100 the cash ratio is 14 %, whatever the leases.
        rows = measured(quarters(four(revenue=100, capex=14, finance_lease_additions=5)))
        assert value(rows, "capex", "quarter") == 14
        assert value(rows, "capex_with_leases", "quarter") == 19
        assert value(rows, "capex_to_revenue", "quarter") == pytest.approx(0.14)
        without = measured(quarters(four(revenue=100, capex=14)))
        assert value(without, "capex", "quarter") == 14
        assert reason(without, "capex_with_leases", "quarter") == "no finance lease additions"

    def test_capex_ratios(self):
        # 30/20, 30/15, 15/100, and a gap of 30 − 20 = 10 a quarter, 40 a year; 200 of plant over 400 of sales.
        rows = measured(
            quarters(
                four(revenue=100, capex=30, operating_cash_flow=20, depreciation_amortization=15),
                figure("acme", "net_ppe", Q, 200),
            )
        )
        assert value(rows, "capex_to_ocf") == pytest.approx(1.5)
        assert value(rows, "capex_to_da") == pytest.approx(2.0)
        assert value(rows, "da_to_revenue") == pytest.approx(0.15)
        assert value(rows, "funding_gap", "quarter") == pytest.approx(10)
        assert value(rows, "funding_gap") == pytest.approx(40)
        assert value(rows, "ppe_to_revenue") == pytest.approx(0.5)

    def test_debt_ratios(self):
        # EBITDA 4 × (20 + 5) = 100, OCF 4 × 10 = 40. Debt 300, cash 50, investments 30: net debt 220.
        rows = measured(
            quarters(
                four(operating_income=20, depreciation_amortization=5, operating_cash_flow=10),
                flat(
                    "acme", Q, 1, total_debt=300, total_debt_ex_leases=260, cash=50,
                    short_term_investments=30, equity=100,
                ),
            )
        )  # fmt: skip
        assert value(rows, "total_debt") == 300
        assert value(rows, "total_debt_ex_leases") == 260
        assert value(rows, "net_debt") == 220
        assert value(rows, "debt_to_ebitda") == pytest.approx(3.0)
        assert value(rows, "net_debt_to_ebitda") == pytest.approx(2.2)
        assert value(rows, "debt_to_ocf") == pytest.approx(7.5)
        assert value(rows, "debt_to_equity") == pytest.approx(3.0)
        assert value(rows, "debt_to_capital") == pytest.approx(0.75)
        # A balance is the same in both windows; leverage takes twelve months of earnings only.
        assert value(rows, "net_debt", "quarter") == 220
        assert rows.filter(metric="debt_to_ebitda", window="quarter").is_empty()

    def test_debt_growth_and_runway(self):
        # Debt 200 → 300: + 50 %. Cash 50 and a burn of 4 × (30 − 5) = 100 a year: half a year.
        rows = measured(
            quarters(
                four(operating_cash_flow=5, capex=30, free_cash_flow=-25),
                figure("acme", "total_debt", shifted(Q, -4), 200),
                flat("acme", Q, 1, total_debt=300, cash=50),
            )
        )
        assert value(rows, "debt_growth") == pytest.approx(0.5)
        assert value(rows, "cash_runway") == pytest.approx(0.5)

    def test_nobody_runs_out_of_cash_who_burns_none(self):
        rows = measured(quarters(four(free_cash_flow=1), figure("acme", "cash", Q, 50)))
        assert reason(rows, "cash_runway") == "not meaningful: cash burn ≤ 0"

    def test_asset_turnover_on_average_assets(self):
        # Sales 4 × 75 = 300 over (100 + 200) / 2 = 150.
        rows = measured(
            quarters(
                four(revenue=75),
                figure("acme", "total_assets", shifted(Q, -4), 100),
                figure("acme", "total_assets", Q, 200),
            )
        )
        assert value(rows, "asset_turnover") == pytest.approx(2.0)


class TestReturnOnCapital:
    """Opening capital 100, closing 200, NOPAT 15: 15 / 150 = 10 %."""

    def rows(self, **change: float | None) -> pl.DataFrame:
        # Operating income 4 × 5 = 20, pre-tax 4 × 4 = 16, tax 4 × 1 = 4: the rate is 25 % and NOPAT 20 × 0.75 = 15.
        flows = {"operating_income": 5, "pretax_income": 4, "income_tax": 1} | change
        stocks = {"total_debt": (60, 120), "equity": (70, 130), "cash": (20, 30), "short_term_investments": (10, 20)}
        balances = [
            figure("acme", i, q, v)
            for i, pair in stocks.items()
            for q, v in zip((shifted(Q, -4), Q), pair, strict=True)
        ]
        return measured(quarters(four(**{i: v for i, v in flows.items() if v is not None}), balances))

    def test_roic_on_average_capital(self):
        # Capital is debt + equity − cash − investments: 60 + 70 − 20 − 10 = 100, and 120 + 130 − 30 − 20 = 200.
        assert value(self.rows(), "roic") == pytest.approx(0.10)

    def test_a_missing_tax_rate_gives_no_roic(self):
        assert reason(self.rows(income_tax=None), "roic") == "no income tax"
        assert reason(self.rows(pretax_income=None), "roic") == "no pretax income"

    def test_a_profit_needs_a_tax_rate_that_means_something(self):
        assert reason(self.rows(pretax_income=-4), "roic") == "not meaningful: tax rate"
        assert reason(self.rows(income_tax=-1), "roic") == "not meaningful: tax rate"
        assert reason(self.rows(income_tax=5), "roic") == "not meaningful: tax rate"

    def test_an_operating_loss_bears_no_tax(self):
        # −4 × 3 = −12 over 150.
        assert value(self.rows(operating_income=-3, pretax_income=-4, income_tax=0), "roic") == pytest.approx(-0.08)

    def test_economic_profit_is_nopat_less_the_cost_of_average_capital(self):
        # NOPAT 15 on average capital of 150; at the assumed 10 % that capital costs 15, so nothing is left.
        assert assumptions.default("cost_of_capital") == pytest.approx(0.10)
        assert value(self.rows(), "economic_profit") == pytest.approx(0.0)
        # Twice the income, 30 − 15; a loss of 12 bears no tax, −12 − 15.
        assert value(self.rows(operating_income=10), "economic_profit") == pytest.approx(15)
        assert value(
            self.rows(operating_income=-3, pretax_income=-4, income_tax=0), "economic_profit"
        ) == pytest.approx(-27)

    def test_economic_profit_is_unknown_as_its_parts_are(self):
        assert reason(self.rows(income_tax=None), "economic_profit") == "no income tax"
        rows = measured(quarters(four(operating_income=5, pretax_income=4, income_tax=1)))
        assert reason(rows, "economic_profit") == reason(rows, "roic") == "no total debt"

    def test_without_an_opening_balance_there_is_no_average(self):
        rows = measured(
            quarters(
                four(operating_income=5, pretax_income=4, income_tax=1),
                [figure("acme", i, Q, 100) for i in ("total_debt", "equity", "cash", "short_term_investments")],
            )
        )
        assert reason(rows, "roic") == "no total debt a year earlier"


class TestMissing:
    def test_missing_is_not_zero(self):
        # No capex, no free cash flow, no capex ratio; and no zero in their place.
        rows = measured(quarters(four(revenue=100, operating_cash_flow=30)))
        assert reason(rows, "capex") == "no capex"
        assert reason(rows, "capex_to_revenue") == "no capex"
        assert reason(rows, "fcf_margin") == "no free cash flow"
        assert reason(rows, "funding_gap") == "no capex"

    def test_a_zero_that_the_source_states_is_zero(self):
        rows = measured(quarters(four(revenue=100, capex=0)))
        assert value(rows, "capex_to_revenue") == 0

    def test_every_metric_has_a_row_in_each_of_its_windows(self):
        rows = measured(quarters(figure("acme", "revenue", Q, 100)))
        expected = {(m.id, w) for m in metrics.METRICS for w in m.windows}
        assert set(rows.select("metric", "window").iter_rows()) == expected
        assert rows.filter(pl.col("value").is_null() == pl.col("null_reason").is_null()).is_empty()

    @pytest.mark.parametrize(
        ("name", "items", "why"),
        [
            (
                "debt_to_ebitda",
                {"operating_income": -30, "depreciation_amortization": 10},
                "not meaningful: EBITDA ≤ 0",
            ),
            ("debt_to_ocf", {"operating_cash_flow": -1}, "not meaningful: operating cash flow ≤ 0"),
            (
                "interest_coverage_ebit",
                {"operating_income": 5, "interest_expense": 0},
                "not meaningful: interest expense ≤ 0",
            ),
            ("capex_to_ocf", {"capex": 5, "operating_cash_flow": 0}, "not meaningful: operating cash flow ≤ 0"),
        ],
    )
    def test_a_denominator_that_is_not_positive_is_not_meaningful(self, name, items, why):
        rows = measured(quarters(four(**items), figure("acme", "total_debt", Q, 100)))
        assert reason(rows, name) == why

    def test_negative_equity(self):
        rows = measured(quarters(figure("acme", "total_debt", Q, 100), figure("acme", "equity", Q, -20)))
        assert reason(rows, "debt_to_equity") == "not meaningful: equity ≤ 0"
        # 100 / (100 − 20): more is owed than there is capital.
        assert value(rows, "debt_to_capital") == pytest.approx(1.25)

    def test_a_company_that_the_registry_does_not_list_is_an_error(self):
        with pytest.raises(ValueError, match="stranger"):
            metrics.company_metrics(quarters(figure("stranger", "revenue", Q, 1)), companies("acme"), no_prices())


class TestWindows:
    def test_ttm_is_the_sum_of_four_quarters(self):
        rows = quarters([figure("acme", "capex", q, v) for q, v in zip(labels("2024Q4", 4), (1, 2, 3, 4), strict=True)])
        assert value(measured(rows), "capex", "ttm", "2025Q3") == 10

    @pytest.mark.parametrize("dropped", [0, 1, 2])
    def test_ttm_needs_four_contiguous_quarters(self, dropped):
        # Five quarters with one of the last four missing: the newest has no twelve months.
        names = labels("2024Q3", 5)
        del names[1 + dropped]
        rows = measured(quarters([figure("acme", "capex", q, 10) for q in names]))
        assert reason(rows, "capex") == "capex: not four contiguous quarters"
        assert value(rows, "capex", "quarter") == 10

    def test_fifty_three_week_years_are_years(self):
        # NVIDIA's fiscal 2023: quarters ending 2022-05-01, 07-31, 10-30, 2023-01-29; contiguous, 364 days.
        ends = [date(2022, 1, 30), date(2022, 5, 1), date(2022, 7, 31), date(2022, 10, 30), date(2023, 1, 29)]
        rows = [
            figure("nvidia", "revenue", q, 5, start=before + timedelta(days=1), end=end)
            for q, before, end in zip(labels("2022Q1", 4), ends, ends[1:], strict=False)
        ]
        frame = windows.amounts(quarters(rows)).filter(window="ttm").drop_nulls("value")
        assert frame["value"].to_list() == [20]

    def test_calendar_years_are_sums_of_calendar_aligned_quarters(self):
        # methods.md, Time: a June year-end, quarters 20/24/26/30 then 32/34/36/38. Calendar 2024 holds the quarters to
        # March, June, September and December: 26 + 30 + 32 + 34 = 122; weighted fiscal years would say 120.
        amounts = zip(labels("2023Q3", 8), (20, 24, 26, 30, 32, 34, 36, 38), strict=True)
        frame = windows.amounts(quarters([figure("acme", "revenue", q, v) for q, v in amounts]))
        year = frame.filter(window="ttm", quarter=windows.index("2024Q4"))
        assert year["value"].to_list() == [122]

    def test_four_quarters_that_are_no_year(self):
        # Contiguous, but the third runs only one month: 92 + 92 + 31 + 91 = 306 days.
        spans = [
            ("2024-07-01", "2024-09-30"), ("2024-10-01", "2024-12-31"),
            ("2025-01-01", "2025-01-31"), ("2025-02-01", "2025-05-02"),
        ]  # fmt: skip
        rows = [
            figure("acme", "capex", q, 1, start=date.fromisoformat(a), end=date.fromisoformat(b))
            for q, (a, b) in zip(labels("2024Q3", 4), spans, strict=True)
        ]
        assert reason(measured(quarters(rows)), "capex", "ttm", "2025Q2") == "capex: not four contiguous quarters"

    def test_four_quarters_with_a_hole_between_them(self):
        # From 2024-07-01 to 2025-06-30 is a year, but nothing is known of January.
        spans = [
            ("2024-07-01", "2024-09-30"), ("2024-10-01", "2024-12-31"),
            ("2025-02-01", "2025-03-31"), ("2025-04-01", "2025-06-30"),
        ]  # fmt: skip
        rows = [
            figure("acme", "capex", q, 1, start=date.fromisoformat(a), end=date.fromisoformat(b))
            for q, (a, b) in zip(labels("2024Q3", 4), spans, strict=True)
        ]
        assert reason(measured(quarters(rows)), "capex", "ttm", "2025Q2") == "capex: not four contiguous quarters"

    def test_assumed_dates_may_be_a_few_days_off(self):
        # Month ends against 52-week ends: the second quarter seems to begin six days late.
        spans = [
            ("2024-07-01", "2024-09-24"), ("2024-10-01", "2024-12-31"),
            ("2025-01-01", "2025-03-31"), ("2025-04-01", "2025-06-30"),
        ]  # fmt: skip
        rows = [
            figure("acme", "capex", q, 1, start=date.fromisoformat(a), end=date.fromisoformat(b))
            for q, (a, b) in zip(labels("2024Q3", 4), spans, strict=True)
        ]
        assert value(measured(quarters(rows)), "capex", "ttm", "2025Q2") == 4

    def test_ttm_in_dollars_is_the_sum_of_translated_quarters(self):
        # 100 a quarter at .030, .031, .032, .033 is 3.0 + 3.1 + 3.2 + 3.3 = 12.6; at a closing .034 it would be 13.6.
        rates = (0.030, 0.031, 0.032, 0.033)
        rows = quarters(
            [
                figure("tsmc", "capex", q, 100, currency="TWD", rate=r)
                for q, r in zip(labels("2024Q4", 4), rates, strict=True)
            ]
        )
        assert value(measured(rows), "capex") == pytest.approx(12.6)

    def test_a_missing_rate_is_not_skipped(self):
        rows = quarters(
            [
                figure("tsmc", "capex", q, 100, currency="TWD", rate=r)
                for q, r in zip(labels("2024Q4", 4), (0.03, None, 0.03, 0.03), strict=True)
            ]
        )
        assert reason(measured(rows), "capex") == "no exchange rate"
        assert value(measured(rows), "capex", "quarter") == pytest.approx(3.0)

    def test_a_year_stands_for_twelve_months_and_never_for_a_quarter(self):
        rows = measured(
            quarters(
                figure("tsmc", "revenue", "2024Q4", 400, derivation="year_only"),
                figure("tsmc", "capex", "2024Q4", 100, derivation="year_only"),
            )
        )
        assert value(rows, "capex_to_revenue", "ttm", "2024Q4") == pytest.approx(0.25)
        assert reason(rows, "capex", "quarter", "2024Q4") == "capex: only the year is known"

    def test_a_year_is_not_added_to_quarters(self):
        # Q1 to Q3 and the year of 2024, then Q1 of 2025: its twelve months are unknown.
        rows = measured(
            quarters(
                [figure("acme", "capex", q, 10) for q in (*labels("2024Q1", 3), "2025Q1")],
                figure("acme", "capex", "2024Q4", 45, derivation="year_only"),
            )
        )
        assert value(rows, "capex", "ttm", "2024Q4") == 45
        assert reason(rows, "capex", "ttm", "2025Q1") == "capex: not four contiguous quarters"

    def test_growth_of_a_year_only_company(self):
        rows = measured(
            quarters(
                figure("tsmc", "revenue", "2023Q4", 200, derivation="year_only"),
                figure("tsmc", "revenue", "2024Q4", 260, derivation="year_only"),
            )
        )
        assert value(rows, "revenue_growth_yoy", "ttm", "2024Q4") == pytest.approx(0.30)

    def test_the_year_before_must_end_a_year_before(self):
        # A changed fiscal year: the quarter four labels before ended 2024-08-31, 395 days earlier.
        rows = measured(
            quarters(
                figure("acme", "revenue", "2024Q3", 100, start=date(2024, 6, 1), end=date(2024, 8, 31)),
                figure("acme", "revenue", "2025Q3", 120),
            )
        )
        assert reason(rows, "revenue_growth_yoy", "quarter") == "no revenue a year earlier"

    def test_items_of_one_figure_end_together(self):
        rows = measured(
            quarters(figure("acme", "revenue", Q, 100), figure("acme", "capex", Q, 10, end=date(2025, 8, 31)))
        )
        assert reason(rows, "capex_to_revenue", "quarter") == "periods differ"

    def test_an_undeclared_item_is_an_error(self):
        rows = quarters(figure("acme", "revenue", Q, 1)).with_columns(item=pl.lit("turnover"))
        with pytest.raises(ValueError, match="turnover"):
            windows.amounts(rows)


class TestCurrency:
    def test_a_currency_that_changes_inside_a_window_gives_null(self):
        rows = quarters(
            [figure("nebius", "revenue", q, 9000, currency="RUB", rate=0.01) for q in labels("2024Q4", 2)],
            [figure("nebius", "revenue", q, 90) for q in labels("2025Q2", 2)],
            [figure("nebius", "capex", q, 9) for q in labels("2024Q4", 4)],
        )
        assert reason(measured(rows), "capex_to_revenue") == "currency changed"
        assert value(measured(rows), "capex_to_revenue", "quarter") == pytest.approx(0.1)

    def test_growth_across_currencies_gives_null(self):
        rows = quarters(
            figure("nebius", "revenue", shifted(Q, -4), 9000, currency="RUB", rate=0.01),
            figure("nebius", "revenue", Q, 90),
        )
        assert reason(measured(rows), "revenue_growth_yoy", "quarter") == "currency changed"

    def test_ratios_are_computed_before_translation(self):
        # 30 / 100 in TWD, although no rate is known.
        rows = quarters(
            figure("tsmc", "revenue", Q, 100, currency="TWD"), figure("tsmc", "capex", Q, 30, currency="TWD")
        )
        assert value(measured(rows), "capex_to_revenue", "quarter") == pytest.approx(0.3)

    def test_amounts_of_two_currencies_give_no_ratio(self):
        rows = quarters(figure("tsmc", "revenue", Q, 100, currency="TWD", rate=0.03), figure("tsmc", "capex", Q, 30))
        assert reason(measured(rows), "capex_to_revenue", "quarter") == "mixed currencies"

    def test_dividing_across_currencies_raises(self):
        columns = {"numerator": [5.0], "numerator_currency": ["USD"], "denominator": [100.0]}
        with pytest.raises(CurrencyMismatch, match="USD by TWD"):
            divide(pl.DataFrame({**columns, "denominator_currency": ["TWD"]}))
        assert divide(pl.DataFrame({**columns, "denominator_currency": ["USD"]})).to_list() == [0.05]


class TestMarketValue:
    def prices(self, *rows: tuple[str, float | None]) -> pl.DataFrame:
        row = {"company_id": "tsmc", "close": 1.0, "currency": "USD"}
        days = ({**row, "date": date.fromisoformat(day), "market_cap_usd": v} for day, v in rows)
        return frame("core.prices", *days)

    def twelve_months(self) -> pl.DataFrame:
        # In TWD at .03: sales 4 × 1000 × .03 = 120; debt 2000 × .03 = 60, cash 500 × .03 = 15, investments 15.
        rows = [figure("tsmc", "revenue", q, 1000, currency="TWD", rate=0.03) for q in labels(shifted(Q, -3), 4)]
        stocks = {"total_debt": 2000, "cash": 500, "short_term_investments": 500}
        return quarters(rows, [figure("tsmc", i, Q, v, currency="TWD", rate=0.03) for i, v in stocks.items()])

    def test_ev_to_sales_divides_dollars_by_dollars(self):
        # Market value 570 + net debt 60 − 15 − 15 = 600; 600 / 120 = 5. Over TWD sales it would be 0.15.
        rows = measured(self.twelve_months(), self.prices(("2025-09-30", 570.0)))
        assert value(rows, "market_cap") == 570
        assert value(rows, "enterprise_value") == pytest.approx(600)
        assert value(rows, "ev_to_sales") == pytest.approx(5.0)

    def test_the_last_trading_day_up_to_the_period_end_speaks(self):
        rows = measured(self.twelve_months(), self.prices(("2025-09-26", 500.0), ("2025-10-01", 900.0)))
        assert value(rows, "market_cap") == 500

    def test_an_old_or_unknown_market_value_is_none(self):
        for prices in (self.prices(("2025-09-20", 500.0)), self.prices(("2025-09-30", None))):
            rows = measured(self.twelve_months(), prices)
            assert reason(rows, "market_cap") == "no market value"
            assert reason(rows, "ev_to_sales") == "no market value"


def test_the_registry_holds_the_contracts_metrics():
    # design.md, Public contract, Metrics.
    contract = [
        "gross_margin",
        "operating_margin",
        "ebitda_margin",
        "net_margin",
        "fcf_margin",
        "rnd_to_revenue",
        "sbc_to_revenue",
        "incremental_operating_margin",
        "revenue_growth_yoy",
        "capex_to_revenue",
        "capex_to_ocf",
        "capex_to_da",
        "da_to_revenue",
        "ppe_to_revenue",
        "funding_gap",
        "total_debt",
        "net_debt",
        "debt_to_ebitda",
        "net_debt_to_ebitda",
        "interest_coverage_ebit",
        "interest_coverage_ebitda",
        "debt_to_ocf",
        "debt_to_equity",
        "debt_to_capital",
        "roic",
        "asset_turnover",
        "market_cap",
        "enterprise_value",
        "ev_to_sales",
    ]
    assert set(contract) <= set(metrics.BY_METRIC)
    for m in metrics.METRICS:
        assert m.title and m.short_title and m.formula and m.source and m.caveat.endswith(".")
        assert m.question.endswith("?")
        assert (m.unit == "USD") == (m.denominator is None)


def test_a_metric_of_an_unknown_item_is_an_error():
    good = metric("gross_margin")
    with pytest.raises(ValueError, match=r"gross_margin: 'gross_proft'"):
        check((replace(good, numerator=Amount("x", (("gross_proft", 1),), "flow")),))
    with pytest.raises(ValueError, match="needs"):
        check((replace(good, numerator=Amount("x", (("gross_profit", 1),), "closing")),))
    with pytest.raises(ValueError, match="same id"):
        check((good, good))
    with pytest.raises(KeyError, match="gros_margin"):
        metric("gros_margin")
