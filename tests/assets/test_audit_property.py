"""Both derivations of the statements agree on whatever is filed: years, year-to-date figures, quarters, restatements.

Random worlds of one or two companies, up to three items, several labels and sources, dates some days off, figures
restated at random dates, some of them wrong; known on a random day. LAYERLEDGER_EXAMPLES=2000 looks longer than a run
of the tests does.
"""

import os
from datetime import date, timedelta
from random import Random

import duckdb
import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics import currency, statements
from analytics.contracts import empty, table
from assets.audit import compare, rederive
from tests.analytics.facts import companies, observation, observations
from tests.assets.corruptions import put

EXAMPLES = int(os.environ.get("LAYERLEDGER_EXAMPLES", "15"))
LABELS = {
    "revenue": (
        ("sec", "us-gaap:Revenues"),
        ("sec", "us-gaap:RevenueFromContractWithCustomerExcludingAssessedTax"),
        ("sec_derived", "plainsight:revenue"),
        ("stockanalysis", "stockanalysis:Revenue"),
        ("yahoo", "yahoo:revenue"),
    ),
    "cost_of_revenue": (
        ("sec", "us-gaap:CostOfRevenue"),
        ("sec", "us-gaap:CostOfGoodsSold"),
        ("stockanalysis", "stockanalysis:Cost of Revenue"),
    ),
    "gross_profit": (
        ("sec", "us-gaap:GrossProfit"),
        ("alphavantage", "alphavantage:grossProfit"),
        ("yahoo", "yahoo:grossProfit"),
    ),
    "operating_cash_flow": (
        ("sec", "us-gaap:NetCashProvidedByUsedInOperatingActivities"),
        ("stockanalysis", "stockanalysis:Operating Cash Flow"),
    ),
    "capex": (
        ("sec", "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"),
        ("sec", "us-gaap:PaymentsToAcquireProductiveAssets"),
        ("stockanalysis", "stockanalysis:Capital Expenditures"),
        ("yahoo", "yahoo:capex"),
    ),
    "diluted_shares": (
        ("sec", "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding"),
        ("yahoo", "yahoo:shares_diluted"),
    ),
}
NEGATIVE = ("stockanalysis:Capital Expenditures", "yahoo:capex")
BALANCES = (
    ("sec", "us-gaap:Assets"),
    ("sec", "us-gaap:CashAndCashEquivalentsAtCarryingValue"),
    ("sec", "us-gaap:DebtCurrent"),
    ("sec", "us-gaap:LongTermDebtNoncurrent"),
    ("sec", "dei:EntityCommonStockSharesOutstanding"),
    ("stockanalysis", "stockanalysis:Total Debt"),
)
# From quarter to quarter of a fiscal year: the year, single quarters, six and nine months, a trailing year.
SPANS = {
    "year": (0, 4), "first": (0, 1), "second": (1, 2), "third": (2, 3), "fourth": (3, 4), "six": (0, 2), "nine": (0, 3),
    "trailing": (1, 5),
}  # fmt: skip
DELAYS = (20, 40, 45, 60, 100, 130, 200, 380, 400, 410, 460, 700, 0, -3)
JITTER = (1, -1, 3, -5, 6, 8, -9, 10, 11, -14)
TABLES = (
    "core.company_quarters", "core.company_years", "core.gaps", "core.anomalies", "marts.restatements",
    "marts.disagreements",
)  # fmt: skip
RATES = pl.DataFrame(
    [
        {
            "date": day,
            "currency": code,
            "usd_per_unit": base * (1 + n % 97 / 1000),
            "source": source,
            "payload_sha256": "0",
        }
        for n in range(1500)
        if n % 7 < 5 and not 400 < n < 430
        for day in [date(2021, 1, 1) + timedelta(days=n)]
        for code, base in (("EUR", 1.1), ("TWD", 0.03))
        for source in ("ECB", "other")
    ],
    schema=table("raw.fx_observations").polars_schema,
)


class World:
    """One random world: its observations, companies and day of knowledge."""

    def __init__(self, random: Random):
        self.random = random
        self.month = random.choice([12, 1, 6, 9])
        self.currency = random.choice(["USD", "USD", "EUR", "TWD"])
        self.unit = random.choice([1e6, 1e6, 1e5, 1e3, 1.0])
        self.jitter = random.choice([0, 0, 0.05, 0.3])
        self.noise = random.choice([0, 0.05, 0.2])
        self.density = random.choice([0.3, 0.6, 0.9])
        self.restated = random.choice([0, 0.15, 0.5])
        names = random.choice([["acme"], ["acme"], ["acme", "beta"]])
        items = random.sample(list(LABELS), random.choice([1, 1, 2, 3]))
        rows = [row for name in names for item in items for row in self.series(name, item)]
        rows += [self.balance() for _ in range(random.choice([0, 0, 3, 10]))]
        self.rows = {row["observation_id"]: row for row in rows}
        self.known_on = random.choice(
            [None, None, date(2022, 6, 1), date(2023, 3, 1), date(2023, 9, 15), date(2024, 4, 1), date(2025, 2, 1)]
        )

    def end(self, quarter: int) -> date:
        """Last day of a fiscal quarter, counted from fiscal 2022; 0 is the day before it begins."""
        months = 2021 * 12 + self.month + 3 * quarter
        off = self.random.choice(JITTER) if self.random.random() < self.jitter else 0
        return date(months // 12, months % 12 + 1, 1) - timedelta(days=1 - off)

    def series(self, company: str, item: str) -> list[dict[str, object]]:
        """What several sources say of one item, of one or two fiscal years."""
        random, rows = self.random, []
        truth = [random.randint(1, 40) for _ in range(13)]
        choices = LABELS[item]
        labels = choices[:2] if random.random() < 0.6 else random.sample(choices, min(3, len(choices)))
        for source, label in labels:
            for year in random.sample([0, 1, 2], random.choice([1, 2])):
                for span, (begin, finish) in SPANS.items():
                    if random.random() > self.density * (0.3 if span in ("fourth", "trailing") else 1):
                        continue
                    first, last = 4 * year + begin, min(4 * year + finish, 12)
                    start, end = self.end(first) + timedelta(days=1), self.end(last)
                    rows += self.statements(company, source, label, item, start, end, sum(truth[first:last]))
        return rows

    def statements(
        self, company: str, source: str, label: str, item: str, start: date, end: date, amount: int
    ) -> list[dict[str, object]]:
        """One figure as stated once or several times."""
        random, rows = self.random, []
        known = end + timedelta(days=random.choice(DELAYS))
        for again in range(3):
            off = random.choice([1, 2, -3, 10, -200]) if random.random() < self.noise else 0
            value = (amount + off) * self.unit * (random.choice([1000, 0, -1]) if random.random() < 0.02 else 1)
            if again and random.random() < 0.5:
                value = float(round(value * random.choice([1.2, 0.8, 1.001, 1])))
            if label in NEGATIVE:
                value = -value
            if random.random() < 0.05:
                value = round(value, -6) + 0.0
            unit = "shares" if item == "diluted_shares" else self.currency
            rows.append(self.row(label, start, end, value, known, company, source, unit))
            if random.random() > self.restated:
                break
            known += timedelta(days=random.choice([0, 90, 270, 365]))
        return rows

    def balance(self) -> dict[str, object]:
        """A balance, or the share count of a cover page some days later."""
        random = self.random
        source, label = random.choice(BALANCES)
        cover = label.startswith("dei:")
        end = self.end(random.randint(1, 12)) + timedelta(days=random.choice([0, 20, 45, 101]) if cover else 0)
        known = end + timedelta(days=random.choice(DELAYS))
        unit = "shares" if cover else self.currency
        return self.row(label, None, end, random.randint(-2, 60) * self.unit, known, "acme", source, unit)

    def row(
        self, label: str, start: date | None, end: date, value: float, known: date, company: str, source: str, unit: str
    ) -> dict[str, object]:
        """One observation, now and then in another currency."""
        if self.random.random() < 0.02:
            unit = "GBP"
        return observation(
            label, start.isoformat() if start else None, end.isoformat(), value, known.isoformat(),
            company=company, source=source, unit=unit,
        )  # fmt: skip


def differences(
    rows: list[dict[str, object]], company: pl.DataFrame, known_on: date | None = None, rates: pl.DataFrame = RATES
) -> list[str]:
    """Where the two derivations of the statements differ."""
    stated = observations(*rows)
    known = rates if known_on is None else rates.filter(pl.col("date") <= known_on)
    derived = statements.derive(stated, company, currency.fx_rates(known), known_on)
    with duckdb.connect() as connection:
        put(
            connection,
            {
                "raw.observations": stated,
                "raw.fx_observations": rates,
                "raw.segment_observations": empty(table("raw.segment_observations")),
                "core.companies": company,
                "core.company_quarters": derived.quarters,
                "core.company_years": derived.years,
                "core.gaps": derived.gaps,
                "core.anomalies": derived.anomalies,
                "marts.restatements": derived.restatements,
                "marts.disagreements": derived.disagreements,
            },
        )
        rederive.statements(connection, known_on)
        connection.execute("CREATE TEMP TABLE contradictions (name TEXT, company_id TEXT, item TEXT, n BIGINT)")
        return [str(c) for name in TABLES for c in compare.compare(connection, name).contradictions]


@given(st.randoms(use_true_random=False))
@settings(max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES <= 40, suppress_health_check=list(HealthCheck))
def test_both_derivations_agree_on_whatever_is_filed(random):
    world = World(random)
    # Beta is another business before, and may have told its years to another month or in another currency.
    formerly = {
        "former_until": random.choice([None, world.end(random.randint(1, 11)).isoformat()]),
        "former_currency": random.choice([None, "GBP", world.currency]),
        "former_month": random.choice([None, 3, 6, 9, 12, world.month]),
    }
    company = pl.concat(
        [
            companies("acme", currency=world.currency, month=world.month),
            companies("beta", currency=world.currency, month=world.month, history_from="2022-06-01", **formerly),
        ]
    )
    assert not differences(list(world.rows.values()), company, world.known_on)


def test_a_loss_rounded_to_a_tenth_of_a_million_closes_to_that_unit():
    # Quarters of −0.4, −0.5, −0.6 and −0.5 miss the year of −2.2 by two units of 0.1, within four. Found by the test
    # above, where there is more than one such year (polars 2.1: in a column of several −2.2e6 % 1e5 is 1e5, not 0).
    spans = ("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31"), ("01-01", "12-31")
    rows = [
        observation(concept, f"2023-{start}", f"2023-{end}", value * 1e6, "2024-02-15")
        for concept in ("us-gaap:NetIncomeLoss", "us-gaap:OperatingIncomeLoss")
        for value, (start, end) in zip((-0.4, -0.5, -0.6, -0.5, -2.2), spans, strict=True)
    ]
    assert not differences(rows, companies("acme"))


def test_of_several_rejected_differences_the_best_source_gives_the_reason():
    # The filing's difference is negative (0 to nine months, −0.07 the year); the aggregator's basis changed in between.
    filed, told = "us-gaap:Revenues", "alphavantage:totalRevenue"
    rows = [
        observation(filed, "2023-01-01", "2023-12-31", -70400, "2026-02-13"),
        observation(filed, "2023-01-01", "2023-09-30", 0, "2025-01-02"),
        observation(told, "2023-01-01", "2023-12-31", 112000, "2025-11-30", source="alphavantage"),
        observation(told, "2023-01-01", "2023-09-30", 77000, "2024-01-08", source="alphavantage"),
        observation(told, "2022-01-01", "2022-09-30", 21000, "2023-11-04", source="alphavantage"),
        observation(told, "2022-01-01", "2022-09-30", 16800, "2024-11-03", source="alphavantage"),
    ]
    assert not differences(rows, companies("acme"))
