"""Real restatements, as the filings state them: both values, both accessions, and what was known before and after.

Figures in millions, copied from the filings named (SEC EDGAR); each pair is a fiscal year of one item.
"""

from datetime import date, timedelta
from typing import NamedTuple

import polars as pl
import pytest

from analytics import currency, statements
from analytics.stacks import registry
from assets.sources import bundle


class Restated(NamedTuple):
    company: str
    item: str
    end: str
    old: float
    new: float
    said: str
    restated: str
    old_filing: str
    new_filing: str
    why: str


R = Restated
CASES = [
    R("microsoft", "operating_income", "2017-06-30", 22326, 29025, "2017-08-02", "2018-08-03", "0001564590-17-014900",
      "0001564590-18-019062", "revenue standard adopted in full"),
    R("microsoft", "revenue", "2017-06-30", 89950, 96571, "2017-08-02", "2018-08-03", "0001564590-17-014900",
      "0001564590-18-019062", "revenue standard"),
    R("microsoft", "net_income", "2016-06-30", 16798, 20539, "2016-07-28", "2018-08-03", "0001564590-17-014900",
      "0001564590-18-019062", "revenue standard"),
    R("ibm", "revenue", "2020-12-31", 73620, 55179, "2021-02-23", "2022-02-22", "0001558370-21-001489",
      "0001558370-22-001584", "managed infrastructure services spun off as Kyndryl"),
    R("ibm", "revenue", "2019-12-31", 77147, 57714, "2020-02-25", "2022-02-22", "0001558370-21-001489",
      "0001558370-22-001584", "the same"),
    R("western-digital", "revenue", "2024-06-28", 13003, 6317, "2024-08-20", "2025-08-14", "0000106040-24-000031",
      "0000106040-25-000038", "flash business spun off as SanDisk"),
    R("western-digital", "revenue", "2023-06-30", 12318, 6255, "2023-08-22", "2025-08-14", "0000106040-24-000031",
      "0000106040-25-000038", "the same"),
    R("amd", "revenue", "2017-12-30", 5329, 5253, "2018-02-27", "2019-02-08", "0000002488-18-000042",
      "0000002488-19-000011", "revenue standard"),
    R("amd", "net_income", "2017-12-30", 43, -33, "2018-02-27", "2019-02-08", "0000002488-18-000042",
      "0000002488-19-000011", "revenue standard: a profit became a loss"),
    R("applied-materials", "revenue", "2018-10-28", 17253, 16705, "2018-12-13", "2019-12-13", "0000006951-18-000041",
      "0000006951-19-000046", "revenue standard"),
    R("alphabet", "operating_income", "2018-12-31", 26321, 27524, "2019-02-05", "2020-02-04", "0001652044-19-000004",
      "0001652044-20-000008", "fine of the European Commission shown apart"),
    R("amazon", "capex", "2016-12-31", 6737, 7804, "2017-02-10", "2019-02-01", "0001018724-17-000011",
      "0001018724-19-000004", "proceeds from incentives shown apart"),
    R("meta", "operating_cash_flow", "2015-12-31", 8599, 10320, "2016-01-28", "2017-02-03", "0001326801-16-000043",
      "0001326801-17-000007", "taxes paid on shares moved to financing"),
    R("salesforce", "operating_income", "2018-01-31", 235.768, 454, "2018-03-09", "2019-03-08",
      "0001108524-18-000011", "0001108524-19-000009", "revenue standard"),
]  # fmt: skip


@pytest.fixture(scope="module")
def known():
    stacks, shipped = registry.load(), bundle.read()
    wanted = pl.col("company_id").is_in([c.company for c in CASES])
    observations = shipped.observations.filter(wanted)
    return stacks.companies.filter(wanted), observations, currency.fx_rates(shipped.fx_observations)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.company}-{c.item}-{c.end}")
def test_a_real_restatement_is_kept_and_known_on_its_day(known, case):
    companies, observations, rates = known
    mine = pl.col("company_id") == case.company
    company, facts = companies.filter(mine), observations.filter(mine)

    def year(on: date | None) -> float | None:
        years = statements.years(facts, company, rates, on)
        row = years.filter((pl.col("item") == case.item) & (pl.col("period_end") == date.fromisoformat(case.end)))
        return row["value"][0] / 1e6 if row.height else None

    said, restated = date.fromisoformat(case.said), date.fromisoformat(case.restated)
    assert [year(said - timedelta(1)), year(said), year(restated - timedelta(1)), year(restated), year(None)] == [
        None, pytest.approx(case.old), pytest.approx(case.old), pytest.approx(case.new), pytest.approx(case.new),
    ]  # fmt: skip

    changes = statements.derive(facts, company, rates).restatements.filter(
        (pl.col("item") == case.item) & (pl.col("period_end") == date.fromisoformat(case.end)),
        pl.col("known_at") == restated,
        (pl.col("period_end") - pl.col("period_start")).dt.total_days() > 350,
    )
    filings = dict(facts.select("observation_id", "reference").iter_rows())
    found = {
        (round(r["old_value"] / 1e6, 3), round(r["new_value"] / 1e6, 3), filings[r["old_observation_id"]],
         filings[r["observation_id"]])
        for r in changes.iter_rows(named=True)
    }  # fmt: skip
    assert (case.old, case.new, case.old_filing, case.new_filing) in found


def test_every_restatement_has_its_two_filings(known):
    companies, observations, rates = known
    changes = statements.derive(observations, companies, rates).restatements
    filed = set(observations["observation_id"])
    assert changes.height > 100
    assert set(changes["observation_id"]) | set(changes["old_observation_id"]) <= filed
    assert (changes["old_known_at"] < changes["known_at"]).all()
