"""Figures of companies: payloads in another scale or currency, quarters delivered twice, rows that do not add up.

Belongs here: rules over core.company_quarters, core.anomalies and raw.observations. Does not belong here: layers.
"""

import polars as pl

from analytics.items import IDENTITIES
from analytics.watch.findings import amount, found, nothing

# Statements of one company do not move twentyfold in several items at once; another unit or currency does (thousands:
# 1,000; won for dollars: some 1,300; yen for dollars: some 150; Taiwan dollars for dollars: some 30).
FOLD = 20.0
ITEMS_THAT_MOVE = 3
# Anomalies by which a whole payload betrays itself.
PAYLOAD_RULES = ["scale jump", "repeats the quarter before"]
ANOMALY = ["company_id", "item", "period_end", "rule"]
NOT_ALIKE = 1e-6


def moved(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Quarters of which several items moved twentyfold since the run before, or whose currency is another.

    Args:
        now, before: core.company_quarters; before is None where there is nothing to compare with.
    """
    if before is None:
        return nothing()
    key = ["company_id", "item", "period_end", "derivation"]
    old = before.select(*key, old="value", old_currency="currency")
    both = now.join(old, on=key).filter(
        (pl.col("value") != pl.col("old")) | pl.col("currency").ne(pl.col("old_currency"))
    )
    ratio = (pl.col("value") / pl.col("old")).abs()
    flipped = pl.col("currency") != pl.col("old_currency")
    odd = both.filter(flipped | (ratio >= FOLD) | (ratio <= 1 / FOLD), pl.col("old") != 0, pl.col("value") != 0)
    return _by_quarter(odd, flipped)


def leapt(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """New quarters of which several items are over twenty times, or under a twentieth of, those of the quarter before.

    Args:
        now, before: core.company_quarters; what `before` held already is not told again. Without `before` nothing is.
    """
    if before is None:
        return nothing()
    rows = now.filter(pl.col("derivation") != "year_only")
    known = before.select("company_id", "period_end").unique()
    new = rows.select("company_id", "period_end").unique().join(known, on=["company_id", "period_end"], how="anti")
    if new.is_empty():
        return nothing()
    of = rows.join(new.select("company_id").unique(), on="company_id", how="semi").sort(
        "company_id", "item", "period_end"
    )
    previous = of.with_columns(
        old=pl.col("value").shift(1).over("company_id", "item"),
        old_currency=pl.col("currency").shift(1).over("company_id", "item"),
        since=pl.col("period_end").diff().dt.total_days().over("company_id", "item"),
    ).join(new, on=["company_id", "period_end"], how="semi")
    ratio = (pl.col("value") / pl.col("old")).abs()
    odd = previous.filter(
        pl.col("since").is_between(60, 200), pl.col("old") != 0, (ratio >= FOLD) | ((ratio <= 1 / FOLD) & (ratio > 0))
    )
    return _by_quarter(odd, pl.lit(False))


def _by_quarter(odd: pl.DataFrame, flipped: pl.Expr) -> pl.DataFrame:
    """One finding per company and quarter with enough odd items, or with any in another currency."""
    odd = odd.rechunk().with_columns(
        flipped=flipped,
        said=pl.format(
            "{} {} {} after {} {}", "item", amount("value"), "currency", amount("old"), pl.col("old_currency")
        ),
    )
    quarters = (
        odd.sort("item")
        .group_by("company_id", "period_end", maintain_order=True)
        .agg(pl.col("said").head(4).str.join("; "), n=pl.len(), flipped=pl.col("flipped").any())
        .filter((pl.col("n") >= ITEMS_THAT_MOVE) | pl.col("flipped"))
        .sort("company_id", "period_end")
    )
    row = pl.format("{}, quarter to {}", "company_id", "period_end")
    return found(quarters, "company_id", row, pl.format("{} items: {}", "n", "said"))


def unsound_payloads(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """New anomalies by which a whole payload betrays itself: a scale jump, a quarter delivered twice.

    Args:
        now, before: core.anomalies.
    """
    return _anomalies(now, before, pl.col("rule").is_in(PAYLOAD_RULES))


def new_anomalies(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """All other anomalies that the run before did not have; figures with an error are left out of every metric."""
    return _anomalies(now, before, ~pl.col("rule").is_in(PAYLOAD_RULES))


def _anomalies(now: pl.DataFrame, before: pl.DataFrame | None, which: pl.Expr) -> pl.DataFrame:
    if before is None:
        return nothing()
    new = now.filter(which).join(before, on=ANOMALY, how="anti").sort(ANOMALY)
    row = pl.format("{} {}, quarter to {}", "company_id", "item", "period_end")
    return found(new, "company_id", row, pl.format("{}: {} ({})", "rule", "message", "source"))


def identities_broken(now: pl.DataFrame) -> pl.DataFrame:
    """Computed items that are not what they are computed from, by more than a millionth.

    Args:
        now: core.company_quarters.
    """
    key = ["company_id", "period_end"]
    parts = []
    for identity in IDENTITIES:
        mine = now.filter((pl.col("item") == identity.item) & (pl.col("derivation") == "computed"))
        total, size = pl.lit(0.0), pl.lit(0.0)
        for item, sign in identity.terms:
            mine = mine.join(
                now.filter((pl.col("item") == item) & (pl.col("derivation") != "year_only")).select(
                    *key, "currency", pl.col("value").alias(f"of {item}")
                ),
                on=[*key, "currency"],
            )
            total, size = total + sign * pl.col(f"of {item}"), size + pl.col(f"of {item}").abs()
        concept = f"computed: {identity.terms[0][0]}"
        parts.append(
            mine.filter(pl.col("concept").str.starts_with(concept))
            .with_columns(total=total, size=size)
            .filter((pl.col("value") - pl.col("total")).abs() > NOT_ALIKE * pl.col("size"))
            .select("company_id", "item", "period_end", "value", "total")
        )
    broken = pl.concat(parts).sort("company_id", "item", "period_end")
    row = pl.format("{} {}, quarter to {}", "company_id", "item", "period_end")
    return found(broken, "company_id", row, pl.format("{} where its parts make {}", amount("value"), amount("total")))


def told_twice(now: pl.DataFrame) -> pl.DataFrame:
    """Figures of an aggregator that one payload gives twice with different values.

    Filings do so by right (a restated comparative beside the old one), so theirs are told apart by accession.

    Args:
        now: raw.observations.
    """
    figure = ["company_id", "source", "concept", "period_start", "period_end", "unit", "payload_sha256", "reference"]
    one = now.filter(pl.col("payload_sha256").is_not_null() & (pl.col("source") == "yahoo"))
    twice = (
        one.filter(pl.struct(figure).is_duplicated())
        .group_by(figure)
        .agg(n=pl.col("value").n_unique(), low=pl.col("value").min(), high=pl.col("value").max())
    )
    twice = twice.filter(pl.col("n") > 1).sort(figure)
    row = pl.format("{} {}, period to {}", "company_id", "concept", "period_end")
    return found(twice, "company_id", row, pl.format("{} and {} in one payload", amount("low"), amount("high")))
