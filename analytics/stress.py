"""Where it strains: layers and companies ranked on what they owe, what they earn to pay it, and how long cash lasts.

Belongs here: the components, what a missing ratio means, ranks. Does not belong here: the ratios (metrics), a score:
there is none, since how components weigh against each other is a judgement.
"""

from dataclasses import dataclass
from typing import Literal

import polars as pl

from analytics import windows
from analytics.aggregate import members_by_quarter, newest_quarter
from analytics.contracts import conform, table
from analytics.coverage import DARK, SILENT
from analytics.metrics import METRICS

BASIS = "consolidated"
NO_FIGURES = "no figures for the quarter"


@dataclass(frozen=True)
class Component:
    """One component: a metric, which way strain lies, and what it means that its denominator is not positive.

    owed: the metric whose positive amount makes a missing ratio strained rather than calm; None where a denominator
    that is not positive means that there is nothing to pay.
    """

    metric: str
    strained: Literal["high", "low"]
    owed: str | None = None


COMPONENTS: tuple[Component, ...] = (
    Component("interest_coverage_ebit", "low"),
    Component("interest_coverage_ebitda", "low"),
    Component("debt_to_ebitda", "high", "total_debt"),
    Component("net_debt_to_ebitda", "high", "net_debt"),
    Component("net_debt", "high"),
    Component("debt_growth", "high", "total_debt"),
    Component("capex_to_ocf", "high", "capex"),
    Component("funding_gap", "high"),
    Component("cash_runway", "low"),
)


def stress(
    company_metrics: pl.DataFrame,
    layer_metrics: pl.DataFrame,
    company_quarters: pl.DataFrame,
    segment_quarters: pl.DataFrame,
    memberships: pl.DataFrame,
    companies: pl.DataFrame,
) -> pl.DataFrame:
    """marts.stress, one row per lens, layer, layer or company in it, window, calendar quarter and component.

    Layers as on the consolidated basis; companies whole, in their primary layer, and those that publish no accounts
    wherever the lens places them. A ratio without meaning is read by its component: debt and no earnings to set against
    it is strained beyond every value; no interest to pay, or no cash burnt, is calm and not ranked.

    Args:
        company_metrics: marts.company_metrics.
        layer_metrics: marts.layer_metrics.
        company_quarters: core.company_quarters, for how far the record reaches.
        segment_quarters: core.segment_quarters, likewise.
        memberships: core.memberships.
        companies: core.companies.
    """
    wanted = [c.metric for c in COMPONENTS] + [c.owed for c in COMPONENTS if c.owed]
    newest = newest_quarter(company_quarters, segment_quarters)
    components = layer_metrics.filter(pl.col("metric").is_in(wanted), pl.col("basis") == BASIS)
    of_layers = components.select(
        "lens", "layer", "window", "calendar_quarter", "metric", "value", "null_reason", "n_members", "n_measured",
        "coverage_ratio", kind=pl.lit("layer"), subject="layer",
    )  # fmt: skip
    members = _members(memberships, companies, newest)
    metrics = company_metrics.filter(pl.col("metric").is_in(wanted)).select(
        "company_id", "window", "calendar_quarter", "metric", "value", "null_reason", has=pl.lit(True)
    )
    grid = pl.DataFrame(
        [(m.id, w) for m in METRICS if m.id in wanted for w in m.windows], schema=["metric", "window"], orient="row"
    )
    of_companies = (
        members.join(grid, how="cross")
        .join(metrics, on=["company_id", "window", "calendar_quarter", "metric"], how="left")
        .with_columns(value=pl.when(pl.col("silence").is_null()).then("value"))
        .select(
            "lens", "layer", "window", "calendar_quarter", "metric", "value",
            null_reason=pl.coalesce(
                "silence", pl.when(pl.col("has").is_null()).then(pl.lit(NO_FIGURES)), "null_reason"
            ),
            n_members=pl.lit(1, pl.Int64),
            n_measured=pl.col("value").is_not_null().cast(pl.Int64),
            coverage_ratio=pl.col("value").is_not_null().cast(pl.Float64),
            kind=pl.lit("company"),
            subject="company_id",
        )
    )  # fmt: skip
    rows = _with_standing(pl.concat([of_layers, of_companies.select(of_layers.columns)]))
    at = ["lens", "layer", "window", "calendar_quarter", "metric"]
    status = components.select(*at, "status")
    contract = table("marts.stress")
    return conform(
        _with_ranks(rows).join(status, on=at).rename({"metric": "component"}).select(contract.polars_schema.names()),
        contract,
    )


def _members(memberships: pl.DataFrame, companies: pl.DataFrame, newest: str) -> pl.DataFrame:
    """Companies of each layer by quarter, each once: listed ones at home here, and private ones; why one is silent."""
    members = members_by_quarter(memberships, companies, newest)
    status = pl.col("status")
    why = status.replace_strict(SILENT, default=None, return_dtype=pl.String)
    return (
        members.join(companies.select("company_id", "status"), on="company_id")
        .filter((pl.col("basis") == BASIS) | (status == "private"))
        .unique(["lens", "layer", "company_id", "quarter"], maintain_order=True)
        .select(
            "lens",
            "layer",
            "company_id",
            silence=pl.when(~pl.col("measurable")).then(pl.coalesce(why, pl.lit(DARK))),
            calendar_quarter=windows.label_of(pl.col("quarter")),
        )
    )


def _with_standing(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `standing`: what a value, or its absence, says."""
    key = ["lens", "layer", "kind", "subject", "window", "calendar_quarter"]
    owed = pl.DataFrame(
        [(c.metric, c.owed) for c in COMPONENTS], schema={"metric": pl.String, "owed": pl.String}, orient="row"
    )
    meaningless = pl.col("null_reason").str.starts_with("not meaningful")
    amounts = rows.select(*key, owed="metric", owed_usd="value")
    rows = rows.join(owed, on="metric").with_row_index("at")
    asked = rows.filter(meaningless, pl.col("owed").is_not_null()).select("at", *key, "owed")
    return (
        rows.join(asked.join(amounts, on=[*key, "owed"]).select("at", "owed_usd"), on="at", how="left")
        .with_columns(
            standing=pl.when(pl.col("value").is_not_null())
            .then(pl.lit("measured"))
            .when(meaningless & pl.col("owed").is_null())
            .then(pl.lit("calm"))
            .when(meaningless & (pl.col("owed_usd") > 0))
            .then(pl.lit("strained"))
            .when(meaningless & (pl.col("owed_usd") <= 0))
            .then(pl.lit("calm"))
            .otherwise(pl.lit("unknown"))
        )
        .drop("at", "owed", "owed_usd")
    )


def _with_ranks(rows: pl.DataFrame) -> pl.DataFrame:
    """Add rank and n_ranked among the layers, or the companies, of a lens; a company in two layers counts once."""
    low = pl.col("metric").is_in([c.metric for c in COMPONENTS if c.strained == "low"])
    strain = (
        pl.when(pl.col("standing") == "strained")
        .then(float("inf"))
        .when(pl.col("standing") == "measured")
        .then(pl.when(low).then(-pl.col("value")).otherwise("value"))
    )
    among = ["lens", "kind", "window", "calendar_quarter", "metric"]
    return rows.with_columns(strain=strain).with_columns(
        rank=pl.col("strain").rank("min", descending=True).over(among).cast(pl.Int64),
        n_ranked=pl.col("strain").count().over(among).cast(pl.Int64),
    )
