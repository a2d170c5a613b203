"""The builder: same packs, same bytes; only what filings lack; assumptions marked.

The packs are small: CoreWeave's and Nvidia's facts cut from SEC's (tests/payloads), and invented tables beside them.
"""

import csv
import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from analytics.contracts import empty, table
from assets.bundle import FILES, MANIFEST, build, exclusions, market, plausibility, segments, selection
from assets.bundle.plausibility import Rules
from assets.bundle.spans import with_assumed_starts
from assets.sources import bundle

PAYLOADS = Path(__file__).parents[1] / "payloads" / "sec"
REPO = "someone/invented@0000000"
RULES = Rules(
    never_negative=("capex",), alone_items=("depreciation_amortization",), alone_factor=2.0, agree_within=0.05,
    agree_share=0.75, agree_count=4, close_within=0.02, proved_labels=("aggregator:operating_income",),
    proved_within=0.02, proved_share=0.85, gross_items=("interest_expense",), gross_since=date(2014, 1, 1),
)  # fmt: skip
BY_HAND = pl.DataFrame(schema={"ticker": pl.String, "concept": pl.String})


def companies() -> pl.DataFrame:
    rows = [
        ("coreweave", "CRWV", "0001769628", "USD", 12),
        ("nvidia", "NVDA", "0001045810", "USD", 1),
        ("example", "EXMP", None, "EUR", 12),
    ]
    columns = ["company_id", "ticker", "cik", "currency", "fiscal_year_end_month"]
    return pl.concat([empty(table("core.companies")), pl.DataFrame(rows, columns, orient="row")], how="diagonal")


TICKERS = {"CRWV": "coreweave", "NVDA": "nvidia", "EXMP": "example", "EXMP.DE": "example"}


def write_csv(path: Path, columns: str, *rows: tuple) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([columns.split(","), *rows])


def statement(ticker: str, statement: str, item: str, period_type: str, end: str, value: float, **other: str) -> dict:
    usual = {"currency": "EUR", "source": "StockAnalysis", "retrieved": "2025-11-03", "source_repo": REPO}
    values = {**usual, **other}
    return {
        "ticker": ticker, "company": ticker, "statement": statement, "item": item, "period_type": period_type,
        "period_end": date.fromisoformat(end), "fiscal_label": None, "value": value, "currency": values["currency"],
        "source": values["source"], "source_repo": values["source_repo"],
        "retrieved": date.fromisoformat(values["retrieved"]),
    }  # fmt: skip


STATEMENTS = [
    *(
        statement("EXMP", "income", "Revenue", "quarter", end, value)
        for end, value in (("2024-12-31", 90.0), ("2025-03-31", 100.0), ("2025-06-30", 110.0))
    ),
    statement("EXMP", "income", "Research & Development", "quarter", "2025-06-30", 0.0),
    statement("EXMP", "cashflow", "Capital Expenditures", "quarter", "2025-06-30", -30.0),
    statement("EXMP", "income", "Depreciation & Amortization", "quarter", "2025-06-30", 7.0),
    statement("EXMP", "cashflow", "Depreciation & Amortization", "quarter", "2025-06-30", 8.0),
    statement("EXMP", "balance", "Total Assets", "quarter", "2025-06-30", 900.0),
    statement("EXMP", "income", "Pretax Income", "quarter", "2025-06-30", 20.0, currency="USD"),
    statement("EXMP", "income", "EBITDA", "quarter", "2025-06-30", 25.0),
    statement("EXMP", "income", "Net Income Common", "quarter", "2013-12-31", 5.0),
    statement("EXMP", "income", "totalRevenue", "quarter", "2025-09-30", 115.0, source="Alpha Vantage"),
    # Filings have Nvidia's revenue of that quarter, and of the fourth as year less nine months.
    statement("NVDA", "income", "Revenue", "quarter", "2025-04-27", 44_062e6, currency="USD"),
    statement("NVDA", "income", "Revenue", "quarter", "2025-01-26", 39_331e6, currency="USD"),
    statement("NVDA", "balance", "Inventory", "quarter", "2025-04-27", 11_333e6, currency="USD"),
    # Yahoo: month ends, a newer quarter, capex with both signs.
    *(
        statement("EXMP.DE", "income", "revenue", "quarter", end, value, source="Yahoo", source_repo="hansol-star/-",
                  retrieved="2025-12-20")
        for end, value in (("2025-06-30", 110.4), ("2025-09-30", 120.0))
    ),
    statement("EXMP.DE", "cashflow", "capex", "year", "2024-12-31", 111.0, source="Yahoo", source_repo="hansol-star/-",
              retrieved="2025-01-31"),
]  # fmt: skip


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    for file in PAYLOADS.glob("CIK*.json"):
        (data / "sec" / "companyfacts").mkdir(parents=True, exist_ok=True)
        shutil.copy(file, data / "sec" / "companyfacts")
    derived = "ticker,cik,item,period_start,period_end,value,unit,derived_q4,source,retrieved"
    plainsight = "joshuakeum9-cell/plainsight@c3da521 data/fundamentals/X.json"
    write_csv(
        data / "sec" / "derived_quarters.csv", derived,
        ("NVDA", "1045810", "opIncome", "", "2025-04-27", 21_638e6, "USD", "false", plainsight, "2026-08-22"),
        ("NVDA", "1045810", "opIncome", "", "2025-07-27", 28_440e6, "USD", "false", plainsight, "2026-08-22"),
        ("NVDA", "1045810", "sga", "", "2025-04-27", 1_041e6, "USD", "false", plainsight, "2026-08-22"),
        ("CRWV", "1769628", "OperatingIncomeLoss", "2026-04-01", "2026-06-30", -49e6, "USD", "false",
         "SEC companyfacts extract, retrieved 2026-09-22", "2026-09-22"),
    )  # fmt: skip
    write_csv(
        data / "sec" / "derived_years.csv", derived,
        ("NVDA", "1045810", "cash", "", "2025-01-26", 8_589e6, "USD", "false", plainsight, "2026-08-22"),
    )  # fmt: skip
    write_csv(
        data / "sec" / "extract_2026_09.csv",
        "ticker,cik,item,concept,period_start,period_end,value,unit,form,filed,source,retrieved",
        ("CRWV", "0001769628", "diluted_shares", "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding",
         "2026-04-01", "2026-06-30", 5e8, "shares", "10-Q", "2026-08-12", "SEC companyfacts extract", "2026-09-22"),
    )  # fmt: skip
    (data / "statements").mkdir()
    pl.DataFrame(STATEMENTS).write_parquet(data / "statements" / "statements.parquet")
    write_csv(
        data / "statements" / "yahoo_2026_09.csv",
        "ticker,statement,item,period_type,period_end,value,currency,source,retrieved",
        ("CRWV", "balance", "cash", "quarter", "2026-06-30", 6_000e6, "USD", "Yahoo via yfinance", "2026-09-30"),
    )
    write_csv(
        data / "fx" / "ecb_eurofxref.csv", "date,USD,KRW", ("2026-04-10", 1.1, 1650.0), ("2026-04-13", 1.2, 1680.0)
    )  # fmt: skip
    pair = "date,rate,source"
    write_csv(data / "fx" / "eurusd.csv", pair, ("2026-04-13", 9.9, "other"), ("2026-04-14", 1.25, "other"))
    write_csv(
        data / "fx" / "usdkrw.csv", pair,
        ("2026-04-14", 1400.0, "other"), ("2026-04-15", 14.0, "other"), ("2026-04-18", 1410.0, "a Saturday"),
    )  # fmt: skip
    write_csv(data / "fx" / "usdtwd.csv", pair, ("2013-11-30", 29.5, "other"), ("2014-01-02", 30.0, "other"))
    for name in ("usdcny", "usdhkd", "usdjpy"):
        write_csv(data / "fx" / f"{name}.csv", pair)
    write_csv(data / "fx" / "bad_days.csv", "pair,date,rate", ("usdkrw", "2026-04-15", 14.0))
    (data / "prices").mkdir()
    pl.DataFrame(
        {
            "ticker": ["NVDA", "NVDA", "AAPL"],
            "date": [date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 2)],
            "close": [200.0, None, 250.0],
            "currency": ["USD"] * 3,
            "source": ["s"] * 3,
        }
    ).write_parquet(data / "prices" / "daily_prices.parquet")
    write_csv(
        data / "prices" / "splits.csv", "ticker,date,ratio,note,source",
        ("NVDA", "2024-06-10", 10.0, "", "s"),
        ("NVDA", "", 2.0, "inferred; ex-date not in the data", "s"),
        ("NVDA", "2020-01-02", 1.1, "spin-off or class-dividend factor, not a share split", "s"),
    )  # fmt: skip
    write_csv(
        data / "segments" / "segments.csv",
        "ticker,segment,item,period_start,period_end,fiscal_label,value,unit,basis_note,source,quality",
        ("NVDA", "Graphics", "revenue", "2025-01-27", "2025-07-27", "6M YTD", 9.0, "USD", "reportable", "s", "exact"),
    )  # fmt: skip
    stated(data)
    return data


NOTE = "an invented cut"
FIGURE = {
    "company_id": "nvidia", "segment": "Graphics", "item": "revenue", "period_start": "2025-07-28",
    "period_end": "2025-10-26", "value": "5", "unit": "USD", "basis_note": NOTE, "quality": "exact",
    "reference": "NVIDIA release of 2025-11-19, invented",
}  # fmt: skip


def stated(data: Path, *others: dict[str, str]) -> Path:
    """Our file of segment figures: one good figure, and the others."""
    file = data / "stated.csv"
    write_csv(file, ",".join(FIGURE), *(({**FIGURE, **other}).values() for other in ({}, *others)))
    return file


@pytest.fixture
def built(packs: Path, tmp_path: Path) -> bundle.Bundle:
    out = tmp_path / "out"
    out.mkdir()
    build.build(packs, companies(), TICKERS, out, packs / "stated.csv")
    return bundle.read(out)


def row(built: bundle.Bundle, concept: str, end: date) -> dict:
    rows = built.observations.filter(pl.col("concept") == concept, pl.col("period_end") == end)
    return rows.row(0, named=True)


def ends(built: bundle.Bundle, concept: str, company_id: str = "example") -> list[date]:
    rows = built.observations.filter(pl.col("concept") == concept, pl.col("company_id") == company_id)
    return sorted(rows["period_end"])


def test_the_same_packs_give_the_same_bytes(packs: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        build.build(packs, companies(), TICKERS, tmp_path / name, packs / "stated.csv")
    for file in (*FILES, MANIFEST):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes(), file


def test_every_filed_fact_is_taken_and_what_is_excluded_is_counted(built: bundle.Bundle, tmp_path: Path) -> None:
    assert built.observations.filter(pl.col("source") == "sec").height == 144 + 37
    assert ends(built, "plainsight:sga", "nvidia") == []
    left_out = json.loads((tmp_path / "out" / MANIFEST).read_bytes())["left_out"]
    assert left_out["plainsight:sga"] == 1
    assert left_out["zeros of StockAnalysis and Alpha Vantage"] == 1
    assert left_out["aggregators' figures in another currency"] == 1


def test_aggregators_fill_only_what_filings_lack(built: bundle.Bundle) -> None:
    # The quarter to 2025-04-27 is filed; that to 2025-01-26 is the year (130,497 M) less nine months (91,166 M).
    assert ends(built, "stockanalysis:Revenue", "nvidia") == []
    assert ends(built, "stockanalysis:Inventory", "nvidia") == [date(2025, 4, 27)]


def test_yahoo_continues_where_the_first_aggregator_ends(built: bundle.Bundle) -> None:
    assert ends(built, "stockanalysis:Revenue") == [date(2024, 12, 31), date(2025, 3, 31), date(2025, 6, 30)]
    assert ends(built, "yahoo:revenue") == [date(2025, 9, 30)]
    assert ends(built, "alphavantage:totalRevenue") == []


def test_values_stay_as_printed_and_the_label_tells_the_sign(built: bundle.Bundle) -> None:
    assert row(built, "stockanalysis:Capital Expenditures", date(2025, 6, 30))["value"] == -30.0
    assert row(built, "yahoo:capex_positive", date(2024, 12, 31))["value"] == 111.0
    # Depreciation of the cash-flow statement, not of the income statement.
    assert row(built, "stockanalysis:Depreciation & Amortization", date(2025, 6, 30))["value"] == 8.0
    # Yahoo's cash through yfinance holds short-term investments.
    assert ends(built, "yahoo:cash_and_short_term_investments", "coreweave") == [date(2026, 6, 30)]


def test_what_means_no_item_or_ends_before_2014_is_not_taken(built: bundle.Bundle) -> None:
    assert ends(built, "stockanalysis:EBITDA") == []
    assert ends(built, "stockanalysis:Net Income Common") == []


def test_known_time_is_the_filing_or_a_marked_assumption(built: bundle.Bundle) -> None:
    def known(concept: str, end: date) -> tuple[date, str]:
        found = row(built, concept, end)
        return found["known_at"], found["known_at_basis"]

    # The extract names the filing's date; a quarter or balance counts as known 60 days after its end, a year 90 days …
    assert known("extract:diluted_shares", date(2026, 6, 30)) == (date(2026, 8, 12), "filed")
    assert known("stockanalysis:Revenue", date(2025, 6, 30)) == (date(2025, 8, 29), "assumed")
    assert known("stockanalysis:Total Assets", date(2025, 6, 30)) == (date(2025, 8, 29), "assumed")
    # … but no later than the day it was fetched: 2024-12-31 + 90 days is 2025-03-31, fetched 2025-01-31.
    assert known("yahoo:capex_positive", date(2024, 12, 31)) == (date(2025, 1, 31), "fetched")


def test_starts_that_a_source_does_not_give_are_assumed_and_marked(built: bundle.Bundle) -> None:
    second = row(built, "plainsight:opIncome", date(2025, 7, 27))
    assert (second["period_start"], second["period_basis"]) == (date(2025, 4, 28), "assumed")
    given = row(built, "us-gaap:OperatingIncomeLoss", date(2026, 6, 30))
    assert (given["period_start"], given["period_basis"], given["source"]) == (date(2026, 4, 1), "filed", "sec_derived")
    balance = row(built, "plainsight:cash", date(2025, 1, 26))
    assert (balance["period_start"], balance["period_basis"]) == (None, "filed")


@pytest.mark.parametrize(
    ("span", "before", "end", "start"),
    [
        ("quarter", date(2025, 4, 27), date(2025, 7, 27), date(2025, 4, 28)),  # 91 days after the one before
        ("quarter", date(2025, 1, 26), date(2025, 7, 27), date(2025, 4, 28)),  # too far: three months back, and a day
        ("quarter", None, date(2025, 6, 30), date(2025, 4, 1)),  # ends with a month: whole calendar months
        ("quarter", None, date(2025, 5, 31), date(2025, 3, 1)),
        ("quarter", None, date(2025, 2, 28), date(2024, 12, 1)),
        ("year", date(2024, 2, 29), date(2025, 2, 28), date(2024, 3, 1)),
        ("year", None, date(2025, 1, 26), date(2024, 1, 27)),
        ("year", None, date(2024, 12, 31), date(2024, 1, 1)),
    ],
)
def test_assumed_start(span: str, before: date | None, end: date, start: date) -> None:
    rows = [
        {"ticker": "X", "series": "s", "span": span, "period_start": None, "period_end": e} for e in (before, end) if e
    ]
    found = with_assumed_starts(pl.DataFrame(rows, schema_overrides={"period_start": pl.Date}))
    assert found.filter(pl.col("period_end") == end)["period_start"].to_list() == [start]


def test_rates_are_the_central_banks_and_others_only_after_it(built: bundle.Bundle) -> None:
    rates = {(c, d): (r, s) for d, c, r, s in built.fx_observations.drop("payload_sha256").iter_rows()}
    assert rates["EUR", date(2026, 4, 13)] == (1.2, market.ECB)
    assert rates["EUR", date(2026, 4, 14)] == (1.25, "other")
    assert rates["KRW", date(2026, 4, 13)] == (1.2 / 1680.0, market.ECB)
    assert rates["KRW", date(2026, 4, 14)] == (1 / 1400.0, "other")
    assert ("KRW", date(2026, 4, 15)) not in rates  # a bad day
    assert ("KRW", date(2026, 4, 18)) not in rates  # a snapshot on a Saturday
    assert [d for c, d in rates if c == "TWD"] == [date(2014, 1, 2)]


def test_prices_without_a_close_and_of_others_are_left_out(built: bundle.Bundle) -> None:
    assert built.price_observations.select("ticker", "date", "close").rows() == [("NVDA", date(2026, 7, 1), 200.0)]


def test_splits_without_a_date_keep_their_note(built: bundle.Bundle) -> None:
    splits = {d: (r, s, n) for _, d, r, s, n, _ in built.splits.iter_rows()}
    assert splits[None] == (2.0, True, "inferred; ex-date not in the data")
    assert splits[date(2024, 6, 10)] == (10.0, True, None)
    assert splits[date(2020, 1, 2)][:2] == (1.1, False)


def test_segments_keep_half_years_as_half_years(built: bundle.Bundle) -> None:
    halves = built.segment_observations.filter(pl.col("reference") == "s")
    assert halves.select("period_start", "period_end").rows() == [(date(2025, 1, 27), date(2025, 7, 27))]


# --- the tests that a series must pass ---

QUARTER_ENDS = [date(2024, 3, 31), date(2024, 6, 30), date(2024, 9, 30), date(2024, 12, 31)]


def series(item: str, amounts: list[float], ends: list[date] = QUARTER_ENDS, span: str = "quarter") -> pl.DataFrame:
    return pl.DataFrame(
        {
            "company_id": "example", "ticker": "EXMP", "concept": f"aggregator:{item}", "item": item,
            "source": "stockanalysis", "kind": "flow", "span": span, "period_end": ends, "amount": amounts,
        }
    )  # fmt: skip


def test_an_outflow_below_zero_is_no_outflow() -> None:
    assert plausibility.not_negative(series("capex", [5.0, -2.0, 0.0, 4.0]), RULES)["amount"].to_list() == [5, 0, 4]
    assert plausibility.not_negative(series("net_income", [-5.0] * 4), RULES).height == 4


@pytest.mark.parametrize(
    ("amounts", "kept"),
    [
        ([10.0, 21.0, 10.0, 10.0], [10, 10, 10]),  # a half-year booked as a quarter: more than twice both neighbours
        ([10.0, 20.0, 10.0, 10.0], [10, 20, 10, 10]),
        ([10.0, 4.9, 10.0, 10.0], [10, 10, 10]),
        ([10.0, 21.0, 40.0, 80.0], [10, 21, 40, 80]),  # growth is not alone
        ([30.0, 10.0, 10.0, 30.0], [30, 10, 10, 30]),  # the ends have one neighbour
    ],
)
def test_a_quarter_that_stands_alone_is_left_out(amounts: list[float], kept: list[float]) -> None:
    found = plausibility.not_alone(series("depreciation_amortization", amounts), RULES)
    assert found["amount"].to_list() == kept


def test_a_quarter_beside_a_gap_is_not_judged() -> None:
    gap = [date(2024, 3, 31), date(2024, 9, 30), date(2024, 12, 31)]
    assert plausibility.not_alone(series("depreciation_amortization", [10.0, 50.0, 10.0], gap), RULES).height == 3


def test_a_series_that_disagrees_with_filings_means_something_else() -> None:
    filed = series("capex", [100.0, 100.0, 100.0, 100.0])
    # Three of four within 5 % is the share asked for; two of four is not.
    enough, none = plausibility.agreeing(series("capex", [100.0, 104.0, 96.0, 200.0]), filed, RULES)
    assert (enough.height, none.height) == (4, 0)
    nothing, other = plausibility.agreeing(series("capex", [100.0, 104.0, 90.0, 200.0]), filed, RULES)
    assert nothing.height == 0
    assert other.rows() == [("example", "aggregator:capex", 4, 2)]
    too_few, _ = plausibility.agreeing(series("capex", [1.0] * 3, QUARTER_ENDS[:3]), filed, RULES)
    assert too_few.height == 3


def test_a_period_agrees_with_any_statement_of_it() -> None:
    restated = pl.concat([series("capex", [100.0] * 4), series("capex", [150.0] * 4)])
    assert plausibility.agreeing(series("capex", [150.0] * 4), restated, RULES)[0].height == 4


def test_quarters_that_do_not_add_up_to_the_filed_year_are_left_out() -> None:
    year = series("capex", [100.0], [date(2024, 12, 31)], span="year")
    assert plausibility.closing(series("capex", [25.0, 25.0, 25.0, 27.0]), year, RULES).height == 4  # 102 against 100
    assert plausibility.closing(series("capex", [25.0, 25.0, 25.0, 28.0]), year, RULES).height == 0  # 103 against 100
    three = series("capex", [25.0, 25.0, 90.0], QUARTER_ENDS[:3])
    assert plausibility.closing(three, year, RULES).height == 3


YEARS_OF_QUARTERS = [date(2022 + n // 4, 3 * (n % 4) + 3, 30) for n in range(8)]


@pytest.mark.parametrize(
    ("filed", "kept"),
    [
        ([10.0] * 8, 8),
        ([15.0] + [10.0] * 7, 8),  # seven of eight is more than 85 %, and the newest four are the filings'
        ([10.0] * 7 + [15.0], 0),  # the newest is not
        ([15.0, 15.0] + [10.0] * 6, 0),  # six of eight is less
        ([10.0] * 3, 0),  # three are no proof
    ],
)
def test_a_doubtful_label_counts_only_where_filings_bear_it_out(filed: list[float], kept: int) -> None:
    doubtful = series("operating_income", [10.0] * 8, YEARS_OF_QUARTERS)
    stated = series("operating_income", filed, YEARS_OF_QUARTERS[-len(filed) :])
    assert plausibility.proved(doubtful, stated, RULES, BY_HAND).height == kept
    compared = pl.DataFrame([("EXMP", "aggregator:operating_income")], BY_HAND.schema, orient="row")
    assert plausibility.proved(doubtful, stated, RULES, compared).height == 8
    assert plausibility.proved(series("capex", [10.0] * 4), stated, RULES, BY_HAND).height == 4


def test_expenses_net_of_income_are_none() -> None:
    once = series("interest_expense", [5.0, -1.0, 5.0, 5.0])
    assert plausibility.gross(once, RULES)["amount"].to_list() == [5, 5, 5]
    assert plausibility.gross(series("interest_expense", [5.0, -1.0, 5.0, -2.0]), RULES).height == 0
    long_ago = series(
        "interest_expense", [-1.0, -1.0, 5.0, 5.0], [date(1998, 3, 31), date(1998, 6, 30), *QUARTER_ENDS[:2]]
    )
    assert plausibility.gross(long_ago, RULES)["amount"].to_list() == [5, 5]
    assert plausibility.gross(series("income_tax", [-1.0, -1.0, 5.0, 5.0]), RULES).height == 4


@pytest.mark.parametrize(
    ("derived", "aggregated", "added", "kept"),
    [
        # The aggregator's speaks for its day; the other days are the parent's equity too, within 2 %, and stay.
        ([100.0, 100.0, 100.0, 100.0], [100.0, 101.0, 99.0, 100.0], 1, 3),
        # Minorities: 10 % more on every day. The whole series goes, also on days that no aggregator has.
        ([110.0, 110.0, 110.0, 110.0], [100.0, 100.0, 100.0], 1, 0),
        ([110.0, 110.0, 110.0, 110.0], [], 0, 4),
    ],
)
def test_balances_that_hold_more_than_their_item_give_way(
    derived: list[float], aggregated: list[float], added: int, kept: int
) -> None:
    stated = series("equity", derived, span="instant").with_columns(
        concept=pl.lit("plainsight:equity"), unit=pl.lit("EUR"), value="amount", reference=pl.lit("r"),
        period_start=pl.lit(None, pl.Date),
    )  # fmt: skip
    theirs = series("equity", [*aggregated, *[0.0] * (4 - len(aggregated))], span="instant").head(len(aggregated))
    given = selection.giving_way(stated.drop("item", "kind", "amount"), theirs, theirs.head(added), companies())
    assert given.height == kept


def test_a_year_is_missing_only_while_one_of_its_quarters_is() -> None:
    year = series("capex", [100.0], [date(2024, 12, 31)], span="year").with_columns(
        ticker=pl.lit("EXMP"), source=pl.lit("yahoo"), order=0, label_order=0, reference=pl.lit("r"), value=1.0
    )
    quarters = series("capex", [25.0] * 4).select(*selection.KEY, "period_end")
    assert selection.fill(year, quarters, ()).height == 0
    assert selection.fill(year, quarters.head(3), ()).height == 1


# --- our own file of segment figures ---


KNOWN = pl.DataFrame({"ticker": list(TICKERS), "company_id": list(TICKERS.values())})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"company_id": "nvidea"}, "no listed company 'nvidea'"),
        ({"item": "capex"}, "item 'capex' is none of revenue, operating_income"),
        ({"period_start": "2025-04-28"}, "182 days from period_start to period_end are no quarter and no year"),
        ({"period_end": "26.10.2025"}, "not both dates as 2026-06-30"),
        ({"value": "5,0"}, "value '5,0' is no number"),
        ({"value": "inf"}, "value 'inf' is no number"),
        ({"unit": "$m"}, r"unit '\$m' is no ISO 4217 code"),
        ({"quality": "good"}, "quality 'good' is none of exact, retyped, rounded"),
        ({"reference": " "}, "reference is empty"),
        ({}, "says what line 2 says; remove one of them"),
    ],
)
def test_a_bad_segment_figure_names_its_line(packs: Path, change: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=rf"^stated\.csv, line 3: .*{message}"):
        segments.segments(packs, KNOWN, stated(packs, change))


def test_a_segment_file_of_other_columns_or_torn_lines_is_refused(packs: Path) -> None:
    file = stated(packs)
    whole = file.read_text()
    file.write_text(whole.replace("reference", "source"))
    with pytest.raises(ValueError, match=r"^stated\.csv: the columns are company_id, segment, "):
        segments.segments(packs, KNOWN, file)
    file.write_text(whole + "nvidia,Graphics\n")
    with pytest.raises(ValueError, match=r"^stated\.csv, line 3: it has not 10 fields"):
        segments.segments(packs, KNOWN, file)


def test_a_segment_figure_that_is_stated_with_two_values_is_not_taken(packs: Path) -> None:
    # The same quarter in another document, on the same cut: the remark on recasting tells of no other one.
    other = {"reference": "another release", "value": "6", "basis_note": f"{NOTE} (FY2026 as recast)"}
    told = r"^nvidia Graphics revenue 2025-07-28 2025-10-26 USD is stated as 5 and 6 \(.*another release\); take"
    with pytest.raises(ValueError, match=told):
        segments.segments(packs, KNOWN, stated(packs, other))
    rows = segments.segments(packs, KNOWN, stated(packs, {**other, "basis_note": "a newer cut"}))
    assert sorted(rows["value"]) == [5.0, 6.0, 9.0]


# --- the judgements as data ---


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('reasons = "x"', r"bad\.toml, exclude 1: .*unexpected keyword argument 'reasons'"),
        ('reason = "x"', r"bad\.toml, exclude 1: .*missing.*'judged_by'"),
    ],
)
def test_a_broken_judgement_is_named(tmp_path: Path, line: str, message: str) -> None:
    bad = tmp_path / "bad.toml"
    rules = exclusions.FILE.read_text().split("[[prefer]]")[0]
    bad.write_text(f"prefer = []\n{rules}\n[[exclude]]\n{line}\n")
    with pytest.raises(ValueError, match=message):
        exclusions.load(bad)


def test_every_judgement_says_why_and_who_judged() -> None:
    judgements = exclusions.load()
    assert len(judgements.exclusions) > 20
    for judgement in (*judgements.exclusions, *judgements.preferences, *judgements.proofs):
        assert len(judgement.reason) > 10
        assert judgement.judged_by
