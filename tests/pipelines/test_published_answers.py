"""The answers in the published database: what filings print, by hand, and what every claim must say."""

import duckdb
import pytest

M = 1_000_000


@pytest.fixture(scope="module")
def database(refreshed_home):
    with duckdb.connect(str(refreshed_home / "published/current/layerledger.duckdb"), read_only=True) as connection:
        yield connection


def test_the_capital_of_hyperscalers_grows_by_what_their_filings_print(database):
    # Calendar 2024, in millions: Amazon 82,999 and Alphabet 52,535 (10-K 2024); Microsoft 10,952 + 13,873 + 14,923
    # + 15,804 (10-Q and 10-K); Oracle 1,674 + 2,798 + 2,303 + 3,970, its quarters to February through November.
    microsoft, oracle = 10_952 + 13_873 + 14_923 + 15_804, 1_674 + 2_798 + 2_303 + 3_970
    grown = dict(
        database.sql(
            "SELECT calendar_quarter, capital_usd FROM marts.justification "
            "WHERE buyers = 'hyperscalers' AND capital = 'all' AND calendar_quarter IN ('2023Q4', '2024Q4')"
        ).fetchall()
    )
    assert grown["2024Q4"] - grown["2023Q4"] == pytest.approx((82_999 + 52_535 + microsoft + oracle) * M, abs=0.5 * M)


def test_required_revenue_of_real_capital_is_the_worked_example_scaled(database):
    # 100 of capital need 72.2, as long as no equipment is older than its life of five years.
    rows = database.sql(
        "SELECT required_revenue_usd / capital_usd, n_members - n_measured, dark_members FROM marts.justification "
        "WHERE capital_usd IS NOT NULL AND calendar_quarter <= '2027Q4'"
    ).fetchall()
    assert rows
    for ratio, dark, names in rows:
        assert ratio == pytest.approx(0.722, abs=5e-4)
        assert dark > 0 and "OpenAI" in names and "Anthropic" in names


def test_sequoias_rule_on_a_reported_quarter(database):
    # NVIDIA, 10-Q of the quarter to 2024-07-28: data centre 26,272 million; × 4 × 2 × 2.
    ((value,),) = database.sql(
        "SELECT DISTINCT simple_rule_usd FROM marts.justification WHERE calendar_quarter = '2024Q2'"
    ).fetchall()
    assert value == 26_272 * M * 16


def test_twenty_claims_and_more_each_with_a_value_or_a_reason(database):
    rows = database.sql("SELECT verdict, measured, coverage_ratio, since, reason FROM marts.claims").fetchall()
    assert len(rows) >= 20
    for verdict, measured, coverage, since, reason in rows:
        if verdict == "not_testable":
            assert measured is None and reason
        else:
            assert measured is not None and coverage >= 0.5 and since


def test_all_five_lenses_are_judged(database):
    counted = dict(database.sql("SELECT lens, count(*) FROM marts.claims GROUP BY lens").fetchall())
    assert set(counted) == {"ecosystem", "layer-cake", "market-structure", "operating-stack", "seven-layers"}


@pytest.mark.parametrize("claim", ["capex-to-revenue", "capex-to-ocf", "depreciation", "debt", "interest-coverage"])
def test_the_neocloud_claim_is_read_against_every_other_layer(database, claim):
    others = database.execute(
        "SELECT count(DISTINCT layer) FROM marts.claim_readings WHERE lens = 'ecosystem' AND read_in = 'ecosystem' "
        "AND claim_id = ? AND role = 'versus'",
        [f"neoclouds-{claim}"],
    ).fetchall()
    ((layers,),) = database.sql("SELECT count(*) FROM core.layers WHERE lens = 'ecosystem'").fetchall()
    assert others == [(layers - 1,)]


def test_every_deal_names_its_document(database):
    rows = database.sql("SELECT count(*), count(document), count(document_date) FROM core.deals").fetchall()
    assert rows[0][0] >= 10 and len(set(rows[0])) == 1
