"""What aggregators add to the filings: only what those lack.

Belongs here: which periods of which items the filings cover, and which aggregator fills the rest. Does not belong here:
which figures are wrong (exclusions.toml), which source speaks where two have a figure (analytics/point_in_time.py).
"""

from datetime import date

import polars as pl

from analytics import concepts
from analytics.items import ITEMS
from analytics.quarantine import without_quarantined

FIRST_END = date(2014, 1, 1)
# Sources stamp one quarter's end up to this many days apart.
NEAR_DAYS = 10
QUARTER_DAYS = (80, 100)
KEY = ["company_id", "item", "span"]
# An item of our own to select by: what Yahoo's cash means, which fills what is missing of cash or of investments.
CASH_AND_INVESTMENTS = "yahoo:cash_and_short_term_investments"
PARTS = ("cash", "short_term_investments")
FLOWS = [i.id for i in ITEMS if i.kind == "flow"]


def labelled(figures: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Figures that mean an item in the company's own currency: adds item, kind, label_order."""
    kinds = pl.DataFrame({"item": [i.id for i in ITEMS], "kind": [i.kind for i in ITEMS]})
    combined = pl.DataFrame(
        {"concept": [CASH_AND_INVESTMENTS], "item": ["cash_and_short_term_investments"], "label_order": [0]},
        schema_overrides={"label_order": pl.Int64},
    )
    labels = pl.concat([concepts.frame().select("concept", "item", "label_order"), combined])
    return (
        figures.join(labels.unique("concept", keep="first", maintain_order=True), on="concept")
        .join(concepts.misnomers(), on=["company_id", "concept"], how="anti")
        .join(kinds, on="item", how="left")
        .join(companies.select("company_id", reporting_currency="currency"), on="company_id")
        .filter(pl.col("unit").is_in(["shares"]) | (pl.col("unit") == pl.col("reporting_currency")))
        .drop("reporting_currency")
    )


def covered(filed: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """Periods that filings cover: company_id, item, span, period_end.

    A quarter is covered by a three-month figure, or as the difference of two figures that start together and end a
    quarter apart (year less nine months, six months less three).
    """
    known = labelled(without_quarantined(filed), companies)
    whole = known.filter(pl.col("span") != "other").select(*KEY, "period_end")
    flows = known.filter(pl.col("item").is_in(FLOWS), pl.col("period_start").is_not_null())
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


def fill(candidates: pl.DataFrame, filed: pl.DataFrame, companies: pl.DataFrame) -> pl.DataFrame:
    """The aggregators' figures that the filings lack.

    StockAnalysis fills first; Alpha Vantage only companies that StockAnalysis has not; Yahoo what is still missing.
    Args:
        candidates: aggregators' figures, with `order` among transcriptions of one source.
        filed: figures of filings and of those who computed from filings.
        companies: core.companies.
    """
    known = labelled(candidates, companies).filter(pl.col("period_end") >= FIRST_END)
    wanted = lacking(known, covered(filed, companies))
    stock = _one_each(wanted.filter(pl.col("source") == "stockanalysis"))
    has_stock = known.filter(pl.col("source") == "stockanalysis")["company_id"].unique()
    alpha = _one_each(
        wanted.filter(pl.col("source") == "alphavantage", ~pl.col("company_id").is_in(has_stock.implode()))
    )
    first = pl.concat([stock, alpha])
    yahoo = _one_each(wanted.filter(pl.col("source") == "yahoo"))
    return pl.concat([first, lacking(yahoo, first.select(*KEY, "period_end"))])


def _one_each(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per company, item and period: the first transcription, then the first label of the concept list."""
    return rows.sort("order", "label_order", "reference").unique(
        [*KEY, "period_end"], keep="first", maintain_order=True
    )
