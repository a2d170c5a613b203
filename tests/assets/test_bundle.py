"""What the shipped bundle holds: figures as filed, honest known times, nothing of what the packs warn about."""

import json
import tomllib
from datetime import date, timedelta
from functools import cache
from importlib import resources
from pathlib import Path

import polars as pl
import pytest

import assets.bundle
from analytics.contracts import empty, table
from analytics.contracts.columns import SOURCES
from analytics.segments import segment_quarters
from analytics.stacks import registry
from assets.bundle import FILES, MANIFEST
from assets.sources import bundle

FOLDER = Path(assets.bundle.__file__).parent
LIMIT_BYTES = 10_000_000

# Facts whose period ends after the filing's date, as the filers tagged them.
BEFORE_THE_END = {
    ("adobe", "dei:EntityCommonStockSharesOutstanding", date(2010, 6, 15)),
    ("amd", "us-gaap:DeferredIncomeTaxLiabilitiesNet", date(2022, 12, 31)),
    ("nvidia", "dei:EntityPublicFloat", date(2011, 8, 1)),
    ("nvidia", "us-gaap:CommonStockDividendsPerShareDeclared", date(2014, 1, 26)),
    ("nvidia", "us-gaap:StockRepurchasedDuringPeriodShares", date(2014, 4, 27)),
}


@cache
def observations() -> pl.DataFrame:
    return bundle.read().observations


def figures(company_id: str, concept: str, start: date | None, end: date) -> set[float]:
    rows = observations().filter(
        pl.col("company_id") == company_id, pl.col("concept") == concept, pl.col("period_end") == end,
        pl.col("period_start").eq_missing(pl.lit(start, pl.Date)),
    )  # fmt: skip
    return set(rows["value"])


# Annual and quarterly reports of the companies, in millions.
@pytest.mark.parametrize(
    ("company_id", "concept", "start", "end", "unit", "millions"),
    [
        ("nvidia", "us-gaap:Revenues", date(2024, 1, 29), date(2025, 1, 26), "USD", 130_497),
        ("nvidia", "us-gaap:Revenues", date(2025, 1, 27), date(2026, 1, 25), "USD", 215_938),
        ("microsoft", "us-gaap:OperatingIncomeLoss", date(2024, 7, 1), date(2025, 6, 30), "USD", 128_528),
        ("amazon", "us-gaap:PaymentsToAcquireProductiveAssets", date(2024, 1, 1), date(2024, 12, 31), "USD", 82_999),
        ("alphabet", "us-gaap:Revenues", date(2024, 1, 1), date(2024, 12, 31), "USD", 350_018),
        ("tsmc", "extract:revenue", date(2024, 1, 1), date(2024, 12, 31), "TWD", 2_894_308),
        (
            "asml", "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax", date(2024, 1, 1), date(2024, 12, 31),
            "EUR", 28_262.9,
        ),
        (
            "coreweave", "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax", date(2026, 4, 1),
            date(2026, 6, 30), "USD", 2_575,
        ),
    ],
)  # fmt: skip
def test_figures_of_the_reports(
    company_id: str, concept: str, start: date, end: date, unit: str, millions: float
) -> None:
    found = figures(company_id, concept, start, end)
    assert len(found) == 1
    assert found.pop() / 1e6 == pytest.approx(millions, abs=0.5)
    units = observations().filter(pl.col("company_id") == company_id, pl.col("concept") == concept)["unit"]
    assert unit in set(units)


@pytest.mark.parametrize(
    ("company_id", "year", "millions"),
    [("sk-hynix", 2024, 66_192_960), ("tsmc", 2024, 2_894_308), ("samsung-electronics", 2024, 300_870_903)],
)
def test_four_quarters_add_up_to_the_year_of_the_annual_report(company_id: str, year: int, millions: float) -> None:
    quarters = observations().filter(
        pl.col("company_id") == company_id, pl.col("concept") == "stockanalysis:Revenue",
        pl.col("period_end").dt.year() == year,
    )  # fmt: skip
    assert quarters.height == 4
    # StockAnalysis prints Samsung's first quarter to the billion won.
    assert quarters["value"].sum() / 1e6 == pytest.approx(millions, rel=1e-5)


def test_a_restatement_stands_beside_what_it_restates() -> None:
    # Microsoft's operating income of fiscal 2017: 22,326 M in the 10-K of 2017, 29,025 M after ASC 606 in that of 2018.
    year = observations().filter(
        pl.col("company_id") == "microsoft", pl.col("concept") == "us-gaap:OperatingIncomeLoss",
        pl.col("period_start") == date(2016, 7, 1), pl.col("period_end") == date(2017, 6, 30),
    )  # fmt: skip
    first_said = dict(year.group_by("value").agg(pl.col("known_at").min()).iter_rows())
    assert first_said == {22_326e6: date(2017, 8, 2), 29_025e6: date(2018, 8, 3)}


def test_the_whole_sec_pack_is_there() -> None:
    # The pack counts 133,338 facts of 37 filers; ours keep every one of them.
    sec = observations().filter(pl.col("source") == "sec")
    assert (sec.height, sec["company_id"].n_unique()) == (133_338, 37)
    assert sec["reference"].str.contains(r"^\d{10}-\d{2}-\d{6}$").all()
    assert sec.select("known_at_basis", "period_basis").unique().rows() == [("filed", "filed")]


def test_the_files_are_small_enough() -> None:
    assert sum((FOLDER / file).stat().st_size for file in FILES) <= LIMIT_BYTES


def test_nothing_is_known_before_its_period_ends_but_what_filers_tagged_so() -> None:
    early = observations().filter(pl.col("period_end") > pl.col("known_at"))
    assert set(early.select("company_id", "concept", "period_end").rows()) == BEFORE_THE_END


def test_nothing_is_known_later_than_it_was_fetched() -> None:
    late = observations().filter(pl.col("known_at") > pl.col("fetched_at").dt.date())
    assert late.height == 0


def test_every_company_is_in_the_registry_and_every_source_has_a_rank() -> None:
    assert set(observations()["company_id"]) <= set(registry.load().companies["company_id"])
    assert set(observations()["source"]) <= set(SOURCES)


def test_amounts_of_aggregators_are_in_the_reporting_currency() -> None:
    companies = registry.load().companies.select("company_id", "currency")
    amounts = observations().filter(
        pl.col("source").is_in(["yahoo", "stockanalysis", "alphavantage"]), pl.col("unit") != "shares"
    )
    wrong = amounts.join(companies, on="company_id").filter(pl.col("unit") != pl.col("currency"))
    assert wrong.height == 0
    # Labelled "USD" by their sources: TSMC reports in TWD, Baidu in CNY.
    in_own = dict(amounts.group_by("company_id").agg(pl.col("unit").unique().first()).iter_rows())
    assert (in_own["tsmc"], in_own["baidu"], in_own["asml"], in_own["sk-hynix"]) == ("TWD", "CNY", "EUR", "KRW")


def test_periods_begin_before_they_end_and_balances_have_no_start() -> None:
    spans = observations().filter(pl.col("period_start").is_not_null())
    # Filers tag single days as durations now and then; none is negative.
    assert (spans["period_end"] >= spans["period_start"]).all()
    assumed = spans.filter(pl.col("period_basis") == "assumed")
    days = (assumed["period_end"] - assumed["period_start"]).dt.total_days() + 1
    assert (days.is_between(80, 100) | days.is_between(350, 380)).all()


@pytest.mark.parametrize(
    ("company_id", "concept", "why"),
    [
        (None, "plainsight:sga", "often administrative expense alone"),
        ("arista", "nikthetrip:net_income", "in millions"),
        (None, "alphavantage:commonStockSharesOutstanding", "mixes split bases"),
        (None, "yahoo:sharesOutstanding", "as quoted on a later day"),
        (None, "yahoo:ebitda", "holds non-operating gains"),
        (None, "yahoo:net_debt", "mixed definitions"),
        ("coreweave", "stockanalysis:Research & Development", "technology and infrastructure, not R&D"),
        ("amazon", "stockanalysis:Research & Development", "technology and infrastructure, not R&D"),
        ("sap", "yahoo:ebit", "without restructuring: 7,808 M in 2024, as filed 4,665 M"),
        ("intel", "stockanalysis:Interest Expense / Income", "net of interest income"),
        ("samsung-electronics", "stockanalysis:Interest Expense / Income", "net of interest income"),
        ("ibm", "stockanalysis:Operating Income", "holds other income; none is filed"),
        ("constellation", "yahoo:gross_profit", "no cost of revenue is filed"),
        ("hpe", "stockanalysis:Gross Profit", "leaves out a part of the cost"),
        ("alibaba", "stockanalysis:Capital Expenditures", "half-years"),
        ("kla", "stockanalysis:Total Debt", "without leases"),
    ],
)
def test_labels_that_the_packs_warn_about_are_left_out(company_id: str | None, concept: str, why: str) -> None:
    rows = observations().filter(pl.col("concept") == concept)
    assert rows.filter(company_id is None or pl.col("company_id") == company_id).height == 0, why


def test_figures_that_the_packs_warn_about_are_left_out() -> None:
    derived = observations().filter(pl.col("source") == "sec_derived")
    assert "RUB" not in set(derived["unit"])
    assert set(derived.filter(pl.col("company_id") == "tsmc")["unit"]) == {"TWD"}
    assert derived.filter(pl.col("company_id") == "talen")["period_end"].min() > date(2023, 5, 17)
    capex = derived.filter(pl.col("company_id") == "iren", pl.col("concept") == "extract:capex")
    assert capex["period_start"].null_count() == 0
    # SK Hynix's net income of 2026-06, 93.8 tn, is above its revenue of 79.3 tn.
    assert figures("sk-hynix", "yahoo:net_income", date(2026, 4, 1), date(2026, 6, 30)) == set()
    assert figures("sk-hynix", "yahoo:revenue", date(2026, 4, 1), date(2026, 6, 30)) != set()


def test_property_of_an_aggregator_holds_no_rights_of_use() -> None:
    # Amazon on 2025-06-30: 379,741 M by StockAnalysis, of which 297,616 M are property and 82,125 M leases.
    rows = observations().filter(pl.col("concept") == "stockanalysis:Property, Plant & Equipment")
    assert rows["period_end"].max() < date(2019, 1, 1)


def test_no_zero_of_an_aggregator_stands_for_what_is_not_reported() -> None:
    zeros = observations().filter(pl.col("value") == 0, pl.col("source").is_in(["stockanalysis", "alphavantage"]))
    assert zeros.height == 0


def test_labels_tell_the_sign() -> None:
    capex = observations().filter(pl.col("concept").str.contains("(?i)capex|capital ?expenditure"))
    signs = {
        concept: (values.list.min()[0] < 0, values.list.max()[0] > 0)
        for concept, values in ((c, rows["value"].implode()) for (c,), rows in capex.group_by("concept") if ":" in c)
    }
    assert signs["yahoo:capex"] == (True, False)
    assert signs["yahoo:capex_positive"] == (False, True)
    assert signs["stockanalysis:Capital Expenditures"] == (True, False)
    assert signs["alphavantage:capitalExpenditures"] == (False, True)
    assert signs["extract:capex"] == (False, True)


def test_one_aggregator_speaks_for_one_item_of_one_company_before_yahoo_continues_it() -> None:
    series = observations().filter(pl.col("source").is_in(["stockanalysis", "alphavantage"]))
    revenue = series.filter(pl.col("concept").is_in(["stockanalysis:Revenue", "alphavantage:totalRevenue"]))
    assert revenue.group_by("company_id").agg(pl.col("source").n_unique())["source"].max() == 1


def test_fx_has_one_rate_a_day_for_every_currency_that_companies_report_in() -> None:
    read = bundle.read()
    fx = read.fx_observations
    assert not fx.select("date", "currency").is_duplicated().any()
    currencies = set(registry.load().companies["currency"].drop_nulls()) | set(read.price_observations["currency"])
    assert currencies - {"USD"} <= set(fx["currency"])
    assert fx["date"].min() <= date(2013, 12, 31)
    # ECB reference rates of 2024-12-31: 1.0389 dollars and 7.5833 yuan for one euro.
    day = dict(fx.filter(pl.col("date") == date(2024, 12, 31)).select("currency", "usd_per_unit").iter_rows())
    assert day["EUR"] == pytest.approx(1.0389)
    assert day["CNY"] == pytest.approx(1.0389 / 7.5833)
    # 32.8 new Taiwan dollars to the dollar at the end of 2024, to the nearest tenth.
    assert 1 / day["TWD"] == pytest.approx(32.8, abs=0.05)


def test_prices_and_splits_are_of_listed_companies_and_tell_spin_offs_from_splits() -> None:
    read = bundle.read()
    tickers = set(registry.load().companies["ticker"].drop_nulls())
    assert set(read.price_observations["ticker"]) | set(read.splits["ticker"]) <= tickers
    splits = {(t, d): (r, s) for t, d, r, s in read.splits.select("ticker", "date", "ratio", "is_share_split").rows()}
    assert splits["NVDA", date(2024, 6, 10)] == (10.0, True)
    assert splits["WDC", date(2025, 2, 24)] == (1.323, False)
    assert splits["KLAC", None] == (10.0, True)


def test_segments_keep_their_dates_and_bases() -> None:
    rows = bundle.read().segment_observations
    # Amazon's 10-K for 2024: AWS revenue 107,556 M, operating income 39,834 M.
    aws = rows.filter(
        pl.col("company_id") == "amazon", pl.col("segment").str.contains("AWS"),
        pl.col("period_start") == date(2024, 1, 1), pl.col("period_end") == date(2024, 12, 31),
    )  # fmt: skip
    assert dict(aws.select("item", "value").iter_rows()) == {"revenue": 107_556e6, "operating_income": 39_834e6}
    cloud = rows.filter(pl.col("company_id") == "microsoft", pl.col("segment") == "Intelligent Cloud")
    assert cloud["basis_note"].n_unique() >= 2


def clouds() -> pl.DataFrame:
    """Quarters of the three clouds, with their segmentation, as the bundle gives them."""
    of = {"amazon": "AWS", "alphabet": "Google Cloud", "microsoft": "Intelligent Cloud"}
    rows = bundle.read().segment_observations.filter(
        pl.col("company_id").replace_strict(of, default=None) == pl.col("segment")
    )
    return segment_quarters(rows, registry.load().companies, empty(table("core.fx_rates")))


# Operating income and revenue of fiscal years in millions, as annual reports and releases state them (of Microsoft's
# 2026 we have only the revenue).
FIRST_BASIS = "reportable segment; operating income on the basis first reported"
NEW_CUT = "segment basis after the August 2024 re-segmentation"
OLD_CUT = "segment basis before the August 2024 re-segmentation (as first reported)"
YEARS = {
    ("amazon", "reportable segment", 2019): (9_201, 35_026),
    ("amazon", "reportable segment", 2020): (13_531, 45_370),
    ("amazon", "reportable segment", 2021): (18_532, 62_202),
    ("amazon", "reportable segment", 2022): (22_841, 80_096),
    ("amazon", "reportable segment", 2023): (24_631, 90_757),
    ("amazon", "reportable segment", 2024): (39_834, 107_556),
    ("amazon", "reportable segment", 2025): (45_606, 128_725),
    ("alphabet", "reportable segment", 2022): (-1_922, 26_280),
    ("alphabet", "reportable segment", 2023): (1_716, 33_088),
    ("alphabet", "reportable segment", 2024): (6_112, 43_229),
    ("alphabet", FIRST_BASIS, 2020): (-5_607, 13_059),
    ("alphabet", FIRST_BASIS, 2021): (-3_099, 19_206),
    ("alphabet", FIRST_BASIS, 2022): (-2_968, 26_280),
    ("microsoft", OLD_CUT, 2020): (18_324, 48_366),
    ("microsoft", NEW_CUT, 2024): (37_813, 87_464),
    ("microsoft", NEW_CUT, 2025): (44_589, 106_265),
    ("microsoft", NEW_CUT, 2026): (None, 137_791),
}  # fmt: skip


@pytest.mark.parametrize(("company", "note", "year"), YEARS)
def test_four_quarters_of_a_cloud_are_the_stated_year(company: str, note: str, year: int) -> None:
    end = date(year, 6 if company == "microsoft" else 12, 30)
    quarters = clouds().filter(
        pl.col("company_id") == company,
        pl.col("basis_note") == note,
        pl.col("derivation") != "year_only",
        pl.col("period_end").is_between(end.replace(year=year - 1) + timedelta(days=3), end + timedelta(days=3)),
    )
    sums = dict(quarters.group_by("item").agg(pl.col("value").sum() / 1e6).rows())
    assert dict(quarters["item"].value_counts().rows()) == {"operating_income": 4, "revenue": 4}
    income, revenue = YEARS[company, note, year]
    assert sums["revenue"] == revenue
    assert income in (sums["operating_income"], None)


def test_the_clouds_are_known_by_quarter_until_mid_2026() -> None:
    # Releases of 2026-07-22 (Alphabet), 07-29 (Microsoft) and 07-30 (Amazon), for the quarter to June.
    newest = clouds().filter(pl.col("period_end") == date(2026, 6, 30), pl.col("item") == "operating_income")
    assert dict(newest.select("company_id", pl.col("value") / 1e6).rows()) == {
        "alphabet": 8_814, "amazon": 16_621, "microsoft": 15_955,
    }  # fmt: skip
    # From 2020 on no quarter of AWS or Intelligent Cloud lacks; Google Cloud's income is first told for 2020.
    told = clouds().filter(pl.col("derivation") != "year_only", pl.col("period_end") >= date(2020, 1, 1))
    ends = told.group_by("company_id", "item").agg(pl.col("period_end").n_unique())
    assert set(ends["period_end"]) == {26}


def test_the_segments_of_amazon_are_its_operating_income() -> None:
    # AWS, North America and International, and the consolidated figure, of the 10-K for 2022 and 2024, in millions.
    stated = {2020: 22_899, 2021: 24_879, 2022: 12_248, 2023: 36_852, 2024: 68_593}
    rows = bundle.read().segment_observations.filter(
        pl.col("company_id") == "amazon", pl.col("item") == "operating_income",
        (pl.col("period_end") - pl.col("period_start")).dt.total_days() > 350,
    )  # fmt: skip
    one = rows.unique(["segment", "period_end"]).group_by(year=pl.col("period_end").dt.year())
    parts = one.agg(pl.len(), pl.col("value").sum() / 1e6).filter(pl.col("len") == 3)
    assert dict(parts.select("year", "value").rows()) == stated
    # The release of 2026-02-05: North America and International beside it, and all of Amazon, last quarter and year.
    aws = dict(
        clouds()
        .filter(
            pl.col("segment") == "AWS", pl.col("item") == "operating_income", pl.col("period_end").dt.year() == 2025
        )
        .sort("period_end")
        .select(pl.col("period_end").dt.quarter(), pl.col("value") / 1e6)
        .rows()
    )
    assert (aws[4] + 11_472 + 1_040, sum(aws.values()) + 29_619 + 4_750) == (24_977, 79_975)


def test_every_quarantined_figure_is_a_fact_of_that_filing() -> None:
    text = resources.files("analytics").joinpath("quarantine.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    told = set(
        observations()
        .filter(pl.col("source").is_in(["sec", "sec_derived"]))
        .select("company_id", "concept", "period_start", "period_end", "value", "reference")
        .rows()
    )
    for f in document["figure"]:
        fact = (f["company"], f["concept"], f.get("period_start"), f["period_end"], float(f["value"]), f["accession"])
        assert fact in told, f
        assert set(document["why"][f["why"]]) == {"reason", "source", "date"}


def test_the_manifest_counts_what_was_left_out() -> None:
    manifest = json.loads((FOLDER / MANIFEST).read_bytes())
    assert manifest["left_out"]["plainsight:sga"] == 325
    assert manifest["files"]["observations.parquet"]["rows"] == observations().height


def test_the_data_notice_tells_the_counts() -> None:
    notice = (Path(__file__).parents[2] / "docs" / "data.md").read_text(encoding="utf-8")
    manifest = json.loads((FOLDER / MANIFEST).read_bytes())
    for file, name in FILES.items():
        assert f"| {file} | {name} | {manifest['files'][file]['rows']:,} |" in notice
    prefix = pl.when(pl.col("source") == "sec_derived").then(
        pl.format("sec_derived`, `{}:…", pl.col("concept").str.split(":").list.first())
    )
    labels = observations().select("company_id", label=pl.coalesce(prefix, "source"))
    for label, rows, companies in labels.group_by("label").agg(pl.len(), pl.col("company_id").n_unique()).iter_rows():
        assert f"| `{label}` | {rows:,} | {companies} |" in notice
    left_out = manifest["left_out"]
    for name in (
        "zeros of StockAnalysis and Alpha Vantage",
        "aggregators' figures below zero that cannot be",
        "aggregators' quarters that stand alone",
        "aggregators' quarters of years that do not close",
    ):
        assert f"| {left_out[name]:,} |" in notice
    assert f"| {sum(name.startswith('series of another definition') for name in left_out)} series |" in notice
