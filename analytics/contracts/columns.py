"""Columns that several tables share, and the values that some of them may take.

Belongs here: declarations only. Does not belong here: tables, and columns of one table.
"""

from dataclasses import replace

import polars as pl

from analytics.contracts.model import Column

STRING, DATE, FLOAT, INT, BOOL = pl.String(), pl.Date(), pl.Float64(), pl.Int64(), pl.Boolean()
TIMESTAMP = pl.Datetime("us", "UTC")

SOURCES = ("sec", "sec_derived", "yahoo", "stockanalysis", "alphavantage")
DERIVATIONS = ("reported", "q4_from_year", "decumulated", "year_only", "computed")
BASES = ("layer", "consolidated")
WINDOWS = ("quarter", "ttm")
OUTCOMES = (
    "ok",
    "unchanged",
    "not_found",
    "no_data",
    "rate_limited",
    "refused",
    "schema_changed",
    "unreachable",
)
POOLS = ("gross_profit", "operating_income", "net_income", "free_cash_flow", "economic_profit")

company_id = Column("company_id", STRING, "Company, a lower-case slug; see core.companies.")
lens = Column("lens", STRING, "Lens: one published way of cutting the industry into layers.")
layer = Column("layer", STRING, "Layer of the AI stack within the lens.")
basis = Column(
    "basis",
    STRING,
    "layer: whole companies and reported segments; consolidated: listed companies whole, each in its primary layer.",
    values=BASES,
)
item = Column("item", STRING, "Item of a statement; the list is in analytics/items.py.")
period_start = Column("period_start", DATE, "First day of the period; null for a balance.", nullable=True)
period_end = Column("period_end", DATE, "Last day of the period, or the balance's date.")
calendar_quarter = Column(
    "calendar_quarter", STRING, "Calendar quarter that holds the fiscal quarter's midpoint, '2025Q4'."
)
value = Column("value", FLOAT, "Amount in `currency` (a share count in shares).", unit="currency units")
currency = Column("currency", STRING, "ISO 4217 code of the amount; 'shares' for a share count.")
value_usd = Column(
    "value_usd",
    FLOAT,
    "Amount in US dollars: flows at the period's average rate, balances at the closing rate; null "
    "where no rate is known, and for share counts.",
    unit="USD",
    nullable=True,
)
known_at = Column("known_at", DATE, "Day from which the world could know the figure (the latest of its inputs).")
basis_from = Column(
    "basis_from",
    DATE,
    "Day from which the filer stated figures on the figure's basis; null if from the first, for balances and where no "
    "filing says. Figures are compared and added where basis_from to basis_until overlap.",
    nullable=True,
)
basis_until = Column(
    "basis_until",
    DATE,
    "Day from which the filer stated figures on another basis (a business left, other accounting) and this one no "
    "more; null if it stands.",
    nullable=True,
)
observation_id = Column(
    "observation_id",
    STRING,
    "Observation the figure rests on (for a derived figure the one it starts from: the year, "
    "or the longer year-to-date).",
)
source = Column("source", STRING, "Source that speaks.", values=SOURCES)
window = Column("window", STRING, "quarter: one fiscal quarter; ttm: trailing twelve months.", values=WINDOWS)
metric = Column("metric", STRING, "Metric id; the registry is in analytics/metrics.")
null_reason = Column("null_reason", STRING, "Why the value is null; null where there is a value.", nullable=True)
payload_sha256 = Column("payload_sha256", STRING, "SHA-256 of the payload as it came.")
reference = Column(
    "reference",
    STRING,
    "Where to look it up: SEC accession number, or URL, or repository file.",
    nullable=True,
)
currency_code = replace(currency, description="ISO 4217 code.")
derivation = Column(
    "derivation",
    STRING,
    "reported: as the source gives it; q4_from_year: year less nine months; decumulated: "
    "difference of two year-to-date figures; year_only: a whole year, where no quarters are known (its period is the "
    "year; never add it to quarters); computed: from other items of the same period by its definition.",
    values=DERIVATIONS,
)
