"""What an aggregator's series must pass before any of it is taken.

Belongs here: tests against signs, neighbours and the filings, each a function from figures to the figures that stay.
Does not belong here: judgements on single figures (exclusions.toml), what the filings lack (selection.py).

Every function takes figures as selection.labelled gives them: company_id, concept, item, source, span, period_end, and
`amount` (the value with our sign); filed figures likewise, one row per filing and period.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

NEAR_DAYS = 10
QUARTER_DAYS = (80, 100)
NINE_MONTHS_DAYS = (255, 290)


@dataclass(frozen=True)
class Rules:
    """The thresholds, declared in exclusions.toml.

    never_negative: items that cannot be below zero. alone_items, alone_factor: a quarter more than so many times both
    its neighbours, or less than that part of both, is no quarter's figure. agree_within, agree_share, agree_count: a
    series is another definition if of at least so many periods that filings state too, less than that share lie within.
    close_within: four quarters that differ from the filed year by more are of several bases.
    proved_labels, proved_within, proved_share: labels that mean other things at most companies; a series counts only if
    of the figures that are filed too so many lie within, and the newest agree_count all do.
    gross_items, gross_since: expenses that some print net of income; a series with two figures below zero that end on
    that day or later is net throughout.
    """

    never_negative: tuple[str, ...]
    alone_items: tuple[str, ...]
    alone_factor: float
    agree_within: float
    agree_share: float
    agree_count: int
    close_within: float
    proved_labels: tuple[str, ...]
    proved_within: float
    proved_share: float
    gross_items: tuple[str, ...]
    gross_since: date


def not_negative(figures: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Figures without those below zero of items that cannot be."""
    return figures.filter(~((pl.col("amount") < 0) & pl.col("item").is_in(rules.never_negative)))


def not_alone(figures: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Figures without quarters that stand alone: half-years, whole years and catch-ups booked as a quarter."""
    series = ["company_id", "concept"]
    of_interest = pl.col("item").is_in(rules.alone_items) & (pl.col("span") == "quarter")
    ordered = (
        figures.filter(of_interest)
        .unique([*series, "period_end"], keep="first", maintain_order=True)
        .sort(*series, "period_end")
    )
    amount, end = pl.col("amount"), pl.col("period_end")
    before, after = amount.shift(1).over(series), amount.shift(-1).over(series)
    adjoining = pl.all_horizontal(
        (end - end.shift(1).over(series)).dt.total_days().is_between(*QUARTER_DAYS),
        (end.shift(-1).over(series) - end).dt.total_days().is_between(*QUARTER_DAYS),
    )
    high = amount > rules.alone_factor * pl.max_horizontal(before, after)
    low = amount * rules.alone_factor < pl.min_horizontal(before, after)
    alone = ordered.filter(adjoining & (high | low)).select(*series, "period_end", span=pl.lit("quarter"))
    return figures.join(alone, on=[*series, "period_end", "span"], how="anti", maintain_order="left")


def agreeing(figures: pl.DataFrame, filed: pl.DataFrame, rules: Rules) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Figures without the series that mean something else than the filings, and those series.

    A period agrees if any filing of it does. Series: company_id, concept, periods, agreeing.
    """
    pairs = _beside(figures, filed)
    periods = pairs.group_by("company_id", "concept", "span", "period_end").agg(
        pl.col("apart").min() <= rules.agree_within
    )
    series = periods.group_by("company_id", "concept").agg(periods=pl.len(), agreeing=pl.col("apart").sum())
    other = series.filter(
        (pl.col("periods") >= rules.agree_count) & (pl.col("agreeing") < rules.agree_share * pl.col("periods"))
    ).sort("company_id", "concept")
    return figures.join(other, on=["company_id", "concept"], how="anti", maintain_order="left"), other


def proved(figures: pl.DataFrame, filed: pl.DataFrame, rules: Rules, by_hand: pl.DataFrame) -> pl.DataFrame:
    """Figures without series of doubtful labels that the filings do not bear out.

    Args:
        figures: the aggregators'. filed: those of filings.
        rules: the thresholds.
        by_hand: ticker and concept of series that were compared with filings which the packs lack.
    """
    series = ["company_id", "concept"]
    doubtful = figures.filter(pl.col("concept").is_in(rules.proved_labels)).join(
        by_hand, on=["ticker", "concept"], how="anti"
    )
    good = pl.col("good")
    borne_out = (
        _beside(doubtful, filed)
        .group_by(*series, "span", "period_end")
        .agg(good=pl.col("apart").min() <= rules.proved_within)
        .sort("period_end", "span")
        .group_by(series)
        .agg(share=good.mean(), newest=good.tail(rules.agree_count).sum())
        .filter((pl.col("share") >= rules.proved_share) & (pl.col("newest") == rules.agree_count))
    )
    unproved = doubtful.select(series).unique().join(borne_out, on=series, how="anti")
    return figures.join(unproved, on=series, how="anti", maintain_order="left")


def gross(figures: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Figures without expenses that are net of income: single ones below zero, whole series with two or more."""
    series = ["company_id", "concept"]
    below = pl.col("item").is_in(rules.gross_items) & (pl.col("amount") < 0)
    recent = figures.filter(below & (pl.col("period_end") >= rules.gross_since)).select(*series, "span", "period_end")
    net = recent.unique().group_by(series).len().filter(pl.col("len") > 1)
    return figures.join(net, on=series, how="anti", maintain_order="left").filter(~below)


def closing(figures: pl.DataFrame, filed: pl.DataFrame, rules: Rules) -> pl.DataFrame:
    """Figures without quarters of fiscal years whose four quarters do not add up to the filed year."""
    series = ["company_id", "concept"]
    quarters = (
        figures.filter((pl.col("span") == "quarter") & (pl.col("kind") == "flow"))
        .unique([*series, "period_end"], keep="first", maintain_order=True)
        .sort(*series, "period_end")
    )
    end = pl.col("period_end")
    first_end = end.shift(3).over(series)
    years = quarters.with_columns(
        amount=pl.sum_horizontal([pl.col("amount").shift(n).over(series) for n in range(4)], ignore_nulls=False),
        first_end=first_end,
        span=pl.lit("year"),
    ).filter((end - first_end).dt.total_days().is_between(*NINE_MONTHS_DAYS))
    closed = (
        _beside(years, filed)
        .group_by(*series, "period_end", "first_end")
        .agg(pl.col("apart").min() <= rules.close_within)
    )
    broken = closed.filter(~pl.col("apart")).select(*series, "first_end", last_end="period_end")
    inside = (
        quarters.select(*series, "period_end")
        .join(broken, on=series)
        .filter(end.is_between("first_end", "last_end"))
        .select(*series, "period_end", span=pl.lit("quarter"))
        .unique()
    )
    return figures.join(inside, on=[*series, "period_end", "span"], how="anti", maintain_order="left")


def _beside(figures: pl.DataFrame, filed: pl.DataFrame) -> pl.DataFrame:
    """Each figure beside every filed one of the same company, item and period; `apart` is the relative difference."""
    key = ["company_id", "item", "span"]
    ends = filed.select(*key, filed_end="period_end").unique().sort("filed_end")
    matched = (
        figures.sort("period_end")
        .join_asof(
            ends, left_on="period_end", right_on="filed_end", by=key, strategy="nearest",
            tolerance=f"{NEAR_DAYS}d", coalesce=False, check_sortedness=False,
        )
        .filter(pl.col("filed_end").is_not_null())
    )  # fmt: skip
    stated = filed.select(*key, filed_end="period_end", filed_amount="amount")
    scale = pl.max_horizontal(pl.col("filed_amount").abs(), pl.col("amount").abs(), pl.lit(1.0))
    return matched.join(stated, on=[*key, "filed_end"]).with_columns(
        apart=(pl.col("amount") - pl.col("filed_amount")).abs() / scale
    )
