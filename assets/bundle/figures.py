"""Figures of the data packs as candidate observations: labelled, with periods and known times.

Belongs here: the shape of each pack (SEC facts, derived tables, the extract, aggregators' statements), what its
labels are called with us, what is assumed where the pack is silent. Does not belong here: which figures are left out
(exclusions.toml, selection.py).

A candidate is an observation without id, with `ticker` (as the pack spells it) and `span` (quarter, year or instant).
"""

from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl

from assets.bundle.spans import with_assumed_starts
from assets.sources import sec
from assets.sources.payload import Payload

COLUMNS = (
    "source", "ticker", "company_id", "concept", "span", "period_start", "period_end", "period_basis", "unit", "value",
    "known_at", "known_at_basis", "fetched_at", "reference",
)  # fmt: skip

# The pack of SEC facts was put together on this day; its rows do not say when each was retrieved.
SEC_FETCHED = date(2026, 11, 21)
# Usual delay from a period's end to its publication: 10-Q 40 to 45 days, 20-F and 10-K up to 90.
DELAY_DAYS = {"quarter": 60, "instant": 60, "year": 90}

BALANCES = (
    "assets", "cash", "equity", "liabilities", "ltDebt", "sharesLatest", "CashAndCashEquivalents",
    "LongTermDebtNoncurrent",
)  # fmt: skip
CRWV_EXTRACT = "SEC companyfacts extract"

# Labels that a source prints in two statements: the one we read. Others stand in one statement only.
STATEMENT_OF = {"Depreciation & Amortization": "cashflow", "Net Income": "income"}
PREFIX = {"StockAnalysis": "stockanalysis", "Alpha Vantage": "alphavantage"}
# Where transcriptions of Yahoo use one name for two things, or with two signs, ours tell them apart. Yahoo's cash
# through yfinance is CashCashEquivalentsAndShortTermInvestments: it equals the filed sum at AMD, GOOGL, META and MSFT
# on every date that both have, and exceeds filed cash wherever short-term investments are held.
YAHOO_LABELS = {
    ("hansol-star", "capex"): "capex_positive",
    ("marcomazzon27-prog", "cash"): "cash_and_short_term_investments",
}
# StockAnalysis' total debt holds leases but for these, whose filings put them into other liabilities: it equals their
# notes (KLA 2025-06-30: 5,884 M, with leases 6,088 M), and Yahoo's total is 3 to 12 % more on every shared day.
WITHOUT_LEASES = ("HPE", "KLAC", "MRVL", "NTAP")
# Of two transcriptions of the same figure the first speaks.
YAHOO_ORDER = ("hansol-star", "marcomazzon27-prog", "GoodGlobeLLC")
YAHOO_2026_09 = "marcomazzon27-prog/analyst-snapshot@52697a44 statements/yahoo_2026_09.csv"


def sec_facts(data: Path, companies: pl.DataFrame) -> pl.DataFrame:
    """Every fact of the SEC pack for the companies given (company_id, cik, ticker)."""
    frames = []
    for company_id, cik, ticker in companies.select("company_id", "cik", "ticker").sort("cik").iter_rows():
        file = data / "sec" / "companyfacts" / f"CIK{cik}.json"
        if cik is None or not file.exists():
            continue
        at = datetime.combine(SEC_FETCHED, datetime.min.time(), UTC)
        facts = sec.parse(Payload(sec.SOURCE, sec.subject(cik), company_id, file.read_bytes(), at))
        frames.append(facts.with_columns(ticker=pl.lit(ticker), fetched_at=pl.lit(SEC_FETCHED)))
    days = (pl.col("period_end") - pl.col("period_start")).dt.total_days() + 1
    span = (
        pl.when(days.is_null()).then(pl.lit("instant"))
        .when(days.is_between(80, 100)).then(pl.lit("quarter"))
        .when(days.is_between(350, 380)).then(pl.lit("year"))
        .otherwise(pl.lit("other"))
    )  # fmt: skip
    return pl.concat(frames).with_columns(span=span).select(COLUMNS)


def derived(data: Path, tickers: pl.DataFrame) -> pl.DataFrame:
    """What others computed from SEC facts: derived_quarters.csv and derived_years.csv."""
    frames = [
        pl.read_csv(data / "sec" / f"derived_{name}s.csv", infer_schema=False).with_columns(span=pl.lit(name))
        for name in ("quarter", "year")
    ]
    who = (
        pl.when(pl.col("source").str.starts_with(CRWV_EXTRACT)).then(pl.lit("us-gaap"))
        .when(pl.col("source").str.contains("plainsight", literal=True)).then(pl.lit("plainsight"))
        .when(pl.col("source").str.starts_with("nikthetrip/")).then(pl.lit("nikthetrip"))
    )  # fmt: skip
    computed_q4 = pl.when(pl.col("derived_q4") == "true").then(pl.lit("; year less nine months")).otherwise(pl.lit(""))
    rows = pl.concat(frames).with_columns(
        pl.col("period_start", "period_end", "retrieved").str.to_date(),
        pl.col("value").cast(pl.Float64),
        span=pl.when(pl.col("item").is_in(BALANCES)).then(pl.lit("instant")).otherwise("span"),
        series="source",
        reference=pl.concat_str("source", computed_q4),
        concept=pl.concat_str(who, "item", separator=":"),
    )
    return _candidates(rows.with_columns(source=pl.lit("sec_derived")), tickers)


def extract(data: Path, tickers: pl.DataFrame) -> pl.DataFrame:
    """Extracts of companyfacts without accession but with filing dates: extract_2026_09.csv."""
    rows = pl.read_csv(data / "sec" / "extract_2026_09.csv", infer_schema=False).with_columns(
        pl.col("period_start", "period_end", "retrieved", "filed").str.to_date(),
        pl.col("value").cast(pl.Float64),
        reference=pl.format("blakeweaver17-del/ai-infra-data {} {} of {}", "concept", "form", "filed"),
    )
    known = rows.join(tickers, on="ticker").with_columns(
        source=pl.lit("sec_derived"),
        concept=pl.concat_str(pl.lit("extract:"), "item"),
        span=pl.when(pl.col("period_start").is_null()).then(pl.lit("instant")).otherwise(pl.lit("other")),
        period_basis=pl.lit("filed"),
        known_at="filed",
        known_at_basis=pl.lit("filed"),
        fetched_at="retrieved",
    )
    return known.select(COLUMNS)


def statements(data: Path, tickers: pl.DataFrame) -> pl.DataFrame:
    """Statements as aggregators print them: statements.parquet, with `order` among transcriptions of one source."""
    rows = pl.read_parquet(data / "statements" / "statements.parquet").filter(
        pl.col("statement") == pl.col("item").replace_strict(STATEMENT_OF, default=pl.col("statement"))
    )
    return _aggregated(rows, tickers)


def yahoo_2026_09(data: Path, tickers: pl.DataFrame) -> pl.DataFrame:
    """Yahoo's figures of 50 US tickers: yahoo_2026_09.csv, with `order` behind the other transcriptions."""
    rows = pl.read_csv(data / "statements" / "yahoo_2026_09.csv", infer_schema=False).with_columns(
        pl.col("period_end", "retrieved").str.to_date(),
        pl.col("value").cast(pl.Float64),
        source_repo=pl.lit(YAHOO_2026_09),
    )
    return _aggregated(rows, tickers)


def _aggregated(rows: pl.DataFrame, tickers: pl.DataFrame) -> pl.DataFrame:
    owner = pl.col("source_repo").str.split("/").list.first()
    source = pl.col("source").replace_strict(PREFIX, default="yahoo")
    renamed = pl.struct(owner=owner, item="item").replace_strict(
        [{"owner": o, "item": i} for o, i in YAHOO_LABELS], list(YAHOO_LABELS.values()), default=pl.col("item")
    )
    parted = (source == "stockanalysis") & (pl.col("item") == "Total Debt") & pl.col("ticker").is_in(WITHOUT_LEASES)
    labelled = rows.with_columns(
        source=source,
        series="source_repo",
        item=pl.when(source == "yahoo")
        .then(renamed)
        .when(parted)
        .then(pl.lit("Total Debt without leases"))
        .otherwise("item"),
        unit=pl.when(pl.col("item").str.contains("(?i)shares")).then(pl.lit("shares")).otherwise("currency"),
        span=pl.when((pl.col("statement") == "balance") | (pl.col("period_type") == "point"))
        .then(pl.lit("instant"))
        .otherwise("period_type"),
        period_start=pl.lit(None, pl.Date),
        reference="source_repo",
        order=owner.replace_strict(YAHOO_ORDER, range(len(YAHOO_ORDER)), default=0, return_dtype=pl.Int64),
    ).with_columns(concept=pl.concat_str("source", "item", separator=":"))
    return _candidates(labelled, tickers, "order")


def _candidates(rows: pl.DataFrame, tickers: pl.DataFrame, *extra: str) -> pl.DataFrame:
    """Fill in company, start, known time; `series` tells whose consecutive ends give the starts."""
    usual = pl.col("period_end") + pl.duration(days=pl.col("span").replace_strict(DELAY_DAYS))
    known = with_assumed_starts(rows.join(tickers, on="ticker")).with_columns(
        known_at=pl.min_horizontal(usual, "retrieved"),
        known_at_basis=pl.when(usual > pl.col("retrieved")).then(pl.lit("fetched")).otherwise(pl.lit("assumed")),
        fetched_at="retrieved",
    )
    return known.select(*COLUMNS, *extra)
