"""Corruptions: what the audit, a contract or a rule of sanity names when a figure is wrong, and what none of them can.

Three places where a figure may go wrong: in a table after it was made (the audit names it), in raw after it was
fetched (its id, its payload or the second derivation names it), and at the source (a rule of sanity, a gap or a
disagreement does).

What cannot be told, at the source alone: a plausible change of the only statement there is; a change within the
rounding of a filing, four units of a year; a company whose whole history is off by one factor; a date of filing that
is wrong and possible. The last tests here show the first two.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import duckdb
import polars as pl
import pytest

from analytics import statements
from assets.audit import checks, compare
from assets.audit.audit import audit, judge
from assets.sources.observation import with_ids
from tests.analytics.facts import companies, day, no_rates, observations, quarter
from tests.assets import corruptions
from tests.assets.corruptions import CASH, OCF, REVENUE, acme, beta, said
from tests.sampling import sampled

QUARTERS, YEARS = "core.company_quarters", "core.company_years"
SECOND = "company_id = 'acme' AND item = 'revenue' AND period_end = '2024-06-30'"
FOURTH = "company_id = 'acme' AND item = 'revenue' AND period_end = '2024-12-31'"
BETA = "company_id = 'beta' AND item = 'revenue' AND period_end = '2024-06-30'"
SAID = "company_id = 'acme' AND concept = 'us-gaap:Revenues' AND period_start = '2024-04-01'"
TOP = "lens = 'stack' AND layer = 'top' AND calendar_quarter = '2024Q2' AND \"window\" = 'quarter'"
YEAR = "lens = 'stack' AND layer = 'top' AND calendar_quarter = '2024Q4' AND \"window\" = 'ttm'"


@dataclass(frozen=True)
class Corruption:
    """SQL that corrupts, and for each place that must name it the words of its line."""

    name: str
    sql: str
    named: tuple[tuple[str, ...], ...]


def corrupted(name: str, sql: str, *named: tuple[str, ...]) -> Corruption:
    return Corruption(name, sql, named)


def copied(table: str, where: str, **replaced: str) -> str:
    """SQL that adds a copy of a row with some columns replaced."""
    changes = ", ".join(f"{value} AS {name}" for name, value in replaced.items())
    return f"INSERT INTO {table} BY NAME SELECT * REPLACE ({changes}) FROM {table} WHERE {where}"


AT = ("company_id acme, item revenue, period_end 2024-06-30",)
DERIVED = (
    corrupted(
        "sign flipped",
        f"UPDATE {QUARTERS} SET value = -value WHERE {SECOND}",
        (QUARTERS, *AT, "value is -150000000.0, derived again 150000000.0"),
        ("never_negative", "acme: revenue: 2024-06-30"),
        ("reported_as_said", "acme: revenue: 2024-06-30"),
    ),
    corrupted(
        "a thousand times", f"UPDATE {QUARTERS} SET value = value * 1000 WHERE {SECOND}", (QUARTERS, *AT, "value is")
    ),
    corrupted(
        "a thousandth",
        f"UPDATE {QUARTERS} SET value = value / 1000 WHERE company_id = 'acme' AND item = 'total_assets'",
        (QUARTERS, "item total_assets", "value is 1150000.0, derived again 1150000000.0"),
        ("cash_within_assets", "acme: cash: 2024-06-30"),
    ),
    corrupted(
        "shifted by a quarter",
        f"UPDATE {QUARTERS} SET period_start = '2024-07-01', period_end = '2024-09-29' WHERE {SECOND}",
        (QUARTERS, *AT, "follows, and is not published"),
        (QUARTERS, "period_end 2024-09-29", "is published, and follows from nothing"),
        ("quarters_overlap", "acme: revenue: 2024-09-30"),
    ),
    corrupted(
        "a year off",
        f"UPDATE {QUARTERS} SET period_start = '2025-04-01', period_end = '2025-06-30' WHERE {SECOND}",
        (QUARTERS, *AT, "follows, and is not published"),
        ("known_before_end", "acme: revenue: 2025-06-30"),
        ("periods", "acme: revenue: 2025-06-30"),
    ),
    corrupted(
        "another currency",
        f"UPDATE {QUARTERS} SET currency = 'EUR' WHERE {SECOND}",
        (QUARTERS, *AT, "currency is 'EUR', derived again 'USD'"),
        ("reporting_currency", "acme: revenue: 2024-06-30: in EUR"),
        ("observations_exist", "acme: revenue: 2024-06-30", "is in USD, the figure in EUR"),
    ),
    corrupted(
        "known before its filing",
        f"UPDATE {QUARTERS} SET known_at = '2024-07-01' WHERE {SECOND}",
        (QUARTERS, *AT, "known_at"),
        ("known_before_inputs", "acme: revenue: 2024-06-30", "known 2024-07-01, its observation", "on 2024-08-01"),
    ),
    corrupted(
        "known before its end",
        f"UPDATE {YEARS} SET known_at = '2024-12-01' WHERE {FOURTH}",
        (YEARS, "period_end 2024-12-31: known_at"),
        ("known_before_end", "acme: revenue: 2024-12-31"),
    ),
    corrupted(
        "known later", f"UPDATE {QUARTERS} SET known_at = '2024-09-01' WHERE {SECOND}", (QUARTERS, *AT, "known_at is")
    ),
    corrupted(
        "another basis",
        f"UPDATE {QUARTERS} SET basis_until = '2025-05-01' WHERE {SECOND}",
        (QUARTERS, *AT, "basis_until is datetime.date(2025, 5, 1), derived again None"),
    ),
    corrupted(
        "items swapped",
        f"UPDATE {QUARTERS} SET item = CASE item WHEN 'revenue' THEN 'net_income' ELSE 'revenue' END "
        "WHERE company_id = 'acme' AND item IN ('revenue', 'net_income') AND period_end = '2024-06-30'",
        (QUARTERS, *AT, "value is 22500000.0, derived again 150000000.0"),
        ("observations_exist", "acme: revenue: 2024-06-30", "us-gaap:NetIncomeLoss, which means net_income"),
    ),
    corrupted(
        "companies swapped",
        f"UPDATE {QUARTERS} SET company_id = 'gamma' WHERE {SECOND}",
        (QUARTERS, *AT, "follows, and is not published"),
        ("observations_exist", "gamma: revenue: 2024-06-30", "is of acme"),
    ),
    corrupted(
        "an unknown quarter as zero",
        copied(
            QUARTERS,
            SECOND,
            company_id="'gamma'",
            period_start="DATE '2024-10-01'",
            period_end="DATE '2024-12-31'",
            value="0.0",
        ),
        (QUARTERS, "company_id gamma, item revenue, period_end 2024-12-31, derivation reported: is published"),
        ("missing_quarters_have_reasons", "gamma: revenue: 2024-12-31: known, and a gap says"),
    ),
    corrupted(
        "a row lost",
        f"DELETE FROM {QUARTERS} WHERE {SECOND}",
        (QUARTERS, *AT, "follows, and is not published"),
        ("missing_quarters_have_reasons", "acme: revenue: 2024-12-31: 3 quarters of fiscal 2024"),
    ),
    corrupted(
        "a row too many",
        copied(QUARTERS, SECOND, period_start="DATE '2025-01-01'", period_end="DATE '2025-03-31'"),
        (QUARTERS, "item revenue, period_end 2025-03-31, derivation reported: is published, and follows from nothing"),
        ("reported_as_said", "acme: revenue: 2025-03-31"),
    ),
    corrupted(
        "a row twice, with another value",
        copied(QUARTERS, SECOND, value="151e6"),
        ("contracts", QUARTERS, "2 rows have the key {'company_id': 'acme', 'item': 'revenue'"),
    ),
    corrupted(
        "a derived quarter called reported",
        f"UPDATE {QUARTERS} SET derivation = 'reported' WHERE {FOURTH}",
        (QUARTERS, "item revenue, period_end 2024-12-31, derivation reported: is published, and follows from nothing"),
        ("reported_as_said", "acme: revenue: 2024-12-31"),
    ),
    corrupted(
        "another calendar quarter",
        f"UPDATE {QUARTERS} SET calendar_quarter = '2024Q3' WHERE {SECOND}",
        (QUARTERS, *AT, "calendar_quarter is '2024Q3', derived again '2024Q2'"),
        ("periods", "acme: revenue: 2024-06-30", "labelled 2024Q3"),
    ),
    corrupted(
        "dollars at a rate that never was",
        f"UPDATE {QUARTERS} SET value_usd = value * 1.5 WHERE {BETA}",
        (QUARTERS, "company_id beta, item revenue, period_end 2024-06-30", "value_usd is 45000000.0"),
        ("dollars_within_rates", "beta: revenue: 2024-06-30"),
    ),
    corrupted(
        # 2024-06-28, a Friday, is day 543 of the rates: 1.0543 where the quarter's average is about 1.0499.
        "a flow at the closing rate",
        f"UPDATE {QUARTERS} SET value_usd = value * 1.0543 WHERE {BETA}",
        (QUARTERS, "company_id beta, item revenue, period_end 2024-06-30", "value_usd"),
    ),
    corrupted(
        "the year in the fourth quarter",
        f"UPDATE {QUARTERS} SET value = 620e6 WHERE {FOURTH}",
        (QUARTERS, "period_end 2024-12-31", "value is 620000000.0, derived again 170000000.0"),
        ("quarters_close_their_year", "acme: revenue: 2024-12-31: the quarters of fiscal 2024 sum to 1070000000.0"),
    ),
    corrupted(
        "the year beside its quarters lost",
        f"DELETE FROM {QUARTERS} WHERE company_id = 'gamma' AND item = 'revenue' AND period_end = '2024-12-31'",
        (QUARTERS, "company_id gamma", "derivation year_only: follows, and is not published"),
        (
            "missing_quarters_have_reasons",
            "gamma: revenue: 2024-12-31: only 0 quarters are known and the year does not",
        ),
    ),
    corrupted(
        "a reason lost",
        "DELETE FROM core.gaps WHERE company_id = 'gamma' AND item = 'revenue'",
        ("core.gaps", "company_id gamma, item revenue, period_end 2024-12-31: follows, and is not published"),
        ("missing_quarters_have_reasons", "gamma: revenue: 2024-12-31", "no gap says why"),
    ),
    corrupted(
        "another company's observation",
        f"UPDATE {QUARTERS} SET observation_id = (SELECT observation_id FROM {QUARTERS} WHERE {BETA}) WHERE {SECOND}",
        (QUARTERS, *AT, "observation_id"),
        ("observations_exist", "acme: revenue: 2024-06-30", "is of beta"),
    ),
    corrupted(
        "an observation that never was",
        f"UPDATE {QUARTERS} SET minus_observation_id = 'ffffffffffffffff' WHERE {FOURTH}",
        (QUARTERS, "minus_observation_id"),
        ("observations_exist", "acme: revenue: 2024-12-31", "is not in raw.observations"),
    ),
    corrupted(
        "a computed item off by a million",
        f"UPDATE {QUARTERS} SET value = value + 1e6 WHERE company_id = 'acme' AND item = 'free_cash_flow'",
        (QUARTERS, "item free_cash_flow", "value"),
        ("computed_items", "acme: free_cash_flow: 2024-06-30"),
    ),
    corrupted(
        "gross profit off by a million",
        f"UPDATE {QUARTERS} SET value = value + 1e6 WHERE company_id = 'acme' AND item = 'gross_profit'",
        (QUARTERS, "item gross_profit", "value"),
        ("gross_profit", "acme: gross_profit: 2024-06-30"),
    ),
    corrupted(
        "a wrong year",
        f"UPDATE {YEARS} SET value = 625e6 WHERE {FOURTH}",
        (YEARS, "item revenue, period_end 2024-12-31: value is 625000000.0, derived again 620000000.0"),
        ("quarters_close_their_year", "acme: revenue: 2024-12-31"),
    ),
    corrupted(
        "a restatement lost", "DELETE FROM marts.restatements", ("marts.restatements", "follows, and is not published")
    ),
    corrupted("a disagreement hidden", "DELETE FROM marts.disagreements", ("marts.disagreements", "item revenue")),
    corrupted(
        "an anomaly invented",
        "INSERT INTO core.anomalies BY NAME SELECT company_id, item, period_end, value, currency, source, "
        f"observation_id, 'negative' AS rule, 'error' AS severity, '' AS message FROM {QUARTERS} WHERE {SECOND}",
        ("core.anomalies", *AT, "is published, and follows from nothing"),
    ),
    corrupted(
        "another rate",
        "UPDATE core.fx_rates SET usd_per_unit = 2 WHERE date = '2024-06-28'",
        ("core.fx_rates", "date 2024-06-28, currency EUR: usd_per_unit is 2.0, derived again 1.0543"),
    ),
    corrupted(
        "another close",
        "UPDATE core.prices SET close = 11 WHERE date = '2024-06-28'",
        ("core.prices", "company_id acme, date 2024-06-28: close is 11.0, derived again 20.0"),
    ),
    corrupted(
        "a segment's quarter",
        "UPDATE core.segment_quarters SET value = 91e6 WHERE period_end = '2024-12-31' AND item = 'revenue'",
        ("core.segment_quarters", "segment Cloud, item revenue, period_end 2024-12-31", "derived again 90000000.0"),
        ("dollars_within_rates", "gamma: Cloud revenue: 2024-12-31"),
    ),
    corrupted(
        "a metric null to zero",
        "UPDATE marts.company_metrics SET value = 0 "
        "WHERE company_id = 'gamma' AND metric = 'capex' AND calendar_quarter = '2024Q4'",
        (
            "marts.company_metrics",
            "company_id gamma, calendar_quarter 2024Q4",
            "metric capex: value is 0.0, derived again None",
        ),
        ("null_has_a_reason", "gamma: capex: 2024Q4"),
    ),
    corrupted(
        "a layer's sum",
        f"UPDATE marts.layer_metrics SET value = 16e6 WHERE {TOP} AND metric = 'capex' AND basis = 'layer'",
        (
            "marts.layer_metrics",
            "layer top",
            "calendar_quarter 2024Q2",
            "metric capex: value is 16000000.0, derived again 15000000.0",
        ),
        ("layer_amounts_are_sums", "stack/top capex: 2024Q2"),
    ),
    corrupted(
        "a layer's coverage",
        f"UPDATE marts.layer_metrics SET coverage_ratio = 1 WHERE {TOP} AND metric = 'capex' AND basis = 'layer'",
        ("marts.layer_metrics", "metric capex: coverage_ratio is 1.0, derived again 0.5"),
        ("layer_figures", "stack/top capex: 2024Q2"),
    ),
    corrupted(
        "a share",
        f"UPDATE marts.value_capture SET share_of_net = 0.5 WHERE {TOP} AND pool = 'operating_income'",
        ("marts.value_capture", "calendar_quarter 2024Q2, window quarter, pool operating_income: share_of_net is 0.5"),
        ("pools_are_sums", "stack operating_income: 2024Q2", "shares sum to"),
    ),
    corrupted(
        "a pool",
        f"UPDATE marts.value_capture SET amount_usd = 31e6 WHERE {TOP} AND pool = 'operating_income'",
        ("marts.value_capture", "pool operating_income: amount_usd is 31000000.0, derived again 30000000.0"),
        ("pools_are_sums", "stack/top operating_income: 2024Q2", "the members sum to 30000000.0"),
    ),
    corrupted(
        "dollars counted twice",
        copied("marts.member_amounts", f"{TOP} AND company_id = 'acme' AND basis = 'consolidated'", layer="'bottom'"),
        (
            "marts.member_amounts",
            "layer bottom, basis consolidated, member_id acme",
            "is published, and follows from nothing",
        ),
        ("each_dollar_once", "acme: revenue: 2024Q2: counted 2 times in stack on the consolidated basis: bottom, top"),
        ("members_measured_as_declared", "acme: stack/bottom: 2024Q2"),
    ),
    corrupted(
        "a member in another layer",
        "UPDATE core.memberships SET layer = 'bottom' WHERE company_id = 'acme'",
        ("core.memberships", "layer bottom, member_id acme", "is published, and follows from nothing"),
        ("members_measured_as_declared", "acme: stack/top: 2024Q2"),
    ),
    corrupted(
        "a member primary twice",
        copied("core.memberships", "company_id = 'acme'", layer="'bottom'"),
        ("core.memberships", "layer bottom, member_id acme"),
        ("memberships_cover", "acme: stack/bottom: is primary also in top"),
    ),
    corrupted(
        "another fiscal year's end",
        "UPDATE core.companies SET fiscal_year_end_month = 9 WHERE company_id = 'acme'",
        ("core.companies", "company_id acme: fiscal_year_end_month is 9, derived again 12"),
    ),
    corrupted(
        "coverage embellished",
        "UPDATE marts.coverage SET n_reported = 9 WHERE member_id = 'gamma' AND item = 'revenue'",
        ("marts.coverage", "member_id gamma, item revenue: n_reported is 9, derived again 3"),
    ),
    corrupted(
        "an index of concentration",
        f"UPDATE marts.concentration SET hhi = 9000 WHERE {TOP} AND item = 'revenue' AND basis = 'layer'",
        ("marts.concentration", "layer top", "item revenue", "hhi is 9000.0, derived again 10000.0"),
    ),
    corrupted(
        "a dollar that no lens places",
        "UPDATE marts.universe SET placed_usd = placed_usd + 1e6, total_usd = total_usd + 1e6 "
        "WHERE item = 'operating_income' AND calendar_quarter = '2024Q2'",
        ("marts.universe", "item operating_income, calendar_quarter 2024Q2: total_usd is"),
    ),
    corrupted(
        "a new dollar that was there before",
        f"UPDATE marts.increments SET increment_usd = increment_usd + 1e6 WHERE {YEAR} AND item = 'operating_income'",
        ("increments_close", "stack/top operating_income: 2024Q4", "since 2023Q4", "is not"),
    ),
    corrupted(
        "a share of the increment",
        f"UPDATE marts.increments SET share_of_net = 2 WHERE {YEAR} AND item = 'operating_income'",
        ("increments_close", "stack operating_income: 2024Q4", "shares sum to 2.0 of net"),
    ),
    corrupted(
        "a part of a change of margin",
        f"UPDATE marts.decomposition SET within = within + 0.01 WHERE {TOP}",
        ("decompositions_close", "stack/top operating_margin: 2024Q2", "since 2023Q2", "is not 0.01"),
        ("decompositions_close", "stack/top operating_margin: 2024Q2", "the members sum to"),
    ),
    corrupted(
        "a member's weight",
        f"UPDATE marts.decomposition_members SET weight = 0.9 WHERE {TOP}",
        ("decompositions_close", "stack/top operating_margin: 2024Q2", "weights sum to 0.9"),
    ),
    corrupted(
        "a margin that is not the layer's",
        "UPDATE marts.decomposition SET margin = margin + 0.1, change = change + 0.1, within = within + 0.1 "
        f"WHERE {TOP}",
        ("decompositions_close", "stack/top operating_margin: 2024Q2", "of the layer"),
    ),
    corrupted(
        "a debt that paid for capex",
        "UPDATE marts.company_capital SET value = 1e6, null_reason = NULL "
        "WHERE company_id = 'acme' AND measure = 'funded_by_debt' AND calendar_quarter = '2024Q2'",
        ("funding_closes", "acme: funded_capex: 2024Q2", "capex unknown USD, its parts sum to 1000000.0"),
    ),
    corrupted(
        "capex since the base",
        "UPDATE marts.company_capital SET value = value * 2 WHERE measure = 'cumulative_capex' "
        "AND company_id = 'acme' AND calendar_quarter = '2024Q2'",
        ("capex_since_base", "acme: cumulative_capex: 2024Q2: 150000000.0 USD, its quarters sum to 75000000.0"),
        ("funding_closes", "stack/top cumulative_capex: 2024Q2", "the members sum to 150000000.0"),
    ),
    corrupted(
        "a charge more",
        "UPDATE marts.company_runoff SET shell_usd = shell_usd + 1e6 WHERE charge_year = 2030",
        ("capex_since_base", "acme: da_to_come: 2024Q4", "USD run off"),
    ),
    corrupted(
        "a rank",
        f"UPDATE marts.stress SET rank = 2 WHERE {TOP} AND component = 'funding_gap' AND kind = 'company'",
        ("stress_is_ranked", "acme: funding_gap: 2024Q2", "rank 2, by the values 1"),
    ),
    corrupted(
        "freshness embellished",
        "UPDATE marts.freshness SET age_days = 1 WHERE company_id = 'beta'",
        ("marts.freshness", "company_id beta: age_days is 1"),
    ),
    corrupted(
        "a word that no contract lists",
        f"UPDATE {QUARTERS} SET derivation = 'guessed' WHERE {SECOND}",
        ("contracts", f"{QUARTERS}: in 1 rows derivation is none of reported"),
    ),
    corrupted(
        "no finite number",
        f"UPDATE {QUARTERS} SET value_usd = 'NaN'::DOUBLE WHERE {SECOND}",
        ("contracts", f"{QUARTERS}: in 1 rows value_usd is no finite number"),
    ),
    corrupted(
        "a charge that no capital bears",
        "INSERT INTO marts.justification BY NAME SELECT 'together' AS buyers, 'all' AS capital, "
        "'2024Q2' AS calendar_quarter, 1.0 AS annual_charge_usd",
        ("justification_adds_up", "together, all: 2024Q2: annual charge is 1.0, and should be unknown"),
    ),
    corrupted(
        "a residual of nothing",
        "INSERT INTO marts.reconciliation BY NAME SELECT '2024Q2' AS calendar_quarter, 'ttm' AS \"window\", "
        "'residual' AS part, 'total' AS side, 5.0 AS amount_usd",
        ("reconciliation_closes", "residual: 2024Q2: ttm: residual is 5.0, and should be unknown"),
    ),
    corrupted(
        "a correlation out of the air",
        "INSERT INTO marts.lead_lag BY NAME SELECT 'top' AS follower, 'layer' AS basis, 0 AS lag_quarters, "
        "0.9 AS correlation, 20 AS n_quarters",
        ("lead_lag_again", "top: lag 0: correlation is 0.9 of 20 quarters, and should be unknown of 0"),
    ),
    corrupted(
        "a verdict without a history",
        "INSERT INTO marts.claims BY NAME SELECT 'stack' AS lens, 'top-leads' AS claim_id, 'supported' AS verdict, "
        "1.0 AS measured, '2024Q4' AS calendar_quarter, 0 AS n_flips",
        ("claims_are_measured", "stack/top-leads: 2024Q4: the verdict is supported", "its history ends with nothing"),
    ),
    corrupted(
        "a headline of its own",
        "UPDATE marts.fragility SET value = value + 1 WHERE headline = 'largest-capex'",
        ("headlines_lead", "stack largest-capex: 2024Q3"),
    ),
    corrupted(
        "a deal with nobody",
        "INSERT INTO core.deals BY NAME SELECT 'x' AS deal, DATE '2024-06-30' AS date, 'announced' AS step, "
        "'acme' AS from_id, 'nobody' AS to_id, DATE '2024-06-30' AS document_date",
        ("deals_between_companies", "acme: x: 2024-06-30: acme to nobody"),
    ),
)

ID = "no longer says what its id was made from"
RAW = (
    corrupted(
        "sign flipped",
        f"UPDATE raw.observations SET value = -value WHERE {SAID}",
        ("observation_ids", "acme: us-gaap:Revenues: 2024-06-30", ID),
        ("raw.observations", "value is -150000000.0, derived again 150000000.0"),
    ),
    corrupted(
        "a thousand times", f"UPDATE raw.observations SET value = value * 1000 WHERE {SAID}", ("observation_ids", ID)
    ),
    corrupted(
        "shifted by a quarter",
        f"UPDATE raw.observations SET period_start = '2024-07-01', period_end = '2024-09-30' WHERE {SAID}",
        ("observation_ids", "acme: us-gaap:Revenues: 2024-09-30", ID),
        ("raw.observations", "period_end is", "2024, 9, 30", "derived again", "2024, 6, 30"),
    ),
    corrupted(
        "another currency",
        f"UPDATE raw.observations SET unit = 'EUR' WHERE {SAID}",
        ("observation_ids", "unit EUR", ID),
        ("raw.observations", "unit is 'EUR', derived again 'USD'"),
    ),
    corrupted(
        "known earlier",
        f"UPDATE raw.observations SET known_at = '2024-07-02' WHERE {SAID}",
        ("observation_ids", "known 2024-07-02", ID),
        ("raw.observations", "known_at is"),
    ),
    corrupted(
        "another label",
        f"UPDATE raw.observations SET concept = 'us-gaap:CostOfRevenue' WHERE {SAID}",
        ("observation_ids", ID),
    ),
    corrupted(
        "another company",
        f"UPDATE raw.observations SET company_id = 'gamma' WHERE {SAID}",
        ("observation_ids", "gamma: us-gaap:Revenues: 2024-06-30", ID),
    ),
    corrupted(
        "lost",
        f"DELETE FROM raw.observations WHERE {SAID}",
        ("raw.observations", "follows, and is not published"),
        ("observations_exist", "acme: revenue: 2024-06-30", "is not in raw.observations"),
    ),
    corrupted(
        "another payload",
        f"UPDATE raw.observations SET payload_sha256 = repeat('1', 64) WHERE {SAID}",
        ("payloads_fetched", "acme: 1 observations of payload 111111111111"),
    ),
    corrupted(
        "a rate",
        "UPDATE raw.fx_observations SET usd_per_unit = 1.2 WHERE date = '2024-06-28'",
        ("raw.fx_observations", "date 2024-06-28, currency EUR", "usd_per_unit is 1.2, derived again 1.0543"),
    ),
    corrupted(
        "a segment",
        "UPDATE raw.segment_observations SET value = 71e6 WHERE value = 70e6",
        ("raw.segment_observations", "segment Cloud, item revenue", "value is 71000000.0, derived again 70000000.0"),
    ),
    corrupted(
        "a price",
        "UPDATE raw.price_observations SET close = 12 WHERE date = '2024-06-28'",
        ("raw.price_observations", "ticker ACME, date 2024-06-28", "close is 12.0, derived again 10.0"),
    ),
    corrupted(
        "a price too many",
        copied("raw.price_observations", "date = '2024-06-28'", date="DATE '2024-06-29'"),
        ("raw.price_observations", "date 2024-06-29", "is published, and follows from nothing"),
    ),
    corrupted("a split", "DELETE FROM raw.splits", ("raw.splits", "ticker ACME", "follows, and is not published")),
)


@pytest.fixture(scope="module")
def whole() -> Iterator[duckdb.DuckDBPyConnection]:
    """An uncorrupted warehouse with its second derivation; each test corrupts it in a transaction of its own."""
    connection = corruptions.warehouse()
    found = audit(connection, registry=corruptions.registry(), payloads=corruptions.payloads())
    assert not list(found.told())
    yield connection
    connection.close()


def lines_after(connection: duckdb.DuckDBPyConnection, sql: str) -> list[str]:
    """What the audit tells, contradictions and warnings, of a warehouse corrupted by some SQL."""
    connection.execute("BEGIN")
    try:
        ((changed,),) = connection.execute(sql).fetchall()
        assert changed, "the corruption must touch a row"
        found = judge(connection, None, (*compare.PAYLOADS, *compare.REGISTRY, *compare.TABLES))
    finally:
        connection.execute("ROLLBACK")
    assert found.contradictions
    return [*found.told(), *found.warnings()]


@pytest.mark.parametrize("corruption", sampled(DERIVED, 3, lambda c: c.name))
def test_a_corrupted_table_is_named(whole, corruption):
    lines = lines_after(whole, corruption.sql)
    for words in corruption.named:
        assert any(line.startswith(words[0]) and all(w in line for w in words) for line in lines), (words, lines[:20])


@pytest.mark.parametrize("corruption", sampled(RAW, 3, lambda c: c.name))
def test_a_corrupted_observation_is_named(whole, corruption):
    lines = lines_after(whole, corruption.sql)
    for words in corruption.named:
        assert any(line.startswith(words[0]) and all(w in line for w in words) for line in lines), (words, lines[:20])


def test_a_second_value_with_an_id_of_its_own_is_named(whole):
    # Whoever adds a figure and makes its id anew is given away by the payload, which does not hold it.
    row = said(REVENUE, "2024-04-01", "2024-06-30", 152, "2024-08-01")
    frame = with_ids(observations(row).drop("observation_id"))
    whole.register("added", frame)
    lines = lines_after(whole, "INSERT INTO raw.observations BY NAME SELECT * FROM added")
    whole.unregister("added")
    assert any(s.startswith("raw.observations") and "is published, and follows from nothing" in s for s in lines)
    assert any(s.startswith("two_values_on_one_day: acme: us-gaap:Revenues: 2024-06-30") for s in lines)


def test_a_corrupted_observation_is_named_with_what_follows_from_it():
    # The second quarter of 2024 filed at 150 becomes 160 in raw; the tables still say 150.
    with corruptions.warehouse() as connection:
        connection.execute(f"UPDATE raw.observations SET value = 160e6 WHERE {SAID}")
        lines = list(audit(connection).told())
    assert any(
        line.startswith(QUARTERS) and AT[0] in line and "value is 150000000.0, derived again 160000000.0" in line
        for line in lines
    )
    assert any(line.startswith("observation_ids: acme: us-gaap:Revenues: 2024-06-30") for line in lines)
    assert any(line.startswith("core.gaps") and "2024-12-31: follows" in line for line in lines)


def test_growth_over_two_bases_is_named():
    # The first quarter of 2024 is restated from 140 to 70; growth published as 140 after 100 has no year before it now.
    with corruptions.warehouse() as connection:
        later = said(REVENUE, "2024-01-01", "2024-03-31", 70, "2025-05-01")
        connection.register("added", with_ids(observations(later).drop("observation_id")))
        connection.execute("INSERT INTO raw.observations BY NAME SELECT * FROM added")
        lines = list(audit(connection).told())
    at = "company_id acme, calendar_quarter 2024Q1, window quarter, metric revenue_growth_yoy: null_reason is None"
    assert any(at in line and "derived again 'revenue: restated since the year before'" in line for line in lines)
    assert any(QUARTERS in line and "2023-03-31" in line and "basis_until is None" in line for line in lines)


def test_every_check_and_every_table_has_a_corruption_that_it_names():
    named = {words[0] for c in (*DERIVED, *RAW) for words in c.named} | {"two_values_on_one_day"}
    derived = {c.split(".")[1] for c in compare.TABLES}
    assert set(checks.names()) <= named
    assert {f"{schema}.{t}" for schema in ("core", "marts") for t in derived} & set(compare.TABLES) <= named
    assert len({c.name for c in DERIVED}) + len(RAW) >= 20


# At the source: the figure arrives wrong, with a true id. Both derivations then agree, and sanity has to speak.

Rows = list[dict[str, object]]
Change = Callable[[dict[str, object]], dict[str, object]]
ALONE = "alone among its neighbours"


def derive(rows: Rows) -> statements.Statements:
    stated = observations(*rows)
    frame = with_ids(stated.drop("observation_id")).select(stated.columns)
    company = pl.concat([companies("acme"), companies("beta", currency="EUR", month=6)])
    return statements.derive(frame, company, no_rates())


def instead(rows: Rows, concept: str, end: str, change: Change, start: str | None = "") -> Rows:
    """Rows with every one of a concept and period end (and start) changed; at least one must be there."""
    hit = [
        str(r["period_end"]) == end and r["concept"] == concept and start in ("", str(r["period_start"])) for r in rows
    ]
    assert any(hit)
    return [r | change(r) if h else r for r, h in zip(rows, hit, strict=True)]


def times(factor: float) -> Change:
    return lambda row: {"value": row["value"] * factor}


def to(value: float) -> Change:
    return lambda _: {"value": value}


def rules(found: statements.Statements, item: str, end: str) -> set[str]:
    rows = found.anomalies.filter((pl.col("item") == item) & (pl.col("period_end").cast(pl.String) == end))
    return set(rows["rule"])


def reason(found: statements.Statements, item: str, end: str) -> str | None:
    rows = found.gaps.filter((pl.col("item") == item) & (pl.col("period_end").cast(pl.String) == end))
    return rows["reason"][0] if rows.height else None


SALES, PROFIT = "stockanalysis:Revenue", "stockanalysis:Operating Income"
# The third quarter of Beta (26 and 2.6) printed as the second (24 and 2.4).
AGAIN = instead(instead(beta(), SALES, "2024-03-31", to(24e6)), PROFIT, "2024-03-31", to(2.4e6))


@pytest.mark.parametrize(
    ("rows", "item", "end", "rule"),
    [
        pytest.param(instead(beta(), SALES, "2024-03-31", times(-1)), "revenue", "2024-03-31", "negative", id="sign"),
        pytest.param(instead(beta(), SALES, "2024-03-31", times(1000)), "revenue", "2024-03-31", ALONE, id="×1000"),
        pytest.param(instead(beta(), SALES, "2024-03-31", times(0.001)), "revenue", "2024-03-31", ALONE, id="÷1000"),
        pytest.param(
            instead(beta(), SALES, "2024-12-31", times(1000)), "revenue", "2024-12-31", "scale jump", id="newest ×1000"
        ),
        pytest.param(
            instead(acme(), CASH, "2024-06-30", times(10)), "cash", "2024-06-30", "cash above total assets", id="cash"
        ),
        pytest.param(
            instead(acme(), REVENUE, "2024-06-30", to(700e6), "2024-04-01"),
            "revenue",
            "2024-06-30",
            "larger than its year",
            id="more than the year in a quarter",
        ),
        pytest.param(AGAIN, "revenue", "2024-03-31", "repeats the quarter before", id="a quarter again as the next"),
    ],
)
def test_a_figure_wrong_at_the_source_breaks_a_rule_and_reaches_nothing(rows, item, end, rule):
    found = derive(rows)
    assert rule in rules(found, item, end)
    assert quarter(found.quarters.filter(pl.col("company_id") == rows[0]["company_id"]), item, end) is None


NO_STEP, NOT_CLOSING = "no year-to-date figure one quarter shorter", "the quarters do not add up to the year"
QUARTER = "2024-06-30"


def second_quarter(**change: object) -> Rows:
    """Acme's rows with the second quarter's revenue of 2024 (150, filed in August) changed at the source."""
    return instead(acme(), REVENUE, QUARTER, lambda _: change, "2024-04-01")


@pytest.mark.parametrize(
    ("rows", "item", "end", "expected"),
    [
        # Three stated quarters and the fourth (620 − 450) miss the year, whichever is wrong.
        pytest.param(second_quarter(value=620e6), "revenue", "2024-12-31", NOT_CLOSING, id="the year in a quarter"),
        pytest.param(second_quarter(value=90e6), "revenue", "2024-12-31", NOT_CLOSING, id="cost for revenue"),
        pytest.param(second_quarter(unit="EUR"), "revenue", QUARTER, NO_STEP, id="another currency is not heard"),
        pytest.param(
            second_quarter(known_at=day("2024-06-01")), "revenue", QUARTER, NO_STEP, id="known before its end"
        ),
        pytest.param(
            instead(acme(), OCF, QUARTER, lambda _: {"period_end": day("2024-09-30")}),
            "operating_cash_flow",
            QUARTER,
            NO_STEP,
            id="shifted by a quarter",
        ),
        pytest.param(
            instead(acme(), OCF, QUARTER, lambda _: {"period_start": day("2023-01-01")}),
            "operating_cash_flow",
            QUARTER,
            NO_STEP,
            id="begun a year before",
        ),
    ],
)
def test_a_figure_wrong_at_the_source_leaves_a_gap_with_a_reason(rows, item, end, expected):
    found = derive(rows)
    assert reason(found, item, end) == expected
    assert quarter(found.quarters, item, end) is None


def test_gross_profit_that_is_not_revenue_less_cost_is_a_warning():
    # Revenue 150 less cost 90 is 60; the source prints 66.
    found = derive([*acme(), said("us-gaap:GrossProfit", "2024-04-01", "2024-06-30", 66, "2024-08-01")])
    assert rules(found, "gross_profit", "2024-06-30") == {"gross profit is not revenue less cost"}
    assert quarter(found.quarters, "gross_profit", "2024-06-30") == 66e6


def test_a_source_that_says_else_is_a_disagreement():
    # The aggregator says 155 where the filing says 140, known a month later; 140 thousand is likely a matter of scale.
    found = derive(acme()).disagreements
    assert found.select("value", "other_value", "other_source", "kind").rows() == [(140e6, 155e6, "yahoo", "vintage")]
    scaled = derive([r | {"value": 140e3} if r["source"] == "yahoo" else r for r in acme()]).disagreements
    assert scaled.select("other_value", "kind").rows() == [(140e3, "scale")]


def test_a_plausible_change_of_the_only_statement_cannot_be_told():
    # Beta's quarter of 32 printed as 33 by the one source there is, and no year beside it.
    found = derive(instead(beta(), SALES, "2024-09-30", to(33e6)))
    assert found.anomalies.is_empty() and found.disagreements.is_empty()
    assert quarter(found.quarters, "revenue", "2024-09-30") == 33e6


def test_a_change_within_the_rounding_of_a_year_cannot_be_told():
    # 150 filed as 154: the quarters sum to 624, four rounding units above the year of 620.
    found = derive(second_quarter(value=154e6))
    assert quarter(found.quarters, "revenue", "2024-06-30") == 154e6
    assert reason(found, "revenue", "2024-12-31") is None
    # One unit more is told.
    found = derive(second_quarter(value=155e6))
    assert reason(found, "revenue", "2024-12-31") == "the quarters do not add up to the year"
