"""Which comes first: growth of the clouds' capex, or growth of revenue elsewhere in the stack.

Belongs here: same-company growth, correlation by lag, placebos. Does not belong here: which pairs are looked at
(lead_lag.toml), any claim of cause.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib import resources
from math import sqrt
from typing import Literal

import polars as pl

from analytics import windows
from analytics.contracts import conform, empty, table
from analytics.finality import FINAL_SHARE
from analytics.stacks.entries import Entry, Slug, Text

MIN_QUARTERS = 16
# Growth on the year before of neighbouring quarters shares up to three quarters, so rotations by fewer than four
# quarters are no placebos.
OVERLAP = 4
LOW, HIGH = 0.05, 0.95
INSUFFICIENT = "insufficient data: fewer than 16 quarters"
NO_VARIATION = "one of the series does not vary"


class Follower(Entry):
    """A layer whose revenue growth is compared."""

    layer: Slug
    basis: Literal["layer", "consolidated"]
    what: Text


class Declared(Entry):
    """The whole of lead_lag.toml."""

    lens: Slug
    drivers: list[Slug]
    driver: Slug
    first_lag: int
    last_lag: int
    follower: list[Follower]


@cache
def declared() -> Declared:
    """Return what lead_lag.toml says."""
    text = resources.files("analytics").joinpath("lead_lag.toml").read_text(encoding="utf-8")
    return Declared.model_validate(tomllib.loads(text))


def lead_lag(member_amounts: pl.DataFrame, layers: pl.DataFrame) -> pl.DataFrame:
    """marts.lead_lag, one row per pair of series and lag in quarters.

    A lag of 2 compares capex growth of a quarter with revenue growth two quarters later.

    Args:
        member_amounts: marts.member_amounts.
        layers: core.layers; followers that the lens does not have are left out.
    """
    said, contract = declared(), table("marts.lead_lag")
    there = set(layers.filter(pl.col("lens") == said.lens)["layer"])
    followers = [f for f in said.follower if f.layer in there]
    if not followers or not there & set(said.drivers):
        return empty(contract)
    amounts = member_amounts.filter(pl.col("lens") == said.lens, pl.col("window") == "quarter").with_columns(
        quarter=windows.index_of(pl.col("calendar_quarter"))
    )
    whole = pl.col("basis") == "consolidated"
    driver = same_company_growth(amounts.filter(whole, pl.col("layer").is_in(said.drivers), pl.col("item") == "capex"))
    revenue = amounts.filter(pl.col("item") == "revenue")
    rows = [
        {"follower": f.layer, "basis": f.basis} | found
        for f in followers
        for found in by_lag(
            driver,
            same_company_growth(revenue.filter(pl.col("layer") == f.layer, pl.col("basis") == f.basis)),
            range(said.first_lag, said.last_lag + 1),
        )
    ]
    frame = pl.DataFrame([{"lens": said.lens, "driver": said.driver} | r for r in rows], schema=contract.polars_schema)
    return conform(frame, contract)


def same_company_growth(amounts: pl.DataFrame) -> pl.DataFrame:
    """Growth of a sum on four quarters before, of the members known in both quarters and on one basis.

    Args:
        amounts: member_id, quarter (number), amount_usd, basis_from, basis_until.

    Returns:
        quarter, growth (fraction), n (members). A quarter has a row if the members that can be compared had at least
        80 % of the sum of the year before, and that is positive: one early reporter is not the layer.
    """
    then = amounts.select("member_id", pl.col("quarter") + 4, then_usd="amount_usd")
    all_then = then.group_by("quarter").agg(all_then=pl.col("then_usd").sum())
    restated = windows.restated_since(amounts, ["member_id"])
    return (
        amounts.join(then, on=["member_id", "quarter"])
        .join(restated, on=["member_id", "quarter"], how="anti")
        .sort("member_id")
        .group_by("quarter")
        .agg(now=pl.col("amount_usd").sum(), then=pl.col("then_usd").sum(), n=pl.len().cast(pl.Int64))
        .join(all_then, on="quarter")
        .filter(pl.col("then") > 0, pl.col("then") >= FINAL_SHARE * pl.col("all_then"))
        .select("quarter", growth=pl.col("now") / pl.col("then") - 1, n="n")
        .sort("quarter")
    )


def by_lag(driver: pl.DataFrame, follower: pl.DataFrame, lags: Sequence[int]) -> list[dict[str, object]]:
    """Correlation of a driver's growth with a follower's some quarters later, with its placebo band, for each lag.

    Placebos rotate the follower against the driver, which keeps what each series does by itself and breaks what they
    do together. They are all rotations but the nearest, so the same series give the same band.

    Args:
        driver: quarter, growth, n, as from `same_company_growth`.
        follower: the same.
        lags: quarters by which the follower is later.
    """
    later = {q: (g, n) for q, g, n in follower.select("quarter", "growth", "n").iter_rows()}
    found: list[dict[str, object]] = []
    for lag in lags:
        pairs = [
            (q, g, n, *later[q + lag])
            for q, g, n in driver.select("quarter", "growth", "n").iter_rows()
            if q + lag in later
        ]
        xs, ys = [p[1] for p in pairs], [p[3] for p in pairs]
        enough = len(pairs) >= MIN_QUARTERS
        value = correlation(xs, ys) if enough else None
        band = placebos(xs, ys) if value is not None else []
        low, high = (quantile(band, LOW), quantile(band, HIGH)) if band else (None, None)
        found.append(
            {
                "lag_quarters": lag,
                "correlation": value,
                "placebo_low": low,
                "placebo_high": high,
                "outside_band": None if value is None or low is None or high is None else not low <= value <= high,
                "n_quarters": len(pairs),
                "n_placebos": len(band),
                "first_quarter": _label(pairs[0][0]) if pairs else None,
                "last_quarter": _label(pairs[-1][0]) if pairs else None,
                "n_driver": max((p[2] for p in pairs), default=0),
                "n_follower": max((p[4] for p in pairs), default=0),
                "null_reason": None if value is not None else NO_VARIATION if enough else INSUFFICIENT,
            }
        )
    return found


def correlation(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Pearson correlation of two series of one length; None where one does not vary."""
    n = len(xs)
    if n < 2:
        return None
    mean_x, mean_y = sum(xs) / n, sum(ys) / n
    dx, dy = [x - mean_x for x in xs], [y - mean_y for y in ys]
    spread = sqrt(sum(d * d for d in dx)) * sqrt(sum(d * d for d in dy))
    if spread <= 1e-12 * (1 + max(map(abs, xs)) * max(map(abs, ys))):
        return None
    return max(-1.0, min(1.0, sum(a * b for a, b in zip(dx, dy, strict=True)) / spread))


def placebos(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    """Correlations of xs with ys rotated by OVERLAP quarters or more, either way."""
    turned = (correlation(xs, [*ys[k:], *ys[:k]]) for k in range(OVERLAP, len(ys) - OVERLAP + 1))
    return [value for value in turned if value is not None]


def quantile(values: Sequence[float], part: float) -> float:
    """The quantile of some values, straight between neighbours."""
    order = sorted(values)
    at = part * (len(order) - 1)
    below = int(at)
    above = min(below + 1, len(order) - 1)
    return order[below] + (at - below) * (order[above] - order[below])


def _label(quarter: int) -> str:
    return f"{quarter // 4}Q{quarter % 4 + 1}"
