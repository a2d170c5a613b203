"""Headline figures of the shipped companies against their annual and quarterly reports, in millions.

Every expected value is the report's own (10-K, 20-F, annual report), not an output. None: no report states it, and what
an aggregator prints under the label means something else, so nothing may stand there.
"""

from datetime import date
from functools import cache

import polars as pl
import pytest

from analytics import statements
from analytics.contracts import empty, table
from analytics.stacks import registry
from assets.sources import bundle

YEARS = [
    ("alphabet", 2024, {"revenue": 350_018, "operating_income": 112_390, "net_income": 100_118, "capex": 52_535}),
    ("amazon", 2024, {"revenue": 637_959, "operating_income": 68_593, "net_income": 59_248, "capex": 82_999}),
    ("microsoft", 2025, {"revenue": 281_724, "operating_income": 128_528, "net_income": 101_832, "capex": 64_551}),
    ("meta", 2024, {"revenue": 164_501, "operating_income": 69_380, "net_income": 62_360, "capex": 37_256}),
    ("oracle", 2025, {"revenue": 57_399, "operating_income": 17_678, "net_income": 12_443, "capex": 21_215}),
    ("oracle", 2025, {"gross_profit": 40_472, "depreciation_amortization": 6_174, "interest_expense": 3_578}),
    ("nvidia", 2025, {"revenue": 130_497, "operating_income": 81_453, "net_income": 72_880, "capex": 3_236}),
    ("amd", 2024, {"revenue": 25_785, "operating_income": 1_900, "net_income": 1_641, "pretax_income": 1_989}),
    ("intel", 2024, {"revenue": 53_101, "operating_income": -11_678, "net_income": -18_756, "capex": 23_944}),
    ("broadcom", 2024, {"revenue": 51_574, "operating_income": 13_463, "net_income": 5_895, "capex": 548}),
    # Current portion 1,271 and long-term 66,295.
    ("broadcom", 2024, {"total_debt_ex_leases": 67_566, "long_term_debt": 66_295}),
    ("micron", 2025, {"revenue": 37_378, "operating_income": 9_770, "net_income": 8_539, "capex": 15_857}),
    ("tsmc", 2024, {"revenue": 2_894_308, "operating_income": 1_322_053, "capex": 956_007}),
    ("samsung-electronics", 2024, {"revenue": 300_870_903, "gross_profit": 114_308_635, "net_income": 33_621_363}),
    ("sk-hynix", 2024, {"revenue": 66_192_960, "operating_income": 23_467_319, "net_income": 19_788_682}),
    ("asml", 2025, {"revenue": 32_667.3, "operating_income": 11_301.4, "net_income": 9_609.4}),
    ("applied-materials", 2024, {"revenue": 27_176, "operating_income": 7_867, "net_income": 7_177, "capex": 1_190}),
    ("lam-research", 2025, {"revenue": 18_436, "operating_income": 5_901, "net_income": 5_358}),
    ("kla", 2025, {"total_debt_ex_leases": 5_884, "total_debt": 6_088}),
    ("dell", 2025, {"revenue": 95_567, "operating_income": 6_237, "net_income": 4_592, "capex": 2_652}),
    ("hpe", 2024, {"revenue": 30_127, "gross_profit": 9_878, "operating_income": 2_190, "capex": 2_367}),
    ("cisco", 2025, {"revenue": 56_654, "operating_income": 11_760, "net_income": 10_180, "cash": 8_346}),
    ("workday", 2025, {"revenue": 8_446, "operating_income": 415, "depreciation_amortization": 326}),
    ("palo-alto-networks", 2025, {"operating_income": 1_242.9, "depreciation_amortization": 343.4}),
    ("southern-company", 2024, {"revenue": 26_724, "operating_income": 7_068, "net_income": 4_401}),
    ("nextera", 2024, {"revenue": 24_753, "operating_income": 7_479, "net_income": 6_946, "equity": 50_101}),
    ("coreweave", 2024, {"revenue": 1_915.4, "operating_income": 324.4, "net_income": -863.4}),
    ("synopsys", 2024, {"revenue": 6_127.4, "cash": 3_896.5}),
    ("everpure", 2025, {"revenue": 3_168.2, "cash": 723.6}),
    ("baidu", 2024, {"revenue": 133_125, "operating_income": 21_270, "cash": 24_832}),
    # Restated in 2025 without the games.
    ("applovin", 2024, {"revenue": 3_224.1}),
    ("netapp", 2022, {"revenue": 6_318}),
    # What the reports do not state.
    ("coreweave", 2024, {"research_and_development": None}),
    ("amazon", 2024, {"research_and_development": None, "net_ppe": None}),
    ("ibm", 2024, {"operating_income": None}),
    ("sap", 2024, {"operating_income": None}),
    ("intel", 2024, {"interest_expense": None}),
    ("constellation", 2025, {"gross_profit": None, "cost_of_revenue": None}),
    ("alibaba", 2025, {"capex": None, "free_cash_flow": None}),
]
QUARTERS = [
    # 796 M of products beside services; the year's other quarters are 1,458, 1,566 and 1,680 M of its 6,318 M.
    ("netapp", "revenue", date(2022, 1, 28), 1_614),
    # 1,184 M of the year less 1,320 M of nine months, both before what associates earned.
    ("amd", "pretax_income", date(2022, 12, 31), -136),
    # Restated later; 5,884 M of notes, leases beside them.
    ("kla", "total_debt_ex_leases", date(2025, 3, 31), 5_883),
    # As the 10-Q of June 2022 has it on the balance sheet; its note has the principal of 40,958 M.
    ("broadcom", "long_term_debt", date(2022, 5, 1), 39_164),
    # 13,385 + 13,817 + 12,191 + 12,759 bn are the 52,153 bn of the year.
    ("samsung-electronics", "capex", date(2025, 9, 30), 12_191_098),
    ("coreweave", "research_and_development", date(2025, 6, 30), None),
    ("applovin", "revenue", date(2025, 3, 31), None),
    ("meta", "interest_expense", date(2024, 12, 31), None),
]


@cache
def derived() -> statements.Statements:
    asked = {company for company, *_ in (*YEARS, *QUARTERS)}
    observations = bundle.read().observations.filter(pl.col("company_id").is_in(asked))
    return statements.derive(observations, registry.load().companies, empty(table("core.fx_rates")))


def told(frame: pl.DataFrame, *conditions: pl.Expr) -> list[float]:
    return frame.filter(*conditions)["value"].to_list()


@pytest.mark.parametrize(
    ("company", "year", "item", "millions"),
    [(company, year, item, value) for company, year, items in YEARS for item, value in items.items()],
)
def test_a_year_is_what_the_annual_report_says(company: str, year: int, item: str, millions: float | None) -> None:
    found = told(
        derived().years, pl.col("company_id") == company, pl.col("item") == item, pl.col("fiscal_year") == year
    )
    assert found == ([] if millions is None else [pytest.approx(millions * 1e6, rel=1.5e-3)])


@pytest.mark.parametrize(("company", "item", "end", "millions"), QUARTERS)
def test_a_quarter_is_what_the_reports_say(company: str, item: str, end: date, millions: float | None) -> None:
    found = told(
        derived().quarters,
        pl.col("company_id") == company,
        pl.col("item") == item,
        pl.col("period_end") == end,
        pl.col("derivation") != "year_only",
    )
    assert found == ([] if millions is None else [pytest.approx(millions * 1e6, rel=1.5e-3)])
