"""What hardware layers sell, set against what clouds spend: the residual, and what it is made of.

Belongs here: the comparison by quarter, its parts and their change. Does not belong here: which layers are compared and
what each side holds besides (reconciliation.toml), who leads whom in time (lead_lag.py).
"""

import tomllib
from functools import cache
from importlib import resources
from typing import Literal

import polars as pl

from analytics import aggregate, bases, windows
from analytics.capture import layers_of, with_status
from analytics.contracts import conform, empty, table
from analytics.segments import furthest
from analytics.stacks.entries import Entry, Slug, Text

RESIDUAL, SUPPLIERS, BUYERS = "residual", "suppliers", "buyers"
A_SIDE_IS_UNKNOWN = "a part of the sum is unknown"
_AT = ["quarter", "window"]


class Supplier(Entry):
    """A layer that sells, and the item with which it enters."""

    layer: Slug
    item: Literal["revenue", "gross_profit"]
    explanation: Text


class Memo(Entry):
    """A reported line that is shown beside, in no sum."""

    part: Slug
    company: Slug
    segment: Text
    explanation: Text


class Declared(Entry):
    """The whole of reconciliation.toml."""

    lens: Slug
    buyers: list[Slug]
    supplier: list[Supplier]
    explanation: dict[str, Text]
    memo: list[Memo]


@cache
def declared() -> Declared:
    """Return what reconciliation.toml says."""
    text = resources.files("analytics").joinpath("reconciliation.toml").read_text(encoding="utf-8")
    return Declared.model_validate(tomllib.loads(text))


def reconciliation(
    member_amounts: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    layer_items: pl.DataFrame,
    segment_quarters: pl.DataFrame,
) -> pl.DataFrame:
    """marts.reconciliation, one row per calendar quarter, window and part of the comparison.

    A layer's amount is Σ of its members' dollars, null below 50 % coverage; a side is known where all its layers are,
    except neoclouds, which are small and young, and whose absence is said. The change on the year before is split into
    that of members measured in both, and the rest. Residual = suppliers − buyers, for amounts and changes alike.

    Args:
        member_amounts: marts.member_amounts.
        layer_metrics: marts.layer_metrics, for members.
        layer_items: as from `aggregate.layer_items`, for the status of what each layer enters with.
        segment_quarters: core.segment_quarters, for the reported lines beside.
    """
    said, contract = declared(), table("marts.reconciliation")
    sides = pl.DataFrame(
        [(s.layer, "supplier", s.item, s.explanation) for s in said.supplier]
        + [(layer, "buyer", "capex", said.explanation[layer]) for layer in said.buyers],
        schema=["part", "side", "item", "explanation"],
        orient="row",
    )
    here = (pl.col("lens") == said.lens) & (pl.col("basis") == "consolidated")
    at = [pl.col("layer").alias("part"), windows.index_of(pl.col("calendar_quarter")).alias("quarter")]
    there = layers_of(layer_metrics).filter(here).join(sides, left_on="layer", right_on="part")
    layers = with_status(there, layer_items).select("window", "n_members", "status", *at, *sides.columns[1:])
    if layers.is_empty():
        return empty(contract)
    amounts = (
        member_amounts.filter(here)
        .select("company_id", "window", "item", "amount_usd", *bases.COLUMNS, *at)
        .join(sides.select("part", "item"), on=["part", "item"])
    )
    rows = layers.join(_sums(amounts), on=["part", *_AT], how="left").with_columns(
        n_measured=pl.col("n_measured").fill_null(0)
    )
    covered = (pl.col("n_measured") >= aggregate.MIN_COVERAGE * pl.col("n_members")) & (pl.col("n_members") > 0)
    rows = rows.with_columns(
        *(pl.when(covered).then(c).alias(c) for c in ("amount_usd", "change_usd")),
        null_reason=pl.when(pl.col("n_members") == 0)
        .then(pl.lit(aggregate.NO_MEMBER))
        .when(~covered)
        .then(pl.lit(aggregate.BELOW_COVERAGE)),
    )
    rows = _with_entry(rows, ["part", *_AT])
    totals = _totals(rows, said)
    memos = pl.concat([_memo(segment_quarters, memo) for memo in said.memo])
    everything = pl.concat([rows.select(totals.columns), totals, memos.select(totals.columns)])
    capex = totals.filter(pl.col("part") == BUYERS).select(*_AT, capex_usd="amount_usd")
    return conform(
        everything.join(capex, on=_AT, how="left")
        .with_columns(
            lens=pl.lit(said.lens),
            calendar_quarter=windows.label_of(pl.col("quarter")),
            to_buyers_capex=pl.when(pl.col("capex_usd") > 0).then(pl.col("amount_usd") / pl.col("capex_usd")),
            coverage_ratio=pl.when(pl.col("n_members") > 0).then(pl.col("n_measured") / pl.col("n_members")),
        )
        .select(list(contract.polars_schema)),
        contract,
    )


def _sums(amounts: pl.DataFrame) -> pl.DataFrame:
    """Σ of each part, and its change on four quarters before among the members known in both on one basis."""
    one = ["part", "company_id", "window"]
    then = amounts.select(*one, pl.col("quarter") + 4, then_usd="amount_usd").join(
        windows.restated_since(amounts, one), on=[*one, "quarter"], how="anti"
    )
    both = amounts.join(then, on=["part", "company_id", *_AT], how="left").sort("company_id")
    same = pl.col("then_usd").is_not_null()
    return both.group_by("part", *_AT).agg(
        amount_usd=pl.col("amount_usd").sum(),
        n_measured=pl.len().cast(pl.Int64),
        change_usd=pl.when(same.any()).then((pl.col("amount_usd") - pl.col("then_usd")).sum()),
    )


def _with_entry(rows: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Add entry_usd: what the change on four quarters before holds besides change_usd; null where either is unknown."""
    before = rows.select(*(pl.col(c) + 4 if c == "quarter" else c for c in key), before_usd="amount_usd")
    rest = pl.col("amount_usd") - pl.col("before_usd") - pl.col("change_usd")
    noise = 1e-9 * (pl.col("amount_usd").abs() + pl.col("before_usd").abs())
    return (
        rows.join(before, on=key, how="left")
        .with_columns(entry_usd=pl.when(rest.abs() <= noise).then(0.0).otherwise(rest))
        .drop("before_usd")
    )


def _totals(rows: pl.DataFrame, said: Declared) -> pl.DataFrame:
    """Both sides and the residual of each quarter and window."""
    # Neoclouds list from 2024 on: before, the buyers are the hyperscalers.
    needed = pl.col("part").is_in([said.buyers[0], *(s.layer for s in said.supplier)])
    sides = (
        rows.sort("part")
        .group_by("side", *_AT)
        .agg(
            *(pl.col(c).sum() for c in ("amount_usd", "change_usd", "n_members", "n_measured")),
            whole=(pl.col("amount_usd").is_not_null() | ~needed).all(),
            compared=(pl.col("change_usd").is_not_null() | ~needed).all(),
            n_needed=needed.sum(),
            status=pl.when((pl.col("status") == "final").filter(needed).all())
            .then(pl.lit("final"))
            .otherwise(pl.lit("provisional")),
        )
        .with_columns(whole=pl.col("whole") & (pl.col("n_needed") == _wanted(said)))
        .with_columns(
            part=pl.when(pl.col("side") == "supplier").then(pl.lit(SUPPLIERS)).otherwise(pl.lit(BUYERS)),
            item=pl.when(pl.col("side") == "supplier").then(pl.lit("sales")).otherwise(pl.lit("capex")),
            amount_usd=pl.when("whole").then("amount_usd"),
            change_usd=pl.when(pl.col("whole") & pl.col("compared")).then("change_usd"),
            explanation=pl.lit(None, pl.String),
        )
    )
    sides = _with_entry(sides, ["side", *_AT])
    supply, demand = (sides.filter(pl.col("part") == part) for part in (SUPPLIERS, BUYERS))
    residual = supply.join(demand, on=_AT, suffix="_buyers").with_columns(
        part=pl.lit(RESIDUAL),
        item=pl.lit("difference"),
        explanation=pl.lit(said.explanation[RESIDUAL]),
        **{c: pl.col(c) - pl.col(f"{c}_buyers") for c in ("amount_usd", "change_usd", "entry_usd")},
        **{c: pl.col(c) + pl.col(f"{c}_buyers") for c in ("n_members", "n_measured")},
        status=pl.when(pl.col("status") == pl.col("status_buyers")).then("status").otherwise(pl.lit("provisional")),
    )
    return pl.concat([sides, residual.select(sides.columns)]).select(
        "part",
        *_AT,
        "item",
        "amount_usd",
        "change_usd",
        "entry_usd",
        "n_members",
        "n_measured",
        "status",
        "explanation",
        side=pl.lit("total"),
        null_reason=pl.when(pl.col("amount_usd").is_null()).then(pl.lit(A_SIDE_IS_UNKNOWN)),
    )


def _wanted(said: Declared) -> pl.Expr:
    return pl.when(pl.col("side") == "supplier").then(len(said.supplier)).otherwise(1)


def _memo(segment_quarters: pl.DataFrame, memo: Memo) -> pl.DataFrame:
    """A reported line in both windows, with its change on the year before."""
    line = segment_quarters.filter(
        pl.col("company_id") == memo.company, pl.col("segment") == memo.segment, pl.col("item") == "revenue"
    )
    # One line in several segmentations is the same line told in other places; amounts are joined only within one.
    amounts = (
        windows.amounts(furthest(line), ("company_id",))
        .filter(pl.col("value_usd").is_not_null())
        .select("quarter", "window", amount_usd="value_usd")
    )
    then = amounts.select(pl.col("quarter") + 4, "window", then_usd="amount_usd")
    return amounts.join(then, on=_AT, how="left").select(
        *_AT,
        "amount_usd",
        part=pl.lit(memo.part),
        item=pl.lit("revenue"),
        change_usd=pl.col("amount_usd") - pl.col("then_usd"),
        entry_usd=pl.when(pl.col("then_usd").is_not_null()).then(0.0),
        n_members=pl.lit(1, pl.Int64),
        n_measured=pl.lit(1, pl.Int64),
        status=pl.lit("final"),
        explanation=pl.lit(memo.explanation),
        side=pl.lit("memo"),
        null_reason=pl.lit(None, pl.String),
    )
