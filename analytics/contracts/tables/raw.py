"""The raw tables: what the sources delivered, and how each fetch ended.

Belongs here: declarations only.
"""

from dataclasses import replace

from analytics.contracts.columns import (
    BOOL,
    DATE,
    FLOAT,
    INT,
    OUTCOMES,
    STRING,
    TIMESTAMP,
    company_id,
    currency_code,
    item,
    known_at,
    observation_id,
    payload_sha256,
    period_end,
    period_start,
    reference,
    source,
)
from analytics.contracts.model import Column, Table

TABLES = (
    Table(
        "raw",
        "fetches",
        "One row per request for a payload, at the time it was made.",
        ("fetch_id",),
        (
            Column("fetch_id", STRING, "Hash of source, subject and start time."),
            Column("source", STRING, "Source asked: bundle, sec, yahoo, fx."),
            replace(
                company_id,
                description="Company asked for; null where the payload covers many.",
                nullable=True,
            ),
            Column("subject", STRING, "What was asked for: a file of the bundle, or an endpoint and symbol."),
            Column("started_at", TIMESTAMP, "When the request began, UTC."),
            Column("outcome", STRING, "How it ended.", values=OUTCOMES),
            Column("http_status", INT, "HTTP status, null where no HTTP was spoken.", nullable=True),
            Column("requests", INT, "HTTP requests spent.", unit="requests"),
            Column("bytes", INT, "Size of the payload.", unit="bytes"),
            replace(payload_sha256, nullable=True),
            Column("message", STRING, "What to tell the operator; null when all is well.", nullable=True),
            Column(
                "next_try_at",
                TIMESTAMP,
                "When it will be asked again, null when nothing is planned.",
                nullable=True,
            ),
        ),
        "Only ever added to.",
    ),
    Table(
        "raw",
        "observations",
        "One row per figure of a company as a source delivered it.",
        ("observation_id",),
        (
            replace(
                observation_id,
                description="Hash of source, company, concept, period, unit, value, known time and reference.",
            ),
            source,
            company_id,
            Column(
                "concept",
                STRING,
                "The source's own label, with its taxonomy: 'us-gaap:Revenues', 'stockanalysis:Revenue'.",
            ),
            period_start,
            period_end,
            Column(
                "period_basis",
                STRING,
                "filed: the source states start and end; assumed: the start or the exact end is "
                "inferred from the source's period label.",
                values=("filed", "assumed"),
            ),
            Column("unit", STRING, "ISO 4217 code, 'shares', or 'CODE/shares'."),
            Column("value", FLOAT, "The figure, in whole units.", unit="unit"),
            known_at,
            Column(
                "known_at_basis",
                STRING,
                "filed: the filing's date; fetched: the day it was fetched; assumed: the period's "
                "end plus a usual reporting delay.",
                values=("filed", "fetched", "assumed"),
            ),
            Column("fetched_at", TIMESTAMP, "When this payload was fetched, UTC."),
            reference,
            payload_sha256,
        ),
        "Only ever added to; a restatement is another row with a later known time.",
    ),
    Table(
        "raw",
        "segment_observations",
        "One row per figure of a reported segment as a source delivered it.",
        ("company_id", "segment", "item", "period_start", "period_end", "basis_note", "reference"),
        (
            company_id,
            Column("segment", STRING, "Segment as the company names it."),
            item,
            replace(period_start, nullable=False),
            period_end,
            Column("unit", STRING, "ISO 4217 code."),
            Column("value", FLOAT, "The figure, in whole units.", unit="unit"),
            Column("basis_note", STRING, "Which segmentation it belongs to, as the source notes it."),
            Column("quality", STRING, "exact, retyped or rounded.", values=("exact", "retyped", "rounded")),
            Column("reference", STRING, "Where it was taken from."),
            payload_sha256,
        ),
    ),
    Table(
        "raw",
        "fx_observations",
        "One row per day, currency and source of an exchange rate.",
        ("date", "currency", "source"),
        (
            Column("date", DATE, "Day of the rate."),
            currency_code,
            Column("usd_per_unit", FLOAT, "US dollars for one unit.", unit="USD per unit"),
            Column("source", STRING, "Who quotes it."),
            payload_sha256,
        ),
    ),
    Table(
        "raw",
        "price_observations",
        "One row per ticker, day and source of a closing price.",
        ("ticker", "date", "source"),
        (
            Column("ticker", STRING, "Ticker as Yahoo spells it."),
            Column("date", DATE, "Trading day."),
            Column(
                "close",
                FLOAT,
                "Close, adjusted for splits known when it was fetched, not for dividends.",
                unit="currency per share",
            ),
            Column(
                "adjusted_to",
                DATE,
                "Day on which it was fetched: splits with a later ex-date are not in the close. Null: all known are.",
                nullable=True,
            ),
            currency_code,
            Column("source", STRING, "Who quotes it."),
            payload_sha256,
        ),
    ),
    Table(
        "raw",
        "splits",
        "One row per split or split-like adjustment of a ticker.",
        ("ticker", "date", "ratio"),
        (
            Column("ticker", STRING, "Ticker as Yahoo spells it."),
            Column("date", DATE, "Ex-date; null where only a range is known.", nullable=True),
            Column("ratio", FLOAT, "New shares for one old share.", unit="ratio"),
            Column("is_share_split", BOOL, "False for a spin-off or class dividend that only adjusts the price."),
            Column("note", STRING, "What the source says.", nullable=True),
            payload_sha256,
        ),
    ),
)
