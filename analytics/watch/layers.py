"""Layers and pools: values out of bounds, coverage lost, past quarters that moved, shares that make no whole.

Belongs here: rules over marts.layer_metrics, marts.value_capture and marts.universe. Does not belong here: single
companies.
"""

import polars as pl

from analytics.universe import disagreements
from analytics.watch.findings import amount, found, nothing

KEY = ["lens", "layer", "basis", "calendar_quarter", "window", "metric"]
# A margin that cannot be above 1, and a share that cannot be outside 0 to 1.
AT_MOST_ONE = ["gross_margin", "operating_margin", "ebitda_margin", "net_margin"]
# How far a past quarter's margin may move by restatements alone before someone looks.
POINTS = 0.05
HEADLINE = ["operating_margin", "gross_margin", "net_margin", "capex_to_revenue"]
# The layer's coverage of so many recent quarters is compared; of these so many lost values stop publication.
RECENT = 8
LOST_SHARE = 0.25
WHOLE = 1e-9


def _row() -> pl.Expr:
    return pl.format("{}/{} {} {} ({}, {})", "lens", "layer", "metric", "calendar_quarter", "window", "basis")


def out_of_bounds(now: pl.DataFrame) -> pl.DataFrame:
    """Rows that cannot be: more measured than members, coverage outside 0 to 1, quartiles out of order, margin above 1.

    Args:
        now: marts.layer_metrics.
    """
    order = (pl.col("p25") <= pl.col("median") + WHOLE) & (pl.col("median") <= pl.col("p75") + WHOLE)
    rules = {
        "more measured than members": pl.col("n_measured") > pl.col("n_members"),
        "coverage outside 0 to 1": ~pl.col("coverage_ratio").is_between(0, 1),
        "median outside its quartiles": ~order,
        "margin above 1": pl.col("metric").is_in(AT_MOST_ONE) & (pl.col("value") > 1),
        "infinite": pl.col("value").is_infinite(),
    }
    odd = now.lazy().filter(pl.any_horizontal(rule.fill_null(False) for rule in rules.values())).collect()
    named = [pl.when(rule).then(pl.lit(name)) for name, rule in rules.items()]
    odd = odd.with_columns(said=pl.coalesce(named)).sort(KEY)
    told = pl.format("{}: value {}, {} of {} measured", "said", amount("value"), "n_measured", "n_members")
    return found(odd, "layer", _row(), told)


def _recent(now: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Recent quarters of the operating margin that the run before had a value for, with what is there now."""
    chosen = (
        (pl.col("metric") == "operating_margin") & (pl.col("basis") == "consolidated") & (pl.col("window") == "ttm")
    )
    old = before.filter(chosen & pl.col("value").is_not_null())
    newest = sorted(old["calendar_quarter"].unique().to_list())[-RECENT:]
    old = old.filter(pl.col("calendar_quarter").is_in(newest))
    here = now.filter(chosen).select(*KEY, now_value="value", now_measured="n_measured", now_members="n_members")
    return old.join(here, on=KEY, how="left")


def coverage_fell(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Layers of which fewer members are measured, for the same quarter and the same members, than in the run before.

    Args:
        now, before: marts.layer_metrics.
    """
    if before is None:
        return nothing()
    same = pl.col("now_members") == pl.col("n_members")
    fell = _recent(now, before).filter(same & (pl.col("now_measured") < pl.col("n_measured"))).sort(KEY)
    return found(
        fell, "layer", _row(), pl.format("{} measured after {} of {}", "now_measured", "n_measured", "n_members")
    )


def coverage_collapsed(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Lenses that lost a quarter or more of the recent values of their layers since the run before.

    Args:
        now, before: marts.layer_metrics.
    """
    if before is None:
        return nothing()
    lenses = (
        _recent(now, before)
        .group_by("lens")
        .agg(lost=pl.col("now_value").is_null().sum(), n=pl.len(), layers=pl.col("layer").filter(
            pl.col("now_value").is_null()).unique().sort().str.join(", "))
        .filter(pl.col("lost") >= LOST_SHARE * pl.col("n"), pl.col("lost") > 1)
        .sort("lens")
    )  # fmt: skip
    return found(lenses, "lens", pl.col("lens"), pl.format("{} of {} layer quarters lost: {}", "lost", "n", "layers"))


def past_moved(now: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Final quarters whose headline ratios moved by more than five points since the run before.

    Args:
        now, before: marts.layer_metrics.
    """
    if before is None:
        return nothing()
    chosen = pl.col("metric").is_in(HEADLINE) & (pl.col("status") == "final") & (pl.col("basis") == "consolidated")
    old = before.filter(chosen).select(*KEY, old="value", old_members="n_members")
    both = now.filter(chosen).join(old, on=KEY).filter(pl.col("n_members") == pl.col("old_members"))
    odd = both.filter((pl.col("value") - pl.col("old")).abs() > POINTS).sort(KEY)
    return found(odd, "layer", _row(), pl.format("{} after {}", amount("value"), amount("old")))


def shares_not_whole(now: pl.DataFrame) -> pl.DataFrame:
    """Pools whose shares do not add up to 1, of the net pool or of the positive one.

    Args:
        now: marts.value_capture.
    """
    pool = ["lens", "basis", "calendar_quarter", "window", "pool"]
    sums = (
        now.group_by(pool)
        .agg(
            net=pl.col("share_of_net").sum(), positive=pl.col("share_of_positive").sum(),
            has_net=pl.col("share_of_net").is_not_null().any(), has_positive=(pl.col("share_of_positive") > 0).any(),
        )
        .filter(
            (pl.col("has_net") & ((pl.col("net") - 1).abs() > WHOLE))
            | (pl.col("has_positive") & ((pl.col("positive") - 1).abs() > WHOLE))
        )
        .sort(pool)
    )  # fmt: skip
    row = pl.format("{} {} {} ({}, {})", "lens", "pool", "calendar_quarter", "window", "basis")
    return found(sums, "lens", row, pl.format("shares add up to {} and {}", amount("net"), amount("positive")))


def lenses_disagree(now: pl.DataFrame) -> pl.DataFrame:
    """Totals that are not the same under every lens, to the dollar.

    Args:
        now: marts.universe.
    """
    odd = disagreements(now)
    row = pl.format("{} {} ({}, {})", "item", "calendar_quarter", "window", "basis")
    told = pl.format("from {} to {} by lens, {} listed", amount("least"), amount("most"), amount("listed"))
    return found(odd, "item", row, told)
