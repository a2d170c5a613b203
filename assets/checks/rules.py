"""Which rule watches which table: its weight, what it says, what an operator does about it.

Belongs here: one entry a rule. Does not belong here: how a rule finds what it finds (analytics.watch), or how it is run
(examine.py).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import dagster as dg
import polars as pl

from analytics.watch import figures, layers, market
from assets.checks import sources

# A rule is given, by the names of its parameters: `now` (the frame about to be written), `before` (the table as readers
# see it now, None if there is none), `inputs` (those of the run), and any table that its asset takes.
Finds = Callable[..., pl.DataFrame]
Severity = Literal["ERROR", "WARN"]

LOOK = (
    "Look at the payloads of these rows (`layerledger explain`, raw.observations). If they are wrong, put them into "
    "analytics/quarantine.toml with the reason and refresh again; if they are right, "
    "`layerledger refresh --accept SUBJECT`, or `accept` of the request in the launchpad."
)
OURS = (
    "This is ours, not the source's: run `layerledger audit`, mend the code or the registry, and refresh again; until "
    "then the last good tables stay."
)


@dataclass(frozen=True)
class Rule:
    """One rule over one table: says is a sentence that is true while it passes; remedy is what to do when it fails."""

    table: str
    name: str
    severity: Severity
    says: str
    remedy: str
    finds: Finds

    @property
    def stops(self) -> bool:
        """Whether a finding stops publication."""
        return self.severity == "ERROR"


RULES: tuple[Rule, ...] = (
    Rule(
        "raw.fetches",
        "sources_answer",
        "WARN",
        "Every source answers what it is asked.",
        "The last good figures stay and the questions are put again by themselves; see `layerledger status`. "
        "`refused` by SEC: set LAYERLEDGER_CONTACT. `schema_changed`: the adapter in assets/sources must be mended; "
        "the answers are archived, and `layerledger rebuild` reads them again.",
        sources.not_answering,
    ),
    Rule(
        "raw.fetches",
        "sources_are_fresh",
        "WARN",
        "Every source that was ever asked has answered well within the last four days.",
        "Look at the newest lines of raw.fetches for that source, and at the network of this machine.",
        sources.silent,
    ),
    Rule(
        "raw.observations",
        "no_figure_told_twice",
        "WARN",
        "No payload of an aggregator tells one figure twice with different values.",
        LOOK,
        figures.told_twice,
    ),
    Rule(
        "core.company_quarters",
        "scale_and_currency",
        "ERROR",
        "No quarter's figures are in another currency, or twentyfold, against what is published.",
        LOOK,
        figures.moved,
    ),
    Rule(
        "core.company_quarters",
        "no_leap",
        "ERROR",
        "No new quarter is twenty times the quarter before in three items or more, nor a twentieth.",
        LOOK,
        figures.leapt,
    ),
    Rule(
        "core.company_quarters",
        "identities",
        "ERROR",
        "Every computed item is what its parts make.",
        OURS,
        figures.identities_broken,
    ),
    Rule(
        "core.anomalies",
        "sound_payloads",
        "ERROR",
        "No quarter was delivered twice, and none in another scale, since the last publication.",
        LOOK,
        figures.unsound_payloads,
    ),
    Rule(
        "core.anomalies",
        "no_new_anomaly",
        "WARN",
        "No figure became odd since the last publication. Figures with an error are left out of every metric.",
        LOOK,
        figures.new_anomalies,
    ),
    Rule(
        "core.prices",
        "no_leap",
        "WARN",
        "No new close is 1.8 times the one before, or less than a 1.8th: a split that nobody told.",
        "If it was a split, add it to the splits of the bundle or wait for the source to tell it; market values are "
        "wrong until then.",
        market.prices_leapt,
    ),
    Rule(
        "core.prices",
        "scale",
        "ERROR",
        "No new close is twenty times the one before, or a twentieth: another unit or currency.",
        LOOK,
        lambda now, before: market.prices_leapt(now, before, market.PRICE_FOLD_ERROR),
    ),
    Rule(
        "core.fx_rates",
        "no_leap",
        "WARN",
        "No new exchange rate is more than 8 % from the one before.",
        "Compare with another quotation of that day; if it is wrong, the source mends it within days.",
        market.rates_leapt,
    ),
    Rule(
        "core.fx_rates",
        "scale",
        "ERROR",
        "No new exchange rate is half as large again as the one before, or half of it.",
        LOOK,
        lambda now, before: market.rates_leapt(now, before, market.RATE_SHARE_ERROR),
    ),
    Rule(
        "core.fx_rates",
        "every_currency_stays",
        "ERROR",
        "Every currency that had rates still has.",
        OURS,
        lambda now, before: market.gone(now, before, "currency"),
    ),
    Rule(
        "marts.layer_metrics",
        "bounds",
        "ERROR",
        "No layer measures more than its members, no margin is above 1, every median lies in its quartiles.",
        OURS,
        layers.out_of_bounds,
    ),
    Rule(
        "marts.layer_metrics",
        "coverage",
        "WARN",
        "No layer measures fewer of the same members, for the same quarter, than what is published.",
        "See which figures left: core.anomalies, core.gaps, marts.coverage; a restatement or a quarantine may be why.",
        layers.coverage_fell,
    ),
    Rule(
        "marts.layer_metrics",
        "coverage_holds",
        "ERROR",
        "No lens lost a quarter of the recent values of its layers.",
        "Something took many companies at once: a source, a registry edit, a code change. See core.gaps and "
        "marts.coverage. If it is meant: `layerledger refresh --accept LENS`.",
        layers.coverage_collapsed,
    ),
    Rule(
        "marts.layer_metrics",
        "past_stays",
        "WARN",
        "No final quarter's headline ratio moved by more than five points.",
        "Read marts.restatements of the layer's companies; a restatement that large deserves a note.",
        layers.past_moved,
    ),
    Rule(
        "marts.value_capture",
        "shares",
        "ERROR",
        "The shares of every pool add up to one.",
        OURS,
        layers.shares_not_whole,
    ),
    Rule(
        "marts.universe",
        "lenses_agree",
        "ERROR",
        "Every lens gives the same total, placed or not: each dollar once.",
        OURS,
        layers.lenses_disagree,
    ),
    Rule(
        "marts.freshness",
        "filers_on_time",
        "WARN",
        "Every company's next quarter is known by the day on which it usually is.",
        "See raw.fetches for the company: if no source is asked or answers for it, mend its ticker or CIK in "
        "companies.toml; if the company itself is late, nothing is to be done.",
        sources.late_filers,
    ),
)


def rules_of(table: str) -> tuple[Rule, ...]:
    """The rules over one table, by its full name."""
    return tuple(rule for rule in RULES if rule.table == table)


def rule_spec(key: dg.AssetKey, rule: Rule) -> dg.AssetCheckSpec:
    """Declare a rule as a check of its asset."""
    weight = "Stops publication." if rule.stops else "Only told."
    return dg.AssetCheckSpec(
        rule.name,
        asset=key,
        blocking=rule.stops,
        description=f"{rule.says} {weight} When it fails: {rule.remedy}",
        metadata={"severity": rule.severity},
    )
