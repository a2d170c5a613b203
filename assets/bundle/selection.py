"""What aggregators add to the filings: only what those lack.

Belongs here: which periods of which items the filings cover, and which aggregator fills the rest. Does not belong here:
which figures are wrong (exclusions.toml), which source speaks where two have a figure (analytics/point_in_time.py).
"""

from datetime import date

import polars as pl

from analytics import concepts, statements
from analytics.items import ITEMS
from analytics.quarantine import without_quarantined
from assets.bundle.exclusions import Preference

FIRST_END = date(2014, 1, 1)
# Sources stamp one quarter's end up to this many days apart.
NEAR_DAYS = 10
# The first quarter's end lies at most so many days before the year's: three quarters and the slack of stamps.
YEAR_BACK_DAYS = 290
KEY = ["company_id", "item", "span"]
# An item of our own to select by: what Yahoo's cash means, which fills what is missing of cash or of investments.
CASH_AND_INVESTMENTS = "yahoo:cash_and_short_term_investments"
PARTS = ("cash", "short_term_investments")
# Labels of derived tables that hold more than their item: restricted cash; minorities and mezzanine.
LAST = ("plainsight:cash", "plainsight:equity")
LAST_WITHIN = 0.02
LAST_SHARE = 0.75


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


def covered(filed: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame) -> pl.DataFrame:
    """Periods whose figures follow from filings: company_id, item, span, period_end.

    What follows is what the derivation of statements makes of them: quarters stated, or as differences on one basis.
    A balance that rests on a label which speaks last (cash with restricted cash) counts as lacking.

    Args:
        filed: raw.observations of filings and of those who computed from filings.
        companies: core.companies.
        fx_rates: core.fx_rates.
    """
    derived = statements.derive(filed, companies, fx_rates)
    last = concepts.frame().filter(pl.col("tier") > 1).select("concept")
    weak = (pl.col("source") == "sec_derived") & pl.col("concept").is_in(last["concept"].implode())
    span = pl.when(pl.col("period_start").is_null()).then(pl.lit("instant")).otherwise(pl.lit("quarter"))
    quarters = derived.quarters.filter((pl.col("derivation") != "year_only") & ~weak).with_columns(span=span)
    years = derived.years.filter(pl.col("period_start").is_not_null()).with_columns(span=pl.lit("year"))
    found = pl.concat([frame.select(*KEY, "period_end") for frame in (quarters, years)])
    both = (
        found.filter(pl.col("item") == PARTS[0])
        .join(found.filter(pl.col("item") == PARTS[1]), on=["company_id", "span", "period_end"])
        .select("company_id", "span", "period_end", item=pl.lit("cash_and_short_term_investments"))
    )
    return pl.concat([found, both.select(found.columns)])


def giving_way(
    stated: pl.DataFrame, candidates: pl.DataFrame, added: pl.DataFrame, companies: pl.DataFrame
) -> pl.DataFrame:
    """What is stated, without balances of derived tables that hold more than their item, where it shows.

    Labels that speak last (LAST: cash with restricted cash, equity with minorities) outrank aggregators, being computed
    from filings. So a figure gives way where an aggregator's was added for its day, and a whole series where it is more
    than 2 % off in more than a quarter of the days that an aggregator has too: its other days would break the
    series of the item.
    """
    last = labelled(without_quarantined(stated.filter(pl.col("concept").is_in(LAST))), companies)
    others = candidates.filter(pl.col("span") == "instant").select(
        "company_id", "item", other_end="period_end", other="amount"
    )
    days = (pl.col("period_end") - pl.col("other_end")).dt.total_days().abs()
    apart = (pl.col("amount") - pl.col("other")).abs() / pl.max_horizontal(
        pl.col("amount").abs(), pl.col("other").abs()
    )
    shared = (
        last.join(others, on=["company_id", "item"])
        .filter(days <= NEAR_DAYS)
        .group_by("company_id", "concept", "period_end")
        .agg(near=(apart <= LAST_WITHIN).any())
    )
    otherwise = (
        shared.group_by("company_id", "concept")
        .agg(share=pl.col("near").mean())
        .filter(pl.col("share") < LAST_SHARE)
        .select("company_id", "concept")
    )
    lonely = lacking(last, added.select(*KEY, "period_end"))
    key = ["company_id", "concept", "period_end"]
    given = last.join(lonely, on=key, how="anti").select(key).unique()
    return stated.join(otherwise, on=key[:2], how="anti", maintain_order="left").join(
        given, on=key, how="anti", maintain_order="left"
    )


def lacking(candidates: pl.DataFrame, covered: pl.DataFrame) -> pl.DataFrame:
    """Candidates for which no covered period of the same company, item and span ends within ten days."""
    joined = candidates.sort("period_end").join_asof(
        covered.sort("period_end").with_columns(covered_end="period_end"),
        on="period_end", by=KEY, strategy="nearest", tolerance=f"{NEAR_DAYS}d", check_sortedness=False,
    )  # fmt: skip
    return joined.filter(pl.col("covered_end").is_null()).drop("covered_end")


def fill(candidates: pl.DataFrame, covered: pl.DataFrame, preferences: tuple[Preference, ...]) -> pl.DataFrame:
    """The aggregators' figures that the filings lack, from labelled candidates and the periods that filings cover.

    For one item of one company StockAnalysis fills, or the aggregator preferred to it; Alpha Vantage otherwise only
    companies that StockAnalysis has not; Yahoo what is still missing, which is mostly what is newer. A year whose four
    quarters are there is not missing.
    """
    wanted = lacking(candidates.filter(pl.col("period_end") >= FIRST_END), covered)
    has_stock = candidates.filter(pl.col("source") == "stockanalysis").select("company_id").unique()
    preferred = pl.DataFrame(
        [(p.ticker, item, p.source) for p in preferences for item in p.items],
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
    yahoo = lacking(_one_each(wanted.filter(pl.col("source") == "yahoo")), first.select(*KEY, "period_end"))
    chosen = pl.concat([first, yahoo])
    ends = pl.concat([covered, chosen.select(*KEY, "period_end")])
    return chosen.join(_whole_years(chosen, ends), on=[*KEY, "period_end"], how="anti", maintain_order="left")


def _whole_years(chosen: pl.DataFrame, ends: pl.DataFrame) -> pl.DataFrame:
    """Years among the chosen whose four quarters all have figures: company_id, item, span, period_end."""
    years = chosen.filter(pl.col("span") == "year").select(*KEY, "period_end")
    quarters = ends.filter(pl.col("span") == "quarter").select("company_id", "item", quarter_end="period_end")
    back = (pl.col("period_end") - pl.col("quarter_end")).dt.total_days()
    inside = years.join(quarters, on=["company_id", "item"]).filter(back.is_between(-NEAR_DAYS, YEAR_BACK_DAYS))
    counted = inside.group_by(*KEY, "period_end").agg(n=pl.len())
    return counted.filter(pl.col("n") >= 4).select(*KEY, "period_end")


def _one_each(rows: pl.DataFrame) -> pl.DataFrame:
    """One row per company, item and period: the first transcription, then the first label of the concept list."""
    return rows.sort("order", "label_order", "reference", "value").unique(
        [*KEY, "period_end"], keep="first", maintain_order=True
    )
