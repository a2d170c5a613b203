"""Speaking: of several statements of one period, the one that speaks; and what the others say.

Belongs here: the choice by source, series and tier, for quarters and for years, and the disagreements it leaves.
Does not belong here: vintages of one series (point_in_time.py).
"""

import polars as pl

from analytics import bases, periods
from analytics.point_in_time import SERIES, SOURCE_RANK


def fiscal_year() -> pl.Expr:
    """Fiscal year of a row's quarter end."""
    return periods.fiscal_year(pl.col("quarter_end"), pl.col("fiscal_year_end_month"))


def quarters(candidates: pl.DataFrame) -> pl.DataFrame:
    """One row per company, item and fiscal quarter end: the best source, its series most complete that year.

    Of two as complete the lower tier; within it year less nine months before a stated quarter before another
    difference, then what was moved least onto the grid, then the first id.
    """
    return (
        candidates.with_columns(known_quarters=pl.col("quarter_end").n_unique().over(*SERIES, "fiscal_year"))
        .sort(
            "rank",
            pl.col("known_quarters") * -1,
            "tier",
            # A three-month figure of a fourth quarter comes from a note, and some carry the whole year (Oracle 2018).
            pl.col("derivation").replace_strict({"q4_from_year": 0, "reported": 1, "decumulated": 2}),
            "snap_distance",
            "observation_id",
        )
        .unique(["company_id", "item", "quarter_end"], keep="first", maintain_order=True)
        .drop("known_quarters")
    )


def years(stated: pl.DataFrame, quarters: pl.DataFrame) -> pl.DataFrame:
    """One row per company, item and fiscal year: as filed, else the sum of its quarters, else as an aggregator says.

    Flows, balances, and averages (diluted shares) where a year of them is stated.

    The tier that spoke for the year's quarters speaks for the year. Where nothing is filed the quarters speak before an
    aggregator's year, since its years and quarters need not be of one definition. A balance's year is its fourth
    quarter's end.
    """
    one = ["company_id", "item", "fiscal_year"]
    at_year_end = periods.is_fiscal_year_end(pl.col("quarter_end"), pl.col("fiscal_year_end_month"))
    spoke = quarters.group_by(*SERIES, "fiscal_year").agg(quarters_spoken=pl.len())
    said = (
        stated.filter((pl.col("spans") == 4) & at_year_end)
        .with_columns(derivation=pl.lit("reported"), minus_observation_id=pl.lit(None, pl.String))
        .join(spoke, on=[*SERIES, "fiscal_year"], how="left")
        .sort("rank", pl.col("quarters_spoken").fill_null(0) * -1, "tier", "snap_distance", "observation_id")
        .unique(one, keep="first", maintain_order=True)
        .drop("quarters_spoken")
    )
    filed = said.filter(pl.col("rank") <= SOURCE_RANK["sec_derived"])
    sums = _sums(quarters.join(filed, on=one, how="anti")).select(said.columns)
    others = said.join(filed, on=one, how="anti").join(sums, on=one, how="anti")
    balances = quarters.filter((pl.col("kind") == "stock") & at_year_end)
    return pl.concat([filed, sums, others, balances.select(said.columns)])


def _sums(quarters: pl.DataFrame) -> pl.DataFrame:
    """Years as the sum of four contiguous fiscal quarters.

    The source is the weakest of theirs, the first of those; label and observation are the last quarter's.
    """
    one = ["company_id", "item", "fiscal_year"]
    weakest = pl.col("rank").arg_max()
    return (
        quarters.filter(pl.col("kind") == "flow")
        .sort("quarter_end")
        .group_by(one, maintain_order=True)
        .agg(
            n=pl.len(),
            currencies=pl.col("currency").n_unique(),
            joined=(pl.col("span_start").shift(-1) == pl.col("quarter_end")).drop_nulls().all(),
            quarter_end=pl.col("quarter_end").last(),
            span_start=pl.col("span_start").first(),
            value=pl.col("value").sum(),
            known_at=pl.col("known_at").max(),
            confirmed_at=pl.col("confirmed_at").max(),
            basis_from=pl.col("basis_from").max(),
            basis_until=pl.col("basis_until").min(),
            source=pl.col("source").get(weakest),
            tier=pl.col("tier").get(weakest),
            rank=pl.col("rank").max(),
            rest=pl.struct(
                pl.all().exclude(
                    *one,
                    "quarter_end",
                    "span_start",
                    "value",
                    "known_at",
                    "confirmed_at",
                    "basis_from",
                    "basis_until",
                    "source",
                    "tier",
                    "rank",
                    "spans",
                    "derivation",
                    "minus_observation_id",
                )
            ).last(),
        )
        .filter((pl.col("n") == 4) & pl.col("joined") & (pl.col("currencies") == 1), bases.shared())
        .unnest("rest")
        .with_columns(
            spans=pl.lit(4, pl.Int8), derivation=pl.lit("computed"), minus_observation_id=pl.lit(None, pl.String)
        )
    )


def disagreements(spoken: pl.DataFrame, candidates: pl.DataFrame) -> pl.DataFrame:
    """One row per candidate that says more than 0.5 % else than the one that speaks for the same period.

    Columns: those of the candidate prefixed `other_`, beside the speaker's; `difference_ratio` (other / speaking − 1,
    null where the speaker says 0) and the likely `kind`, found by rule in this order: sign, scale, minority, adjusted,
    lease, definition (another label of the same source), vintage, other.
    """
    on = ["company_id", "item", "quarter_end", "spans"]
    other = candidates.select(
        *on,
        other_value="value",
        other_source="source",
        other_concept="concept",
        other_tier="tier",
        other_known_at="known_at",
        other_observation_id="observation_id",
        other_derivation="derivation",
    )
    ratio = pl.col("other_value") / pl.col("value")
    both = spoken.join(other, on=on).filter(
        (pl.col("other_source") != pl.col("source")) | (pl.col("other_tier") != pl.col("tier"))
    )
    apart = (pl.col("other_value") - pl.col("value")).abs() > 0.005 * pl.max_horizontal(
        pl.col("value").abs(), pl.col("other_value").abs()
    )
    kind = (
        pl.when((ratio + 1).abs() <= 0.005)
        .then(pl.lit("sign"))
        .when((ratio.abs().log(10).abs() - 3).abs() < 0.01)
        .then(pl.lit("scale"))
        .when((ratio.abs().log(10).abs() - 6).abs() < 0.01)
        .then(pl.lit("scale"))
        .when((pl.col("item") == "net_income") & (pl.col("other_tier") + pl.col("tier") > 0))
        .then(pl.lit("minority"))
        .when((pl.col("item") == "equity") & (pl.col("other_tier") + pl.col("tier") > 0))
        .then(pl.lit("minority"))
        .when((pl.col("item") == "operating_income") & (pl.col("other_source") != "sec"))
        .then(pl.lit("adjusted"))
        .when(pl.col("item").str.contains("debt"))
        .then(pl.lit("lease"))
        .when(pl.col("other_source") == pl.col("source"))
        .then(pl.lit("definition"))
        .when(pl.col("other_known_at") != pl.col("known_at"))
        .then(pl.lit("vintage"))
        .otherwise(pl.lit("other"))
    )
    return both.filter(apart).with_columns(kind=kind, difference_ratio=pl.when(pl.col("value") != 0).then(ratio - 1))
