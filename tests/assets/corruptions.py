"""A small warehouse of hand-written observations, for tests that corrupt it.

Three companies: Acme files in dollars (quarters, year-to-date cash flows, balances), Beta is told of by an aggregator
in euros with a fiscal year to June, Gamma files years only and reports a segment. Dark Lab is private. Amounts in
millions.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import polars as pl

from analytics.contracts import table
from assets.audit import another_day
from assets.sources.observation import with_ids
from tests.analytics.facts import companies, day, observation, observations

PAYLOAD = "0" * 64
M = 1e6
FETCHED = datetime(2026, 1, 1, tzinfo=UTC)

REVENUE, COST = "us-gaap:Revenues", "us-gaap:CostOfRevenue"
CASH = "us-gaap:CashAndCashEquivalentsAtCarryingValue"
INCOME, NET = "us-gaap:OperatingIncomeLoss", "us-gaap:NetIncomeLoss"
OCF, CAPEX = "us-gaap:NetCashProvidedByUsedInOperatingActivities", "us-gaap:PaymentsToAcquirePropertyPlantAndEquipment"

QUARTERS = ("01-01", "03-31"), ("04-01", "06-30"), ("07-01", "09-30"), ("10-01", "12-31")
FILED = ("05-01", "08-01", "11-01")


def acme() -> list[dict[str, object]]:
    """Two calendar years: revenue 100 to 170, cost 60 %, operating income 20 %, cash flows stated year to date."""
    rows = []
    quarter = {2023: (100, 110, 120, 130), 2024: (140, 150, 160, 170)}
    for year, revenue in quarter.items():
        filed = [*(f"{year}-{d}" for d in FILED), f"{year + 1}-02-15"]
        for concept, part in ((REVENUE, 1.0), (COST, 0.6), (INCOME, 0.2), (NET, 0.15)):
            for i, (start, end) in enumerate(QUARTERS[:3]):
                rows.append(said(concept, f"{year}-{start}", f"{year}-{end}", part * revenue[i], filed[i]))
            rows.append(said(concept, f"{year}-01-01", f"{year}-09-30", part * sum(revenue[:3]), filed[2]))
            rows.append(said(concept, f"{year}-01-01", f"{year}-12-31", part * sum(revenue), filed[3]))
        for concept, part in ((OCF, 0.3), (CAPEX, 0.1)):
            for i, (_, end) in enumerate(QUARTERS):
                rows.append(said(concept, f"{year}-01-01", f"{year}-{end}", part * sum(revenue[: i + 1]), filed[i]))
        for i, (start, end) in enumerate(QUARTERS):
            shares = said(
                "us-gaap:WeightedAverageNumberOfDilutedSharesOutstanding",
                f"{year}-{start}",
                f"{year}-{end}",
                50,
                filed[i],
            )
            rows.append(shares | {"unit": "shares"})
            for concept, amount in (
                ("us-gaap:Assets", 1000 + revenue[i]),
                (CASH, revenue[i]),
                ("us-gaap:StockholdersEquity", 500),
                ("us-gaap:DebtCurrent", 50),
                ("us-gaap:LongTermDebtNoncurrent", 200),
            ):
                rows.append(said(concept, None, f"{year}-{end}", amount, filed[i]))
    # Restated: assets at the end of 2023 were 1,130 in the 10-K. Disagreeing: an aggregator's first quarter of 2024.
    rows.append(said("us-gaap:Assets", None, "2023-12-31", 1140, "2024-05-01"))
    rows.append(said("yahoo:revenue", "2024-01-01", "2024-03-31", 155, "2024-06-01", source="yahoo"))
    return rows


def beta() -> list[dict[str, object]]:
    """Six quarters from July 2023 of a company that reports in euros, as an aggregator prints them."""
    spans = [
        ("2023-07-01", "2023-09-30"), ("2023-10-01", "2023-12-31"), ("2024-01-01", "2024-03-31"),
        ("2024-04-01", "2024-06-30"), ("2024-07-01", "2024-09-30"), ("2024-10-01", "2024-12-31"),
    ]  # fmt: skip
    rows = []
    for (start, end), revenue in zip(spans, (20, 24, 26, 30, 32, 34), strict=True):
        for label, amount in (("Revenue", revenue), ("Operating Income", revenue / 10), ("Capital Expenditures", -5)):
            rows.append(
                said(f"stockanalysis:{label}", start, end, amount, "2025-03-01", "beta", "stockanalysis", "EUR")
            )
        rows.append(said("stockanalysis:Total Debt", None, end, 80, "2025-03-01", "beta", "stockanalysis", "EUR"))
    return rows


def gamma() -> list[dict[str, object]]:
    """Two years of revenue and operating income, no quarter."""
    return [
        said(concept, f"{year}-01-01", f"{year}-12-31", amount, f"{year + 1}-03-01", "gamma")
        for year, revenue in ((2023, 900), (2024, 1000))
        for concept, amount in ((REVENUE, revenue), (INCOME, revenue / 4))
    ]


def said(
    concept: str, start: str | None, end: str, amount: float, known: str, company: str = "acme", source: str = "sec",
    unit: str = "USD",
) -> dict[str, object]:  # fmt: skip
    """One observation of so many millions."""
    return observation(concept, start, end, round(amount * M), known, company=company, source=source, unit=unit)


def segments() -> pl.DataFrame:
    """Gamma's segment Cloud in 2024: three quarters and the year, so that the fourth is 300 − 60 − 70 − 80 = 90."""
    spans = [*((f"2024-{s}", f"2024-{e}") for s, e in QUARTERS[:3]), ("2024-01-01", "2024-12-31")]
    rows = [
        {
            "company_id": "gamma", "segment": "Cloud", "item": item, "period_start": day(start), "period_end": day(end),
            "unit": "USD", "value": amount * part * M, "basis_note": "reportable segment", "quality": "exact",
            "reference": "filing", "payload_sha256": PAYLOAD,
        }
        for item, part in (("revenue", 1.0), ("operating_income", 0.5))
        for (start, end), amount in zip(spans, (60, 70, 80, 300), strict=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=table("raw.segment_observations").polars_schema)


def rates() -> pl.DataFrame:
    """One euro is 1.00 USD on 2023-01-02 and rises by a hundredth of a cent a day, on weekdays."""
    days = [date(2023, 1, 2) + timedelta(days=n) for n in range(800)]
    rows = [
        {"date": d, "currency": "EUR", "usd_per_unit": 1 + n / 10000, "source": "ECB", "payload_sha256": PAYLOAD}
        for n, d in enumerate(days)
        if d.weekday() < 5
    ]
    return pl.DataFrame(rows, schema=table("raw.fx_observations").polars_schema)


def closes() -> pl.DataFrame:
    """Acme at 10 dollars on every weekday, adjusted for a split of 2 for 1 on 2024-07-10."""
    days = [date(2023, 12, 20) + timedelta(days=n) for n in range(400)]
    rows = [
        {"ticker": "ACME", "date": d, "close": 10.0, "currency": "USD", "source": "yahoo", "payload_sha256": PAYLOAD}
        for d in days
        if d.weekday() < 5
    ]
    return pl.DataFrame(rows, schema=table("raw.price_observations").polars_schema)


def registry() -> dict[str, pl.DataFrame]:
    """One lens of two layers: Acme and Dark Lab in `top`, Beta and Gamma's segment Cloud in `bottom`."""
    whole = companies("acme", "gamma", month=12)
    frame = pl.concat([whole, companies("beta", currency="EUR", month=6), companies("dark-lab")]).with_columns(
        ticker=pl.when(pl.col("company_id") == "acme").then(pl.lit("ACME")),
        shares_per_receipt=pl.lit(1.0),
        status=pl.when(pl.col("company_id") == "dark-lab").then(pl.lit("private")).otherwise("status"),
    )
    layers = [("top", 1), ("bottom", 2)]
    members = [
        ("top", "acme", "whole", None, True),
        ("top", "dark-lab", "dark", None, False),
        ("bottom", "beta", "whole", None, True),
        ("bottom", "gamma", "segment", "Cloud", True),
    ]
    return {
        "core.companies": frame,
        "core.lenses": _rows(
            "core.lenses", [{"lens": "stack", "name": "Stack", "position": 1, "description": "All.", "source": "Us"}]
        ),
        "core.layers": _rows(
            "core.layers",
            [
                {
                    "lens": "stack", "layer": layer, "name": layer.title(), "position": n, "description": "One.",
                    "colour": "models", "named_by_source": True,
                }
                for layer, n in layers
            ],
        ),
        "core.edges": _rows("core.edges", [{"lens": "stack", "from_layer": "top", "to_layer": "bottom"}]),
        "core.memberships": _rows(
            "core.memberships",
            [
                {
                    "lens": "stack", "layer": layer, "company_id": member, "member_id": member,
                    "member_name": member.title(), "measure": measure, "segment": segment, "primary_layer": primary,
                    "named_by_source": True,
                }
                for layer, member, measure, segment, primary in members
            ],
        ),
    }  # fmt: skip


def _rows(name: str, rows: list[dict[str, object]]) -> pl.DataFrame:
    schema = table(name).polars_schema
    return pl.DataFrame([dict.fromkeys(schema) | row for row in rows], schema=schema)


def raw(rows: Iterable[dict[str, object]] | None = None) -> dict[str, pl.DataFrame]:
    """The tables of raw; of these observations, or else of all three companies."""
    stated = observations(*(rows if rows is not None else [*acme(), *beta(), *gamma()]))
    fetch = {
        "fetch_id": "one", "source": "bundle", "subject": "test", "started_at": FETCHED,
        "outcome": "ok", "requests": 0, "bytes": 1, "payload_sha256": PAYLOAD,
    }  # fmt: skip
    splits = [{"ticker": "ACME", "date": date(2024, 7, 10), "ratio": 2.0, "is_share_split": True}]
    return {
        "raw.fetches": _rows("raw.fetches", [fetch]),
        "raw.observations": with_ids(stated.drop("observation_id")).select(stated.columns),
        "raw.segment_observations": segments(),
        "raw.fx_observations": rates(),
        "raw.price_observations": closes(),
        "raw.splits": _rows("raw.splits", [row | {"payload_sha256": PAYLOAD} for row in splits]),
    }


def warehouse(path: Path | None = None) -> duckdb.DuckDBPyConnection:
    """All tables of a warehouse, made by the polars path, in memory or in a file."""
    tables = raw() | registry()
    connection = duckdb.connect(str(path)) if path else duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    put(connection, tables | another_day.tables(tables))
    return connection


def put(connection: duckdb.DuckDBPyConnection, tables: dict[str, pl.DataFrame]) -> None:
    """Write tables by full name."""
    for name, frame in tables.items():
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {name.split('.', maxsplit=1)[0]}")
        connection.register("incoming", frame)
        connection.execute(f"CREATE TABLE {name} AS FROM incoming")
        connection.unregister("incoming")


def payloads() -> dict[str, pl.DataFrame]:
    """The raw tables as their payloads read."""
    return {name: frame for name, frame in raw().items() if name != "raw.fetches"}
