"""Who captures the value: profit pools shared out over the layers of a lens.

Belongs here: pools and shares. Does not belong here: sums of one layer's metrics (aggregate.py), pictures (dashboard).
"""

import polars as pl

from analytics.aggregate import MIN_COVERAGE
from analytics.contracts import conform, table
from analytics.contracts.columns import POOLS

_AT = ["lens", "layer", "basis", "calendar_quarter", "window"]
# One pool: the layers of a lens on one basis in one quarter and window.
_POOL = ["lens", "basis", "calendar_quarter", "window", "pool"]


def value_capture(member_amounts: pl.DataFrame, layer_metrics: pl.DataFrame) -> pl.DataFrame:
    """marts.value_capture, one row per lens, layer, basis, calendar quarter, window and profit pool.

    Dollars first, then the share of the net pool (Σ of all layers) and of the positive pool (Σ of the layers that
    gain). A layer below 50 % coverage has no amount and is not in the pool. A pool that is not positive has no shares.

    Args:
        member_amounts: marts.member_amounts.
        layer_metrics: marts.layer_metrics, for which layers there are, their members and status.

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
    layers = layer_metrics.select(*_AT, "n_members", "status").unique()
    rows = (
        layers.join(pl.DataFrame({"pool": POOLS}), how="cross")
        .join(sums, on=[*_AT, "pool"], how="left")
        # Sums of floats depend on their order: the same tables must give the same bytes.
        .sort(*_AT, "pool")
        .with_columns(pl.col("n_measured").fill_null(0))
        .with_columns(amount_usd=pl.when(pl.col("n_measured") >= MIN_COVERAGE * pl.col("n_members")).then("sum_usd"))
    )
    return conform(with_shares(rows, _POOL).drop("sum_usd"), table("marts.value_capture"))


def with_shares(rows: pl.DataFrame, pool: list[str]) -> pl.DataFrame:
    """Add share_of_net and share_of_positive of amount_usd, within each pool.

    100/50/−5/−45: the net pool is 100 and the positive pool 150, so the first has 100 % of net and 66.7 % of positive.

    Args:
        rows: the columns of `pool`, and amount_usd (null where unknown).
        pool: columns that identify one pool.
    """
    amount = pl.col("amount_usd")
    positive = amount.clip(lower_bound=0)
    return rows.with_columns(net=amount.sum().over(pool), gains=positive.sum().over(pool)).select(
        pl.all().exclude("net", "gains"),
        share_of_net=pl.when(pl.col("net") > 0).then(amount / pl.col("net")),
        share_of_positive=pl.when(pl.col("gains") > 0).then(positive / pl.col("gains")),
    )
