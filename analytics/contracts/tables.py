"""Every table of the warehouse: grain, key, columns with unit and meaning.

Belongs here: declarations only. A column that several tables share is declared once, at the top.
"""

from dataclasses import replace

import polars as pl

from analytics.contracts.model import Column, Table

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
POOLS = ("gross_profit", "operating_income", "net_income", "free_cash_flow")

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

TABLES: tuple[Table, ...] = (
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
    Table(
        "core",
        "companies",
        "One row per company, product or project that a lens names or we add.",
        ("company_id",),
        (
            company_id,
            Column("name", STRING, "Name."),
            Column("ticker", STRING, "Ticker as Yahoo spells it; null if not listed.", nullable=True),
            Column(
                "cik",
                STRING,
                "SEC Central Index Key, ten digits; null if it files nothing there.",
                nullable=True,
            ),
            replace(
                currency,
                description="Reporting currency (of the statements, not of the share), ISO 4217.",
                nullable=True,
            ),
            Column(
                "fiscal_year_end_month",
                INT,
                "Month in which the fiscal year ends.",
                unit="month",
                nullable=True,
            ),
            Column(
                "status",
                STRING,
                "How it can be measured.",
                values=("listed", "private", "part_of", "open_source", "delisted"),
            ),
            Column(
                "listed_from",
                DATE,
                "First trading day; null if not listed, or listed before 2000.",
                nullable=True,
            ),
            Column("listed_to", DATE, "Last trading day; null while listed.", nullable=True),
            Column("parent_id", STRING, "Company it is part of.", nullable=True),
            Column(
                "shares_per_receipt",
                FLOAT,
                "Ordinary shares that one listed receipt (ADR) stands for; 1 for an ordinary listing.",
                unit="shares",
                nullable=True,
            ),
            Column(
                "history_from",
                DATE,
                "Figures of periods that end before this day belong to another business; null: none do.",
                nullable=True,
            ),
            Column("country", STRING, "Country of its head office, ISO 3166 alpha-2.", nullable=True),
            Column("note", STRING, "Judgement with its reason and date.", nullable=True),
        ),
    ),
    Table(
        "core",
        "lenses",
        "One row per lens.",
        ("lens",),
        (
            lens,
            Column("name", STRING, "Title."),
            Column("position", INT, "Order of the lenses; 1 is the default."),
            Column("description", STRING, "What it cuts by."),
            Column("source", STRING, "Text it follows."),
        ),
    ),
    Table(
        "core",
        "layers",
        "One row per layer of a lens.",
        ("lens", "layer"),
        (
            lens,
            layer,
            Column("name", STRING, "Name as the pages write it."),
            Column("position", INT, "Order in the stack, 1 at the top (nearest to demand)."),
            Column("description", STRING, "What it does, in one sentence."),
            Column("parent", STRING, "Group of layers in the source.", nullable=True),
            Column("colour", STRING, "Name in the layer palette."),
            Column("named_by_source", BOOL, "False for a layer that we add."),
            Column("note", STRING, "Reason where it is ours.", nullable=True),
        ),
    ),
    Table(
        "core",
        "edges",
        "One row per flow of demand between two layers of a lens.",
        ("lens", "from_layer", "to_layer"),
        (
            lens,
            Column("from_layer", STRING, "Layer that buys."),
            Column("to_layer", STRING, "Layer that sells to it."),
            Column("description", STRING, "What flows.", nullable=True),
        ),
    ),
    Table(
        "core",
        "memberships",
        "One row per member of a layer and span of time.",
        ("lens", "layer", "member_id", "valid_from"),
        (
            lens,
            layer,
            replace(
                company_id,
                description="Company that is measured: the member itself, or the parent it is part of.",
            ),
            Column(
                "member_id",
                STRING,
                "The member as the lens names it (a product or segment has its own id in core.companies).",
            ),
            Column("member_name", STRING, "Name of the member as the pages write it."),
            Column(
                "measure",
                STRING,
                "whole: the company is this layer; segment: a reported segment is; dark: nothing is reported for it.",
                values=("whole", "segment", "dark"),
            ),
            Column("segment", STRING, "Segment that measures it, as in core.segment_quarters.", nullable=True),
            Column(
                "primary_layer",
                BOOL,
                "True in the one layer of the lens where the whole company counts on the consolidated basis.",
            ),
            Column("named_by_source", BOOL, "False for a listed peer that we add."),
            Column("valid_from", DATE, "First day of membership; null: since before the record.", nullable=True),
            Column("valid_to", DATE, "Last day of membership; null: still.", nullable=True),
            Column("note", STRING, "Judgement with its reason.", nullable=True),
        ),
    ),
    Table(
        "core",
        "fx_rates",
        "One row per day and currency.",
        ("date", "currency"),
        (
            Column("date", DATE, "Day of the rate; days without a quotation are absent."),
            currency_code,
            Column("usd_per_unit", FLOAT, "US dollars for one unit.", unit="USD per unit"),
            Column("source", STRING, "Who quotes it."),
        ),
    ),
    Table(
        "core",
        "prices",
        "One row per listed company and trading day.",
        ("company_id", "date"),
        (
            company_id,
            Column("date", DATE, "Trading day."),
            Column(
                "close",
                FLOAT,
                "Close as traded that day (splits undone); null where an undated split leaves it open.",
                unit="currency per share",
                nullable=True,
            ),
            currency_code,
            Column(
                "market_cap_usd",
                FLOAT,
                "Close × all shares known that day; null where either is unknown.",
                unit="USD",
                nullable=True,
            ),
        ),
    ),
    Table(
        "core",
        "company_quarters",
        "One row per company, item and fiscal quarter, or whole year where a quarter of it is unknown.",
        ("company_id", "item", "period_end", "derivation"),
        (
            company_id,
            item,
            period_start,
            period_end,
            calendar_quarter,
            value,
            currency,
            value_usd,
            derivation,
            source,
            Column("concept", STRING, "The source's label that speaks."),
            observation_id,
            Column(
                "minus_observation_id",
                STRING,
                "Observation subtracted from it, where the quarter is a difference.",
                nullable=True,
            ),
            known_at,
        ),
        "A quarter that cannot be known has no row. A year_only row holds a whole year; never add it to quarters.",
    ),
    Table(
        "core",
        "company_years",
        "One row per company, item and fiscal year.",
        ("company_id", "item", "period_end"),
        (
            company_id,
            item,
            period_start,
            period_end,
            Column(
                "fiscal_year",
                INT,
                "Calendar year of the fiscal year's end (52/53-week ends in a next month's first days count back).",
            ),
            value,
            currency,
            value_usd,
            source,
            Column("concept", STRING, "The source's label that speaks."),
            observation_id,
            known_at,
        ),
    ),
    Table(
        "core",
        "gaps",
        "One row per company, flow item and fiscal quarter that stays unknown although its year is stated.",
        ("company_id", "item", "period_end"),
        (
            company_id,
            item,
            Column("fiscal_year", INT, "Calendar year of the fiscal year's end."),
            replace(period_end, description="Last day of the fiscal quarter."),
            Column("reason", STRING, "Why the quarter is unknown."),
        ),
    ),
    Table(
        "core",
        "anomalies",
        "One row per company, item, fiscal quarter and rule of sanity that the figure breaks.",
        ("company_id", "item", "period_end", "rule"),
        (
            company_id,
            item,
            period_end,
            Column("rule", STRING, "Rule it breaks; the rules are in analytics/sanity.py."),
            Column("severity", STRING, "error: left out of metrics; warning: kept.", values=("error", "warning")),
            value,
            currency,
            Column("message", STRING, "What is odd, in figures."),
            source,
            observation_id,
        ),
    ),
    Table(
        "core",
        "segment_quarters",
        "One row per company, segment, item and fiscal quarter.",
        ("company_id", "segment", "item", "period_end", "derivation"),
        (
            company_id,
            Column("segment", STRING, "Segment as the company names it."),
            item,
            replace(period_start, nullable=False),
            period_end,
            calendar_quarter,
            value,
            currency,
            value_usd,
            derivation,
            Column(
                "basis_note",
                STRING,
                "Which segmentation it belongs to; figures of different ones are not joined.",
            ),
            Column("source", STRING, "Where it was taken from."),
            known_at,
        ),
    ),
    Table(
        "marts",
        "company_metrics",
        "One row per company, calendar quarter, window and metric.",
        ("company_id", "calendar_quarter", "window", "metric"),
        (
            company_id,
            calendar_quarter,
            period_end,
            window,
            metric,
            Column(
                "value",
                FLOAT,
                "Ratio as a fraction, or an amount in US dollars; the unit is the metric's.",
                unit="per metric",
                nullable=True,
            ),
            null_reason,
        ),
    ),
    Table(
        "marts",
        "layer_metrics",
        "One row per lens, layer, basis, calendar quarter, window and metric.",
        ("lens", "layer", "basis", "calendar_quarter", "window", "metric"),
        (
            lens,
            layer,
            basis,
            calendar_quarter,
            window,
            metric,
            Column(
                "value",
                FLOAT,
                "Σ numerators / Σ denominators over the measured members, or Σ US dollars; null below 50 % coverage.",
                unit="per metric",
                nullable=True,
            ),
            Column("median", FLOAT, "Median of the members' own values.", unit="per metric", nullable=True),
            Column("p25", FLOAT, "First quartile of the members' own values.", unit="per metric", nullable=True),
            Column("p75", FLOAT, "Third quartile of the members' own values.", unit="per metric", nullable=True),
            Column(
                "n_members",
                INT,
                "Members of that time: all on the layer basis; on the consolidated one listed companies at home here.",
                unit="members",
            ),
            Column("n_measured", INT, "Members that have the metric's inputs.", unit="members"),
            Column("coverage_ratio", FLOAT, "n_measured / n_members.", unit="fraction", nullable=True),
            Column(
                "value_ex_largest",
                FLOAT,
                "The same value without the largest member.",
                unit="per metric",
                nullable=True,
            ),
            Column(
                "largest_company_id",
                STRING,
                "Member with the largest denominator (for an amount: the largest amount).",
                nullable=True,
            ),
            Column(
                "status",
                STRING,
                "final: members with at least 80 % of the layer's trailing revenue have reported; else provisional.",
                values=("final", "provisional"),
            ),
            null_reason,
        ),
    ),
    Table(
        "marts",
        "value_capture",
        "One row per lens, layer, basis, calendar quarter, window and profit pool.",
        ("lens", "layer", "basis", "calendar_quarter", "window", "pool"),
        (
            lens,
            layer,
            basis,
            calendar_quarter,
            window,
            Column("pool", STRING, "Item whose dollars are shared out.", values=POOLS),
            Column(
                "amount_usd",
                FLOAT,
                "Layer's dollars in the pool; null below 50 % coverage.",
                unit="USD",
                nullable=True,
            ),
            Column(
                "share_of_net",
                FLOAT,
                "Amount over the sum of all layers; null where that sum is not positive.",
                unit="fraction",
                nullable=True,
            ),
            Column(
                "share_of_positive",
                FLOAT,
                "Positive amount over the sum of positive amounts; 0 for a loss; null where unknown.",
                unit="fraction",
                nullable=True,
            ),
            Column("n_members", INT, "Members of that time.", unit="members"),
            Column("n_measured", INT, "Members whose dollars are counted.", unit="members"),
            Column(
                "status",
                STRING,
                "final or provisional, as in marts.layer_metrics.",
                values=("final", "provisional"),
            ),
        ),
    ),
    Table(
        "marts",
        "member_amounts",
        "One row per lens, layer, basis, member, calendar quarter, window and item.",
        ("lens", "layer", "basis", "member_id", "calendar_quarter", "window", "item"),
        (
            lens,
            layer,
            basis,
            Column(
                "member_id",
                STRING,
                "Member as the lens names it; on the consolidated basis the company itself.",
            ),
            replace(
                company_id, description="Company that is measured: the member itself, or the parent it is part of."
            ),
            calendar_quarter,
            window,
            replace(item, description="Item of a statement, or net_debt as the metric of that name defines it."),
            Column(
                "amount_usd",
                FLOAT,
                "The member's dollars: flows of the window, balances at its end.",
                unit="USD",
            ),
        ),
        "Measured members only; an amount that is not known has no row. Sums over a layer's members are its dollars.",
    ),
    Table(
        "marts",
        "restatements",
        "One row per change of a stated figure by more than 0.5 %.",
        ("observation_id", "old_observation_id"),
        (
            company_id,
            item,
            replace(source, description="Source that restated."),
            Column("concept", STRING, "The source's label."),
            period_start,
            period_end,
            Column("old_value", FLOAT, "As stated before.", unit="currency units"),
            Column("new_value", FLOAT, "As stated since.", unit="currency units"),
            currency,
            Column(
                "change_ratio",
                FLOAT,
                "New over old, less one; null if the old is 0.",
                unit="fraction",
                nullable=True,
            ),
            Column("old_known_at", DATE, "Last day on which the old value was stated."),
            Column("known_at", DATE, "Day from which the new value is known."),
            Column("old_observation_id", STRING, "Observation of the old value."),
            replace(observation_id, description="Observation of the new value."),
        ),
    ),
    Table(
        "marts",
        "disagreements",
        "One row per statement that says more than 0.5 % else than the one that speaks for the same quarter.",
        ("observation_id", "other_observation_id", "period_end", "item", "derivation", "other_derivation"),
        (
            company_id,
            item,
            period_end,
            replace(value, description="Amount that speaks."),
            currency,
            source,
            Column("concept", STRING, "Its label."),
            derivation,
            observation_id,
            Column("other_value", FLOAT, "Amount of the other statement.", unit="currency units"),
            Column("other_source", STRING, "Its source.", values=SOURCES),
            Column("other_concept", STRING, "Its label."),
            replace(derivation, name="other_derivation"),
            Column("other_observation_id", STRING, "Its observation."),
            Column(
                "difference_ratio",
                FLOAT,
                "Other over speaking, less one; null if that is 0.",
                unit="fraction",
                nullable=True,
            ),
            Column(
                "kind",
                STRING,
                "Likely cause, found by rule.",
                values=("sign", "scale", "minority", "adjusted", "lease", "definition", "vintage", "other"),
            ),
        ),
    ),
    Table(
        "marts",
        "coverage",
        "One row per lens, layer, member and item.",
        ("lens", "layer", "member_id", "item"),
        (
            lens,
            layer,
            company_id,
            Column("member_id", STRING, "Member as the lens names it."),
            Column("member_name", STRING, "Its name."),
            Column("measure", STRING, "whole, segment or dark.", values=("whole", "segment", "dark")),
            Column("status", STRING, "Status of the member in core.companies."),
            item,
            Column("first_quarter", STRING, "First calendar quarter known.", nullable=True),
            Column("last_quarter", STRING, "Last calendar quarter known.", nullable=True),
            Column("n_reported", INT, "Quarters as reported by a filing.", unit="quarters"),
            Column(
                "n_derived",
                INT,
                "Quarters derived from filed years and year-to-date figures.",
                unit="quarters",
            ),
            Column("n_aggregated", INT, "Quarters from an aggregator.", unit="quarters"),
            Column("n_year_only", INT, "Years known without their quarters.", unit="years"),
            Column(
                "n_missing",
                INT,
                "Quarters missing between 2015Q1, or the membership's start if later, and the newest quarter.",
                unit="quarters",
            ),
            Column("reason", STRING, "Why nothing is known, where nothing is.", nullable=True),
        ),
    ),
    Table(
        "marts",
        "freshness",
        "One row per listed company.",
        ("company_id",),
        (
            company_id,
            Column(
                "newest_quarter",
                STRING,
                "Newest calendar quarter with revenue, or the newest year's.",
                nullable=True,
            ),
            Column("newest_period_end", DATE, "Its last day.", nullable=True),
            Column("newest_known_at", DATE, "When the newest figure could be known.", nullable=True),
            Column("source", STRING, "Source of the newest figure.", nullable=True),
            Column(
                "age_days",
                INT,
                "Days from the newest period's end to the as-of date.",
                unit="days",
                nullable=True,
            ),
        ),
    ),
)

_BY_NAME = {t.full_name: t for t in TABLES}


def table(full_name: str) -> Table:
    """Return the contract of `schema.name`.

    Raises:
        KeyError: no such table; the message lists those there are.
    """
    if full_name not in _BY_NAME:
        raise KeyError(f"no table {full_name!r}; there are {sorted(_BY_NAME)}")
    return _BY_NAME[full_name]
