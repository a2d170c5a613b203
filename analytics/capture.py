"""Who captures the value: profit pools shared out over the layers of a lens, and what each gained since a base quarter.

Belongs here: pools, increments, shares. Does not belong here: sums of one layer's metrics (aggregate.py), margins
(decomposition.py), pictures (dashboard).
"""

from collections.abc import Sequence

import polars as pl

from analytics import changes, windows
from analytics.aggregate import BELOW_COVERAGE, MIN_COVERAGE, NO_MEMBER
from analytics.bases import COLUMNS, apart
from analytics.contracts import conform, table
from analytics.contracts.columns import POOLS
from analytics.contracts.tables.capital import INCREMENT_ITEMS
from analytics.finality import PROVISIONAL
from analytics.once import once

_AT = ["lens", "layer", "basis", "calendar_quarter", "window"]
# One pool: the layers of a lens on one basis in one quarter and window.
_POOL = ["lens", "basis", "calendar_quarter", "window", "pool"]
# Pools that are known of twelve months only.
YEARLY_POOLS = ("economic_profit",)
UNKNOWN_AT_BASE = "unknown at the base quarter"
FEW_IN_BOTH = "coverage of both quarters below 50 %"


def value_capture(member_amounts: pl.DataFrame, layer_metrics: pl.DataFrame, layer_items: pl.DataFrame) -> pl.DataFrame:
    """marts.value_capture, one row per lens, layer, basis, calendar quarter, window and profit pool.

    Dollars first, then the share of the net pool (Σ of all layers) and of the positive pool (Σ of the layers that
    gain). A layer below 50 % coverage has no amount and is not in the pool. A pool that is not positive has no shares.
    What is not in the pool though members told it not long before stands beside, as they last told it.

    Args:
        member_amounts: marts.member_amounts.
        layer_metrics: marts.layer_metrics, for which layers there are and their members.
        layer_items: as from `aggregate.layer_items`, for the status of the pool's item and who is silent.

    Raises:
        ValueError: a company enters a consolidated pool twice.
    """
    amounts = member_amounts.filter(pl.col("item").is_in(POOLS)).rename({"item": "pool"})
    whole = amounts.filter(pl.col("basis") == "consolidated")
    twice = whole.filter(pl.struct(*_POOL, "company_id").is_duplicated())
    if twice.height:
        lens, company = twice.select("lens", "company_id").row(0)
        raise ValueError(f"{company} enters a pool of lens {lens} twice; it needs one primary layer at a time")
    sums = amounts.group_by(*_AT, "pool").agg(sum_usd=pl.col("amount_usd").sum(), n_measured=pl.len().cast(pl.Int64))
    rows = _amounts(layers_of(layer_metrics), sums, layer_items.rename({"item": "pool"}))
    return conform(with_shares(rows, _POOL), table("marts.value_capture"))


@once
def layers_of(layer_metrics: pl.DataFrame) -> pl.DataFrame:
    """Every lens, layer, basis, calendar quarter and window of marts.layer_metrics with n_members.

    ever: whether a member's operating margin was measured by that quarter.
    """
    # Any metric of both windows has a row for each of them.
    margins = layer_metrics.filter(pl.col("metric") == "operating_margin").sort("calendar_quarter")
    ever = (pl.col("n_measured") > 0).cum_max().over("lens", "layer", "basis", "window")
    return margins.select(*_AT, "n_members", ever=ever)


def with_status(rows: pl.DataFrame, layer_items: pl.DataFrame) -> pl.DataFrame:
    """Add the status of each row's item; without a measurable member it is provisional.

    Args:
        rows: lens, layer, basis, calendar_quarter, window and item.
        layer_items: as from `aggregate.layer_items`.
    """
    told = layer_items.select(*_AT, "item", "status")
    return rows.join(told, on=[*_AT, "item"], how="left", maintain_order="left").with_columns(
        pl.col("status").fill_null(PROVISIONAL)
    )


def _amounts(layers: pl.DataFrame, sums: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """The grid of layers and pools with amount_usd, unknown_usd, n_measured, status and null_reason."""
    share = pl.col("n_measured") / pl.col("n_members")
    reason = (
        pl.when(pl.col("n_members") == 0)
        .then(pl.lit(NO_MEMBER))
        .when(share < MIN_COVERAGE)
        .then(pl.lit(BELOW_COVERAGE))
    )
    has = pl.col("null_reason").is_null()
    return (
        layers.join(pl.DataFrame({"pool": POOLS}), how="cross")
        .filter((pl.col("window") == "ttm") | ~pl.col("pool").is_in(YEARLY_POOLS))
        .join(sums, on=[*_AT, "pool"], how="left")
        .join(items, on=[*_AT, "pool"], how="left")
        # Sums of floats depend on their order: the same tables must give the same bytes.
        .sort(*_AT, "pool")
        .with_columns(pl.col("n_measured").fill_null(0), pl.col("status").fill_null(PROVISIONAL))
        .with_columns(null_reason=reason)
        .with_columns(
            amount_usd=pl.when(has).then("sum_usd"),
            # A layer that is refused lacks all of it: what the silent last told, and the measured, if any told.
            unknown_usd=pl.when(has)
            .then("silent_usd")
            .otherwise(pl.col("silent_usd") + pl.col("sum_usd").fill_null(0.0)),
        )
        .drop("sum_usd", "silent_usd", "ever")
    )


def increments(
    member_amounts: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    layer_items: pl.DataFrame,
    bases: Sequence[str] = changes.BASE_QUARTERS,
) -> pl.DataFrame:
    """marts.increments, one row per lens, layer, basis, window, item, base quarter and calendar quarter.

    Of each new dollar since the base, who got how much. {A: 100} → {A: 110, B: 50}: the increment is 10, + 10 %; the 50
    of B, which was not measured at the base, is its entry. Where a member's revenue is on two bases (bases.py) the
    older leaves and the newer enters; pools of profit stay as stated, since what a restatement took from them is little
    beside their change. Shares are of the layers' increments. Every quarter is compared with four quarters before
    (revenue over the fiscal quarter too), and twelve months with each base quarter.

    Args:
        member_amounts: marts.member_amounts.
        layer_metrics: marts.layer_metrics, for which layers there are and their members.
        layer_items: as from `aggregate.layer_items`, for the status of each item.
        bases: calendar quarters to compare with.
    """
    number = windows.index_of(pl.col("calendar_quarter")).alias("quarter")
    wanted = (pl.col("window") == "ttm") | (pl.col("item") == "revenue")
    place = ["lens", "layer", "basis", "window"]
    layers, places = changes.numbered(layers_of(layer_metrics).with_columns(number), place, "place")
    items = pl.DataFrame({"item": INCREMENT_ITEMS})
    amounts, names = changes.numbered(
        member_amounts.filter(pl.col("item").is_in(INCREMENT_ITEMS), wanted).select(
            *place, "item", "member_id", "amount_usd", number, *COLUMNS
        ),
        [*place, "item", "member_id"],
        "series",
    )
    amounts = amounts.join(names.join(places, on=place).select("series", "place", "item"), on="series")
    among = changes.pairs(layers["quarter"], bases)
    both = (pl.col("n") == 1) & (pl.col("base_n") == 1) & pl.col("restated").is_null()
    usd, base_usd = pl.col("amount_usd"), pl.col("base_amount_usd")
    sales = amounts.filter(pl.col("item") == "revenue")
    restated = apart(sales, ["series"], among).with_columns(restated=pl.lit(True))
    at = ["place", "item", "quarter", "base_quarter"]
    sums = (
        changes.side_by_side(amounts, ["place", "item"], ["amount_usd"], among)
        .join(restated, on=["series", "quarter", "base_quarter"], how="left", maintain_order="left")
        .group_by(at, maintain_order=True)
        .agg(
            sum_usd=usd.sum(),
            base_sum_usd=base_usd.sum(),
            stayed_base_usd=base_usd.filter(both).sum(),
            increment_usd=(usd - base_usd).filter(both).sum(),
            entry_usd=usd.filter(~both).sum(),
            exit_usd=base_usd.filter(~both).sum(),
            n_both=both.sum().cast(pl.Int64),
            n=pl.col("n").sum(),
            base_n=pl.col("base_n").sum(),
        )
    )
    rows = (
        layers.drop("calendar_quarter", "ever")
        .join(among, on="quarter")
        .join(
            layers.select("place", base_quarter="quarter", base_members="n_members"),
            on=["place", "base_quarter"],
            how="left",
        )
        .join(items, how="cross")
        .join(sums, on=at, how="left")
        .join(places, on="place")
        .filter(wanted, (pl.col("window") == "ttm") | (pl.col("base_quarter") == pl.col("quarter") - changes.YEAR))
        .with_columns(pl.col("n", "base_n", "n_both", "base_members").fill_null(0))
        .with_columns(
            calendar_quarter=windows.label_of(pl.col("quarter")),
            coverage_ratio=pl.when(pl.col("n_members") > 0).then(pl.col("n_both") / pl.col("n_members")),
        )
    )
    known = (pl.col("n_members") > 0) & (pl.col("n") >= MIN_COVERAGE * pl.col("n_members"))
    base_known = (pl.col("base_members") > 0) & (pl.col("base_n") >= MIN_COVERAGE * pl.col("base_members"))
    reason = (
        pl.when(pl.col("n_members") == 0)
        .then(pl.lit(NO_MEMBER))
        .when(~known)
        .then(pl.lit(BELOW_COVERAGE))
        .when(~base_known)
        .then(pl.lit(UNKNOWN_AT_BASE))
        .when(pl.col("coverage_ratio") < MIN_COVERAGE)
        .then(pl.lit(FEW_IN_BOTH))
    )
    has, base_sum, stayed = pl.col("null_reason").is_null(), pl.col("base_sum_usd"), pl.col("stayed_base_usd")
    pool = ["lens", "basis", "calendar_quarter", "base_quarter", "window", "item"]
    rows = (
        rows.with_columns(null_reason=reason)
        .with_columns(
            amount_usd=pl.when(known).then("sum_usd"),
            base_amount_usd=pl.when(base_known).then("base_sum_usd"),
            **{c: pl.when(has).then(c) for c in ("increment_usd", "entry_usd", "exit_usd")},
            growth_reported=pl.when(has & (base_sum > 0)).then(pl.col("sum_usd") / base_sum - 1),
            growth_constant=pl.when(has & (stayed > 0)).then(pl.col("increment_usd") / stayed),
            base_quarter=windows.label_of(pl.col("base_quarter")),
        )
        .sort(*pool, "layer")
    )
    shared = with_shares(rows, pool, "increment_usd")
    is_pool = pl.col("item") != "revenue"
    shares = [pl.when(is_pool).then(c).alias(c) for c in ("share_of_net", "share_of_positive")]
    contract = table("marts.increments")
    told = with_status(shared.with_columns(*shares, n_measured="n_both"), layer_items)
    chosen = told.select(contract.polars_schema.names())
    return conform(chosen, contract)


def with_shares(rows: pl.DataFrame, pool: list[str], of: str = "amount_usd") -> pl.DataFrame:
    """Add share_of_net and share_of_positive of an amount, within each pool.

    100/50/−5/−45: the net pool is 100 and the positive pool 150, so the first has 100 % of net and 66.7 % of positive.

    Args:
        rows: the columns of `pool`, and the amount (null where unknown).
        pool: columns that identify one pool.
        of: column of the amount.
    """
    amount = pl.col(of)
    positive = amount.clip(lower_bound=0)
    return rows.with_columns(net=amount.sum().over(pool), gains=positive.sum().over(pool)).select(
        pl.all().exclude("net", "gains"),
        share_of_net=pl.when(pl.col("net") > 0).then(amount / pl.col("net")),
        share_of_positive=pl.when(pl.col("gains") > 0).then(positive / pl.col("gains")),
    )
