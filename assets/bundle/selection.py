"""What aggregators add to the filings: only what those lack.

Belongs here: which periods of which items the filings cover, and which aggregator fills the rest. Does not belong here:
which figures are wrong (exclusions.toml), which source speaks where two have a figure (analytics/point_in_time.py).
"""

from datetime import date

import polars as pl

from analytics import concepts
from analytics.items import ITEMS
from assets.bundle.exclusions import Judgements

FIRST_END = date(2014, 1, 1)
# Sources stamp one quarter's end up to this many days apart.
NEAR_DAYS = 10
QUARTER_DAYS = (80, 100)
KEY = ["company_id", "item", "span"]
# An item of our own to select by: what Yahoo's cash means, which fills what is missing of cash or of investments.
CASH_AND_INVESTMENTS = "yahoo:cash_and_short_term_investments"
PARTS = ("cash", "short_term_investments")


def labelled(figures: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Figures that mean an item, in the company's own currency.

    Adds item, kind, tier and label_order (both as in analytics/concepts.py) and amount (the value in our sign).
    """
    kinds = pl.DataFrame({"item": [i.id for i in ITEMS], "kind": [i.kind for i in ITEMS]})
    mapped = concepts.frame().select("concept", "item", "tier", "label_order", "sign")
    combined = (CASH_AND_INVESTMENTS, "cash_and_short_term_investments", 0, 0, 1)
    labels = pl.concat([mapped, pl.DataFrame([combined], schema=mapped.schema, orient="row")])
    return (
        figures.join(labels.unique("concept", keep="first", maintain_order=True), on="concept")
        .join(concepts.misnomers(), on=["company_id", "concept"], how="anti")
        .join(kinds, on="item", how="left")
        .join(companies.select("company_id", reporting_currency="currency"), on="company_id")
        .filter(pl.col("unit").is_in(["shares"]) | (pl.col("unit") == pl.col("reporting_currency")))
        .with_columns(amount=pl.col("value") * pl.col("sign"))
        .drop("reporting_currency", "sign")
    )


def covered(filed: pl.DataFrame) -> pl.DataFrame:
    """Periods that filings cover: company_id, item, span, period_end.

    A quarter is covered by a three-month figure, or as the difference of two figures that start together and end a
    quarter apart (year less nine months, six months less three).
    """
    whole = filed.filter(pl.col("span") != "other").select(*KEY, "period_end")
    flows = filed.filter((pl.col("kind") == "flow") & pl.col("period_start").is_not_null())
    to_date = flows.select("company_id", "item", "period_start", "period_end").unique()
    days = (pl.col("period_end") - pl.col("period_end_right")).dt.total_days()
    differences = (
        to_date.join(to_date, on=["company_id", "item", "period_start"])
        .filter(days.is_between(*QUARTER_DAYS))
        .select("company_id", "item", span=pl.lit("quarter"), period_end="period_end")
    )
    found = pl.concat([whole, differences]).unique()
    both = (
        found.filter(pl.col("item") == PARTS[0])
        .join(found.filter(pl.col("item") == PARTS[1]), on=["company_id", "span", "period_end"])
        .select("company_id", "span", "period_end", item=pl.lit("cash_and_short_term_investments"))
    )
    return pl.concat([found, both.select(found.columns)]).unique()


def lacking(candidates: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """Candidates for which no covered period of the same company, item and span ends within ten days."""
    joined = candidates.sort("period_end").join_asof(
        covered.sort("period_end").with_columns(covered_end="period_end"),
        on="period_end", by=KEY, strategy="nearest", tolerance=f"{NEAR_DAYS}d", check_sortedness=False,
    )  # fmt: skip
    return joined.filter(pl.col("covered_end").is_null()).drop("covered_end")


def fill(candidates: pl.DataFrame, filed: pl.DataFrame, judgements: Judgements) -> pl.DataFrame:
    """The aggregators' figures that the filings lack, from labelled figures of both.

    For one item of one company StockAnalysis fills, or the aggregator preferred to it; Alpha Vantage otherwise only
    companies that StockAnalysis has not; Yahoo what is still missing, which is mostly what is newer.
    """
    wanted = lacking(candidates.filter(pl.col("period_end") >= FIRST_END), covered(filed))
    has_stock = candidates.filter(pl.col("source") == "stockanalysis").select("company_id").unique()
    preferred = pl.DataFrame(
        [(p.ticker, item, p.source) for p in judgements.preferences for item in p.items],
        schema={"ticker": pl.String, "item": pl.String, "preferred": pl.String},
        orient="row",
    )
    usual = (
        pl.when(pl.col("has_stock").fill_null(False)).then(pl.lit("stockanalysis")).otherwise(pl.lit("alphavantage"))
    )
    first = _one_each(
        wanted.join(preferred, on=["ticker", "item"], how="left")
        .join(has_stock.with_columns(has_stock=pl.lit(True)), on="company_id", how="left")
        .filter(pl.col("source") == pl.coalesce("preferred", usual))
        .select(wanted.columns)
    )
    yahoo = _one_each(wanted.filter(pl.col("source") == "yahoo"))
    return pl.concat([first, lacking(yahoo, first.select(*KEY, "period_end"))])


def _one_each(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per company, item and period: the first transcription, then the first label of the concept list."""
    return rows.sort("order", "label_order", "reference").unique(
        [*KEY, "period_end"], keep="first", maintain_order=True
    )
