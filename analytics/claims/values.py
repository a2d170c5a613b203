"""The values that claims are judged by, looked up by lens, layer, basis, metric and quarter.

Belongs here: layers' metrics as they stand, and the measures that no metric gives: share of the positive pool, revenue,
companies in several layers, the three largest. Does not belong here: a verdict.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import polars as pl

from analytics import aggregate, finality, windows
from analytics.capture import layers_of, with_status
from analytics.claims.rules import rules
from analytics.once import once

# Lens, layer, basis, window, metric (with its pool), number of the calendar quarter.
Key = tuple[str, str, str, str, str, int]
# A metric, or a measure of rules.toml, with its pool if it is a share.
Measured = tuple[str, str | None]

_AT = ["lens", "layer", "basis", "window"]
_PLACE = [*_AT, "member_id", "quarter"]
_QUARTER = windows.index_of(pl.col("calendar_quarter")).alias("quarter")
_COLUMNS = ["value", "median", "without_largest", "n_members", "n_measured", "status", "reason", "pool"]
# Dollars that would be this part of a pool are of weight: a pool without them is another pool.
WEIGHT = 0.02
# The newest revenue of so many quarters before speaks for a member.
MEMORY = 4
INCOMPLETE = "the pool lacks a layer or member of weight"
TOO_LITTLE = "those who report it have less than 80 % of the layer's revenue"
# What a member must report to be in a metric; for the others its count of members has to do.
_RESTS_ON = {
    "gross_margin": "gross_profit",
    "operating_margin": "operating_income",
    "net_margin": "net_income",
    "fcf_margin": "free_cash_flow",
    "capex": "capex",
    "capex_to_revenue": "capex",
    "capex_to_ocf": "free_cash_flow",
    "funding_gap": "free_cash_flow",
}


class Value(NamedTuple):
    """One layer's value in one quarter, with what it is read again on; pool: the layers of weight it is a share of."""

    value: float | None
    median: float | None
    without_largest: float | None
    n_members: int
    n_measured: int
    status: str
    reason: str | None
    pool: str | None = None

    @property
    def coverage(self) -> float | None:
        """Measured members over members."""
        return self.n_measured / self.n_members if self.n_members else None

    @property
    def final(self) -> bool:
        """Whether enough of the layer has reported."""
        return self.status == "final"


def key_of(metric: str, pool: str | None = None) -> str:
    """Return the metric's name with its pool, as values are looked up."""
    return metric if pool is None else f"{metric}:{pool}"


def values(
    wanted: Iterable[Measured],
    layer_metrics: pl.DataFrame,
    value_capture: pl.DataFrame,
    member_amounts: pl.DataFrame,
    members: pl.DataFrame,
    layer_items: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return every value that is asked for, on both bases and windows, in all quarters: one row a key.

    Args:
        wanted: metrics or measures, each with its pool.
        layer_metrics: marts.layer_metrics.
        value_capture: marts.value_capture.
        member_amounts: marts.member_amounts.
        members: as from `aggregate.members_by_quarter`.
        layer_items: as from `aggregate.layer_items`, for the status of revenue where that is asked for.

    Raises:
        ValueError: a metric is asked for that neither the registry nor this module has, or revenue without layer_items.
    """
    asked = set(wanted)
    names = {metric for metric, _ in asked}
    for name in sorted(names):
        rules().unit_of(name)
    revenue = _newest_revenue(member_amounts, members)
    frames = [_metrics(layer_metrics, member_amounts, revenue, [n for n in names if n not in rules().measure])]
    pools = sorted(pool for metric, pool in asked if metric == "share_of_positive" and pool)
    if pools:
        frames.append(_shares(value_capture, member_amounts, revenue, pools))
    if {"revenue", "largest_three_share_of_revenue"} & names:
        if layer_items is None:
            raise ValueError("revenue is asked for, and layer_items is not given; pass aggregate.layer_items")
        frames += _revenue(layer_metrics, member_amounts, layer_items)
    if "companies_spanning_layers" in names:
        frames.append(_spanning(layer_metrics, members))
    quarter = windows.index_of(pl.col("calendar_quarter"))
    return pl.concat(frames, how="diagonal").select(*_AT, "metric", quarter, *_COLUMNS)


def by_key(rows: pl.DataFrame) -> dict[Key, Value]:
    """Return values as from `values` by their key."""
    return {row[:6]: Value(*row[6:]) for row in rows.iter_rows()}


@once
def _newest_revenue(member_amounts: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """The newest revenue of the last year of each measurable member, at every quarter: _PLACE and revenue_usd."""
    revenue = member_amounts.filter(pl.col("item") == "revenue").with_columns(_QUARTER)
    there = members.filter("measurable").select("lens", "layer", "basis", "quarter", "member_id")
    return (
        pl.concat([revenue.with_columns(pl.col("quarter") + back, age=back) for back in range(MEMORY + 1)])
        .join(there, on=there.columns, how="semi")
        .sort("age")
        .unique(_PLACE, keep="first", maintain_order=True)
        .select(*_PLACE, revenue_usd="amount_usd")
    )


def _metrics(
    layer_metrics: pl.DataFrame, member_amounts: pl.DataFrame, revenue: pl.DataFrame, names: Sequence[str]
) -> pl.DataFrame:
    """Metrics of layers; none where the members that report what it rests on have less than 80 % of the revenue.

    Where the largest cloud's operating income is not known, the margin of the others is not the layer's.
    """
    items = {name: _RESTS_ON[name] for name in names if name in _RESTS_ON}
    layer = [c for c in _PLACE if c != "member_id"]
    reporting = member_amounts.filter(pl.col("item").is_in(list(items.values()))).select(*_PLACE[:-1], _QUARTER, "item")
    heard = (
        revenue.join(pl.DataFrame({"item": sorted(set(items.values()))}, schema={"item": pl.String}), how="cross")
        .join(reporting.with_columns(known=pl.lit(True)), on=[*_PLACE, "item"], how="left")
        .group_by(*layer, "item")
        .agg(part=pl.col("revenue_usd").filter("known").sum() / pl.col("revenue_usd").sum())
    )
    rows = (
        layer_metrics.filter(pl.col("metric").is_in(names))
        .with_columns(_QUARTER, item=pl.col("metric").replace_strict(items, default=None, return_dtype=pl.String))
        .join(heard, on=[*layer, "item"], how="left")
    )
    covered = pl.col("n_measured") >= aggregate.MIN_COVERAGE * pl.col("n_members")
    enough = pl.col("item").is_null() | (pl.col("part") >= finality.FINAL_SHARE).fill_null(True)
    return rows.select(
        *_AT,
        "metric",
        "calendar_quarter",
        pl.when(enough).then("value").alias("value"),
        pl.when(covered & enough).then("median").alias("median"),
        pl.when(enough).then("value_ex_largest").alias("without_largest"),
        "n_members",
        "n_measured",
        "status",
        pl.coalesce("null_reason", pl.when(~enough).then(pl.lit(TOO_LITTLE))).alias("reason"),
        pl.lit(None, pl.String).alias("pool"),
    )


def _shares(
    value_capture: pl.DataFrame, member_amounts: pl.DataFrame, revenue: pl.DataFrame, pools: Sequence[str]
) -> pl.DataFrame:
    """Share of the positive pool; a share has no median, and without its largest member the pool is smaller too.

    A pool that lacks dollars of weight as last known (unknown_usd), or a member whose revenue says that it has weight,
    gives no shares: the others' would grow only because somebody does not report this profit.
    """
    at = [*_AT, "calendar_quarter"]
    one = ["lens", "basis", "quarter", "window", "pool"]
    amounts = member_amounts.filter(pl.col("item").is_in(pools)).with_columns(_QUARTER, pool=pl.col("item"))
    largest = amounts.group_by(*at, "pool").agg(largest=pl.col("amount_usd").max(), n=pl.len())
    shares = value_capture.filter(pl.col("pool").is_in(pools)).with_columns(_QUARTER)
    gains = pl.col("amount_usd").clip(lower_bound=0)
    weighty = shares.filter(pl.col("share_of_positive") >= WEIGHT).select(*one, "layer")
    lost = pl.col("unknown_usd").clip(lower_bound=0).sum().over(one)
    absent = shares.filter(lost > 0, lost >= WEIGHT * gains.sum().over(one)).select(one)
    lacking = pl.concat([absent, _silent(shares, amounts, revenue, one)]).unique().with_columns(lacks=pl.lit(True))
    made_of = weighty.sort("layer").group_by(one).agg(made_of=pl.col("layer").str.join(", "))
    rest = (pl.col("amount_usd") - pl.col("largest")).clip(lower_bound=0)
    without = rest / (pl.col("gains") - gains + rest)
    whole = pl.col("lacks").is_null()
    return (
        shares.join(largest, on=[*at, "pool"], how="left")
        .join(lacking, on=one, how="left")
        .join(made_of, on=one, how="left")
        .with_columns(gains=gains.sum().over(one))
        .select(
            *_AT,
            pl.concat_str(pl.lit("share_of_positive:"), "pool").alias("metric"),
            "calendar_quarter",
            pl.when(whole).then("share_of_positive").alias("value"),
            pl.lit(None, pl.Float64).alias("median"),
            pl.when(whole & (pl.col("n") > 1) & (pl.col("gains") - gains + rest > 0))
            .then(without)
            .alias("without_largest"),
            "n_members",
            "n_measured",
            "status",
            pl.when(pl.col("amount_usd").is_null())
            .then(pl.lit(aggregate.BELOW_COVERAGE))
            .when(~whole)
            .then(pl.lit(INCOMPLETE))
            .when(pl.col("share_of_positive").is_null())
            .then(pl.lit("no layer gains"))
            .alias("reason"),
            pl.col("made_of").alias("pool"),
        )
    )


def _silent(shares: pl.DataFrame, amounts: pl.DataFrame, revenue: pl.DataFrame, one: list[str]) -> pl.DataFrame:
    """Pools of which a layer lacks members with revenue, who at its margin would have weight.

    The guess, from the newest revenue of the last year, decides only whether a share is given; it is in no figure.
    """
    at = [*one, "layer"]
    known = amounts.select(*at, "member_id", known=pl.lit(True))
    sales = (
        revenue.join(shares.select(*at).unique(), on=[c for c in _PLACE if c != "member_id"])
        .join(known, on=[*at, "member_id"], how="left")
        .group_by(at)
        .agg(
            heard=pl.col("revenue_usd").filter("known").sum(),
            silent=pl.col("revenue_usd").filter(pl.col("known").is_null()).sum(),
        )
    )
    gains = pl.col("amount_usd").clip(lower_bound=0)
    return (
        shares.with_columns(gains=gains.sum().over(one))
        .join(sales, on=at)
        .filter(pl.col("heard") > 0, pl.col("silent") / pl.col("heard") * gains >= WEIGHT * pl.col("gains"), gains > 0)
        .select(one)
    )


def _revenue(
    layer_metrics: pl.DataFrame, member_amounts: pl.DataFrame, layer_items: pl.DataFrame
) -> list[pl.DataFrame]:
    """Σ revenue of a layer, and the share of its three largest companies; null below 50 % coverage."""
    at = [*_AT, "calendar_quarter"]
    layers = with_status(layers_of(layer_metrics).with_columns(item=pl.lit("revenue")), layer_items)
    # A company may stand in a layer with several segments; dominance is the company's.
    by_company = (
        member_amounts.filter(pl.col("item") == "revenue")
        .group_by(*at, "company_id")
        .agg(pl.col("amount_usd").sum(), n=pl.len())
        .sort("amount_usd", descending=True)
    )
    amount = pl.col("amount_usd")
    sums = by_company.group_by(*at).agg(
        total=amount.sum(),
        middle=amount.median(),
        first=amount.max(),
        three=amount.top_k(3).sum(),
        next_three=amount.top_k(4).sum() - amount.max(),
        n_measured=pl.col("n").sum().cast(pl.Int64),
        n_companies=pl.len(),
    )
    rows = layers.join(sums, on=at, how="left").with_columns(pl.col("n_measured").fill_null(0))
    covered = (pl.col("n_measured") >= aggregate.MIN_COVERAGE * pl.col("n_members")) & (pl.col("n_measured") > 0)
    alone = pl.col("n_companies") < 2

    def shown(metric: str, value: pl.Expr, median: pl.Expr, without: pl.Expr) -> pl.DataFrame:
        return rows.select(
            *_AT,
            pl.lit(metric).alias("metric"),
            "calendar_quarter",
            pl.when(covered).then(value).alias("value"),
            pl.when(covered).then(median).alias("median"),
            pl.when(covered & ~alone).then(without).alias("without_largest"),
            "n_members",
            "n_measured",
            "status",
            pl.when(~covered).then(pl.lit(aggregate.BELOW_COVERAGE)).alias("reason"),
        )

    total, first = pl.col("total"), pl.col("first")
    no_median = pl.lit(None, pl.Float64)
    return [
        shown("revenue", total, pl.col("middle"), total - first),
        shown(
            "largest_three_share_of_revenue",
            pl.when(total > 0).then(pl.col("three") / total),
            no_median,
            pl.when(total > first).then(pl.col("next_three") / (total - first)),
        ),
    ]


def _spanning(layer_metrics: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """Listed companies that sit in more than one layer of a lens, whether measured there or dark, on every layer."""
    layers = layers_of(layer_metrics)
    people = members.filter(pl.col("basis") == "layer", pl.col("listed"))
    spans = people.group_by("lens", "quarter", "company_id").agg(n_layers=pl.col("layer").n_unique())
    counts = spans.group_by("lens", "quarter").agg(value=(pl.col("n_layers") > 1).sum().cast(pl.Float64))
    return (
        layers.with_columns(quarter=windows.index_of(pl.col("calendar_quarter")))
        .join(counts, on=["lens", "quarter"], how="left")
        .select(
            *_AT,
            pl.lit("companies_spanning_layers").alias("metric"),
            "calendar_quarter",
            "value",
            pl.lit(None, pl.Float64).alias("median"),
            pl.lit(None, pl.Float64).alias("without_largest"),
            "n_members",
            pl.col("n_members").alias("n_measured"),
            # Who sits where is known of every quarter.
            pl.lit("final").alias("status"),
            pl.lit(None, pl.String).alias("reason"),
        )
    )
