"""From observations to statements: the items of each company by fiscal quarter and fiscal year.

Belongs here: the order of the steps. Each rule stands in one module: labels in concepts.py, periods in periods.py,
vintages in point_in_time.py; beside this file figures, derivation, speaking, identities.
Does not belong here: ratios, layers, segments.
"""

from dataclasses import dataclass
from datetime import date

import polars as pl

from analytics import bases, periods, point_in_time, sanity
from analytics.contracts import conform, table
from analytics.currency import translate
from analytics.statements import derivation, identities, speaking
from analytics.statements.figures import figures, heard

__all__ = ["Statements", "derive", "heard", "quarters", "years"]


@dataclass(frozen=True)
class Statements:
    """The statements of all companies as known on one date, and what was left out on the way.

    quarters: core.company_quarters. years: core.company_years. gaps: core.gaps. anomalies: core.anomalies.
    restatements: marts.restatements. disagreements: marts.disagreements.
    """

    quarters: pl.DataFrame
    years: pl.DataFrame
    gaps: pl.DataFrame
    anomalies: pl.DataFrame
    restatements: pl.DataFrame
    disagreements: pl.DataFrame


def derive(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, as_known_on: date | None = None
) -> Statements:
    """Derive the statements of all companies, as known on a day (None: on all that is known).

    Args:
        observations: raw.observations.
        companies: core.companies.
        fx_rates: core.fx_rates.
        as_known_on: leave out what became known later.
    """
    said = point_in_time.vintages(figures(point_in_time.as_known_on(observations, as_known_on), companies))
    changes = point_in_time.restatements(said)
    stated = point_in_time.speaking(said).with_columns(fiscal_year=speaking.fiscal_year())
    stated = bases.standing(stated, said, changes)
    differences = derivation.differences(stated, changes)
    accepted = pl.col("reason").is_null()
    reported = stated.filter(pl.col("spans") <= 1).with_columns(
        derivation=pl.lit("reported"), minus_observation_id=pl.lit(None, pl.String)
    )
    candidates = pl.concat([reported, differences.filter(accepted).select(reported.columns)])
    spoken = speaking.quarters(candidates)
    whole = speaking.years(stated, spoken)
    anomalies = sanity.anomalies(spoken, whole)
    hard = anomalies.filter(pl.col("severity") == "error").select("company_id", "item", "quarter_end")
    sound = spoken.join(hard, on=["company_id", "item", "quarter_end"], how="anti")
    open_years = derivation.not_closing(sound, whole)
    closed = bases.with_their_years(sound.join(open_years, on=["company_id", "item", "quarter_end"], how="anti"), whole)
    years = identities.complete(whole)
    quarters = identities.complete(closed)
    # What follows from others may miss its year too, by the rounding of both.
    computed = derivation.not_closing(quarters, years, units=2 * derivation.CLOSING_UNITS)
    known = quarters.join(computed, on=["company_id", "item", "quarter_end"], how="anti")
    quarters = pl.concat([known, _year_only(years, known).select(known.columns)])
    gaps = derivation.gaps(years, known, differences.filter(~accepted), pl.concat([open_years, computed]))
    return Statements(
        quarters=_as_quarters(quarters, fx_rates),
        years=_as_years(years, fx_rates),
        gaps=_as_gaps(gaps),
        anomalies=_as_anomalies(anomalies),
        restatements=_as_restatements(changes),
        disagreements=_as_disagreements(speaking.disagreements(spoken, candidates)),
    )


def quarters(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, as_known_on: date | None = None
) -> pl.DataFrame:
    """core.company_quarters, one row per company, item and fiscal quarter."""
    return derive(observations, companies, fx_rates, as_known_on).quarters


def years(
    observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, as_known_on: date | None = None
) -> pl.DataFrame:
    """core.company_years, one row per company, item and fiscal year."""
    return derive(observations, companies, fx_rates, as_known_on).years


def _year_only(years: pl.DataFrame, quarters: pl.DataFrame) -> pl.DataFrame:
    """Years of flow items whose four quarters are not all known, to stand in the fourth as a whole year."""
    one = ["company_id", "item", "fiscal_year"]
    complete = quarters.group_by(one).len().filter(pl.col("len") == 4)
    return (
        years.filter(pl.col("kind") == "flow")
        .join(complete, on=one, how="anti")
        .with_columns(derivation=pl.lit("year_only"))
    )


def _as_quarters(rows: pl.DataFrame, fx_rates: pl.DataFrame) -> pl.DataFrame:
    start = pl.col("span_start").dt.offset_by("1d")
    whole_year_or_balance = (pl.col("derivation") == "year_only") | pl.col("span_start").is_null()
    frame = rows.select(
        "company_id",
        "item",
        period_start=start,
        period_end="quarter_end",
        calendar_quarter=periods.calendar_quarter(
            pl.when(whole_year_or_balance)
            .then(periods.last_quarter_midpoint(pl.col("quarter_end")))
            .otherwise(periods.midpoint(start, pl.col("quarter_end")))
        ),
        value="value",
        currency="currency",
        derivation="derivation",
        source="source",
        concept="concept",
        observation_id="observation_id",
        minus_observation_id="minus_observation_id",
        known_at="known_at",
        basis_from="basis_from",
        basis_until="basis_until",
    )
    return conform(translate(frame, fx_rates), table("core.company_quarters"))


def _as_years(rows: pl.DataFrame, fx_rates: pl.DataFrame) -> pl.DataFrame:
    frame = rows.select(
        "company_id",
        "item",
        period_start=pl.col("span_start").dt.offset_by("1d"),
        period_end="quarter_end",
        fiscal_year="fiscal_year",
        value="value",
        currency="currency",
        source="source",
        concept="concept",
        observation_id="observation_id",
        known_at="known_at",
        basis_from="basis_from",
        basis_until="basis_until",
    )
    return conform(translate(frame, fx_rates), table("core.company_years"))


def _as_gaps(rows: pl.DataFrame) -> pl.DataFrame:
    return conform(rows.rename({"quarter_end": "period_end"}), table("core.gaps"))


def _as_anomalies(rows: pl.DataFrame) -> pl.DataFrame:
    frame = rows.rename({"quarter_end": "period_end"})
    return conform(frame.select(table("core.anomalies").polars_schema.names()), table("core.anomalies"))


def _as_restatements(changes: pl.DataFrame) -> pl.DataFrame:
    frame = changes.select(
        "company_id",
        "item",
        "source",
        "concept",
        "old_value",
        "new_value",
        "old_observation_id",
        "observation_id",
        "currency",
        period_start=pl.col("span_start").dt.offset_by("1d"),
        period_end="quarter_end",
        change_ratio=pl.when(pl.col("old_value") != 0).then(pl.col("new_value") / pl.col("old_value") - 1),
        old_known_at="said_until",
        known_at="said_from",
    )
    return conform(frame, table("marts.restatements"))


def _as_disagreements(rows: pl.DataFrame) -> pl.DataFrame:
    frame = rows.rename({"quarter_end": "period_end"})
    return conform(frame.select(table("marts.disagreements").polars_schema.names()), table("marts.disagreements"))
