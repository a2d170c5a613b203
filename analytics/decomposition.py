"""Why a margin moved: within members, between them, by entry and by exit; and how concentrated a layer is.

Belongs here: exact splits of a change of a layer's or the stack's margin, concentration. Does not belong here: growth
of dollars (capture.py), margins themselves (aggregate.py).
"""

import polars as pl

from analytics import changes, windows
from analytics.aggregate import BELOW_COVERAGE, MIN_COVERAGE, NO_MEMBER
from analytics.capture import UNKNOWN_AT_BASE, layers_of, with_status
from analytics.contracts import conform, table
from analytics.contracts.tables.capital import CONCENTRATION_ITEMS, STACK
from analytics.once import once

MARGINS = ("gross_margin", "operating_margin", "net_margin")
# The margin that is also split by member, and of the fiscal quarter.
CHIEF = "operating_margin"
EFFECTS = ("within", "between", "entry", "exit")
NO_REVENUE = "revenue is not positive"
LOSS = "not meaningful: an amount is negative"
NOTHING = "not meaningful: the sum is not positive"

_PLACE = ["lens", "layer", "basis", "window"]
_GROUP = [*_PLACE, "metric", "quarter", "base_quarter"]


@once
def member_effects(member_ratios: pl.DataFrame, base_quarter: str = changes.BASE_QUARTER) -> pl.DataFrame:
    """What each member adds to the change of each margin of its layer and of the stack.

    Weights are shares of revenue, M the mean of the group's margins in both quarters. A member measured in both adds
    mean weight × change of margin (within) and change of weight × (mean margin − M) (between); one measured now only
    adds weight × (margin − M) (entry), one measured then only −base weight × (base margin − M) (exit). A member without
    revenue in one of the quarters has no margin there: what it earns or loses enters or leaves. The sum is the change,
    exactly, whatever M is. (Griliches and Regev, Firm productivity in Israeli industry 1979–1988.)

    Weights .5/.5 → .7/.3 and margins .6/.1 → .5/.1: + 3.0 points = − 6.0 within + 9.0 between.

    Args:
        member_ratios: as `aggregate.member_ratios` gives them for MARGINS.
        base_quarter: compare with this quarter too, besides four quarters before.

    Returns:
        One row per lens, layer (or STACK), basis, window, metric, quarter, base_quarter and member_id: n, base_n (1 if
        measured), weights, margins and EFFECTS; the group's sums profit_usd, revenue_usd and the same with base_. The
        effects are null where the group's revenue is not positive in both quarters.
    """
    rows, names = changes.numbered(
        member_ratios.filter((pl.col("window") == "ttm") | (pl.col("metric") == CHIEF))
        .rename({"numerator_usd": "profit_usd", "denominator_usd": "revenue_usd"})
        .sort(*_PLACE, "metric", "member_id", "quarter"),
        [*_PLACE, "metric", "member_id", "company_id"],
        "series",
    )
    among = changes.pairs(rows["quarter"], [base_quarter])
    by_layer = (
        changes.side_by_side(rows, [], ["profit_usd", "revenue_usd"], among)
        .join(names, on="series")
        .filter((pl.col("window") == "ttm") | (pl.col("base_quarter") == pl.col("quarter") - changes.YEAR))
        .drop("series")
    )
    # By member within each group: sums of floats depend on their order.
    both = pl.concat([by_layer, by_layer.with_columns(layer=pl.lit(STACK))])
    grouped, groups = changes.numbered(both, _GROUP, "group")
    return _with_effects(grouped).join(groups, on="group", maintain_order="left").drop("group")


def _with_effects(rows: pl.DataFrame) -> pl.DataFrame:
    amounts = ("profit_usd", "revenue_usd", "base_profit_usd", "base_revenue_usd")
    profit, revenue, base_profit, base_revenue = (pl.col(c).sum().over("group") for c in amounts)
    own, own_revenue, base_own, base_own_revenue = (pl.col(c) for c in amounts)
    rows = rows.with_columns(
        profit=profit, revenue=revenue, base_profit=base_profit, base_revenue=base_revenue
    ).with_columns(
        usable=(pl.col("revenue") > 0) & (pl.col("base_revenue") > 0),
        weight=pl.when(pl.col("revenue") > 0).then(own_revenue / pl.col("revenue")),
        base_weight=pl.when(pl.col("base_revenue") > 0).then(base_own_revenue / pl.col("base_revenue")),
        margin=pl.when(own_revenue > 0).then(own / own_revenue),
        base_margin=pl.when(base_own_revenue > 0).then(base_own / base_own_revenue),
    )
    mean = (pl.col("profit") / pl.col("revenue") + pl.col("base_profit") / pl.col("base_revenue")) / 2
    weight, base_weight = pl.col("weight"), pl.col("base_weight")
    margin, base_margin = pl.col("margin"), pl.col("base_margin")
    stays = margin.is_not_null() & base_margin.is_not_null()
    effects = {
        "within": pl.when(stays).then((weight + base_weight) / 2 * (margin - base_margin)).otherwise(0.0),
        "between": pl.when(stays)
        .then((weight - base_weight) * ((margin + base_margin) / 2 - pl.col("mean")))
        .otherwise(0.0),
        "entry": pl.when(~stays & (pl.col("n") == 1))
        .then(own / pl.col("revenue") - weight * pl.col("mean"))
        .otherwise(0.0),
        "exit": pl.when(~stays & (pl.col("base_n") == 1))
        .then(base_weight * pl.col("mean") - base_own / pl.col("base_revenue"))
        .otherwise(0.0),
    }
    usable = pl.col("usable")
    return (
        rows.with_columns(mean=mean)
        .with_columns(pl.when(usable).then(effect).alias(name) for name, effect in effects.items())
        .drop("mean", *amounts)
        .rename({"profit": "profit_usd", "revenue": "revenue_usd"})
        .rename({"base_profit": "base_profit_usd", "base_revenue": "base_revenue_usd"})
    )


def decomposition(effects: pl.DataFrame, layer_metrics: pl.DataFrame) -> pl.DataFrame:
    """marts.decomposition, one row per lens, layer or stack, basis, window, margin, base quarter and calendar quarter.

    There is a row where the group has members in the quarter; below 50 % coverage in either quarter nothing is split.

    Args:
        effects: as `member_effects` gives them.
        layer_metrics: marts.layer_metrics, for which layers there are, their members, and the status of each margin.
    """
    at = [*_PLACE, "calendar_quarter"]
    margins = layer_metrics.filter(pl.col("metric").is_in(MARGINS)).select(*at, "metric", "status")
    layers = layers_of(layer_metrics).join(margins, on=at)
    groups = with_stack(layers, "metric").with_columns(quarter=windows.index_of(pl.col("calendar_quarter")))
    among = effects.select("window", "metric", "quarter", "base_quarter").unique()
    base = groups.select(*_PLACE, "metric", base_quarter="quarter", base_members="n_members")
    stayed = pl.col("margin").is_not_null() & pl.col("base_margin").is_not_null()
    sums = effects.group_by(_GROUP, maintain_order=True).agg(
        pl.col("profit_usd", "revenue_usd", "base_profit_usd", "base_revenue_usd").first(),
        *(pl.col(e).sum() for e in EFFECTS),
        n_stayed=stayed.sum().cast(pl.Int64),
        n_entered=(~stayed & (pl.col("n") == 1)).sum().cast(pl.Int64),
        n_left=(~stayed & (pl.col("base_n") == 1)).sum().cast(pl.Int64),
        n_measured=pl.col("n").sum(),
        base_measured=pl.col("base_n").sum(),
    )
    counts = ["n_stayed", "n_entered", "n_left", "n_measured", "base_measured"]
    rows = (
        groups.join(among, on=["window", "metric", "quarter"])
        .join(base, on=[*_PLACE, "metric", "base_quarter"], how="left")
        .join(sums, on=_GROUP, how="left")
        .with_columns(pl.col(*counts, "base_members").fill_null(0))
        .with_columns(
            coverage_ratio=_ratio("n_measured", "n_members"),
            base_coverage_ratio=_ratio("base_measured", "base_members"),
        )
    )
    revenue, base_revenue = pl.col("revenue_usd"), pl.col("base_revenue_usd")
    known = pl.col("coverage_ratio") >= MIN_COVERAGE
    base_known = pl.col("base_coverage_ratio") >= MIN_COVERAGE
    reason = (
        pl.when(pl.col("n_members") == 0)
        .then(pl.lit(NO_MEMBER))
        .when(~known)
        .then(pl.lit(BELOW_COVERAGE))
        .when(base_known.fill_null(False).not_())
        .then(pl.lit(UNKNOWN_AT_BASE))
        .when((revenue <= 0) | (base_revenue <= 0))
        .then(pl.lit(NO_REVENUE))
    )
    margin, base_margin = pl.col("profit_usd") / revenue, pl.col("base_profit_usd") / base_revenue
    contract = table("marts.decomposition")
    return conform(
        rows.with_columns(null_reason=reason)
        .with_columns(
            margin=pl.when(known & (revenue > 0)).then(margin),
            base_margin=pl.when(base_known & (base_revenue > 0)).then(base_margin),
            change=pl.when(pl.col("null_reason").is_null()).then(margin - base_margin),
            base_quarter=windows.label_of(pl.col("base_quarter")),
            **{e: pl.when(pl.col("null_reason").is_null()).then(e) for e in EFFECTS},
        )
        .select(contract.polars_schema.names()),
        contract,
    )


def decomposition_members(effects: pl.DataFrame, decomposed: pl.DataFrame) -> pl.DataFrame:
    """marts.decomposition_members: the effects of CHIEF by member, where its change is split.

    Args:
        effects: as `member_effects` gives them.
        decomposed: marts.decomposition.
    """
    contract = table("marts.decomposition_members")
    split = decomposed.filter(pl.col("null_reason").is_null()).select(
        *_PLACE, "metric", "base_quarter", "calendar_quarter"
    )
    labelled = effects.filter(pl.col("metric") == CHIEF).with_columns(
        calendar_quarter=windows.label_of(pl.col("quarter")), base_quarter=windows.label_of(pl.col("base_quarter"))
    )
    rows = labelled.join(split, on=split.columns, how="semi")
    return conform(rows.select(contract.polars_schema.names()), contract)


def with_stack(layers: pl.DataFrame, of: str) -> pl.DataFrame:
    """Layers with the stack of each lens beside them: members added up, final when every layer measured so far is.

    Args:
        layers: as `capture.layers_of` gives them, with what the status is of.
        of: the column that says what.
    """
    stack = (
        layers.filter(pl.col("n_members") > 0)
        .group_by("lens", "basis", "calendar_quarter", "window", of)
        .agg(
            pl.col("n_members").sum(),
            ever=pl.col("ever").any(),
            final=(pl.col("status") == "final").filter("ever").all(),
        )
        .with_columns(
            layer=pl.lit(STACK),
            status=pl.when(pl.col("ever") & pl.col("final")).then(pl.lit("final")).otherwise(pl.lit("provisional")),
        )
    )
    return pl.concat([layers, stack.select(layers.columns)])


def concentration(member_amounts: pl.DataFrame, layer_metrics: pl.DataFrame, layer_items: pl.DataFrame) -> pl.DataFrame:
    """marts.concentration, one row per lens, layer or stack, basis, window, item and calendar quarter.

    Σ of squared shares in per cent over the companies that are measured: 110 and 50 are 68.75 % and 31.25 %, so 5,703.
    (U.S. Department of Justice and FTC, Merger Guidelines, 2023, 2.1.) Revenue has no row for the stack.

    Args:
        member_amounts: marts.member_amounts.
        layer_metrics: marts.layer_metrics, for which layers there are and their members.
        layer_items: as from `aggregate.layer_items`, for the status of each item.
    """
    at = [*_PLACE, "calendar_quarter"]
    items = pl.DataFrame({"item": CONCENTRATION_ITEMS})
    amounts = member_amounts.join(items, on="item", how="semi").select(*at, "item", "company_id", "amount_usd")
    stack = amounts.filter(pl.col("item") != "revenue").with_columns(layer=pl.lit(STACK))
    rows, groups = changes.numbered(pl.concat([amounts, stack]), [*at, "item"], "group")
    companies = (
        rows.group_by("group", "company_id")
        .agg(pl.col("amount_usd").sum(), n_measured=pl.len().cast(pl.Int64))
        .sort("group", "company_id")
    )
    amount = pl.col("amount_usd")
    sums = (
        companies.group_by("group", maintain_order=True)
        .agg(
            total=amount.sum(),
            least=amount.min(),
            squares=(amount * amount).sum(),
            largest=amount.max(),
            largest_company_id=pl.col("company_id").get(amount.arg_max()),
            n_companies=pl.len().cast(pl.Int64),
            n_measured=pl.col("n_measured").sum(),
        )
        .join(groups, on="group")
        .drop("group")
    )
    layers = with_status(layers_of(layer_metrics).join(items, how="cross"), layer_items)
    rows = (
        with_stack(layers, "item")
        .filter((pl.col("layer") != STACK) | (pl.col("item") != "revenue"))
        .join(sums, on=[*at, "item"], how="left")
        .with_columns(pl.col("n_companies", "n_measured").fill_null(0))
        .with_columns(coverage_ratio=_ratio("n_measured", "n_members"))
    )
    reason = (
        pl.when(pl.col("n_members") == 0)
        .then(pl.lit(NO_MEMBER))
        .when(pl.col("coverage_ratio") < MIN_COVERAGE)
        .then(pl.lit(BELOW_COVERAGE))
        .when(pl.col("least") < 0)
        .then(pl.lit(LOSS))
        .when(pl.col("total") <= 0)
        .then(pl.lit(NOTHING))
    )
    has, total = pl.col("null_reason").is_null(), pl.col("total")
    contract = table("marts.concentration")
    return conform(
        rows.with_columns(null_reason=reason)
        .with_columns(
            hhi=pl.when(has).then(pl.col("squares") / (total * total) * 10_000),
            largest_share=pl.when(has).then(pl.col("largest") / total),
            largest_company_id=pl.when(has).then("largest_company_id"),
        )
        .select(contract.polars_schema.names()),
        contract,
    )


def _ratio(part: str, whole: str) -> pl.Expr:
    return pl.when(pl.col(whole) > 0).then(pl.col(part) / pl.col(whole))
