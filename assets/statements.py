"""The statements, derived once a run for the six tables that each hold a part of them.

Belongs here: which companies' statements are derived again, and what a company's rest on. Does not belong here: how
statements are derived (analytics/statements), what becomes of parts that stay (kept.py).
"""

from collections import defaultdict
from datetime import date

import polars as pl

from analytics import statements
from analytics.once import once
from analytics.statements import Statements
from assets import fingerprint
from assets.kept import Kept, digests


def part(
    name: str,
    observations: pl.DataFrame,
    companies: pl.DataFrame,
    fx_rates: pl.DataFrame,
    day: date | None,
    kept: Kept,
) -> pl.DataFrame:
    """One table of the statements; those of a company stay where nothing new is told of it.

    Args:
        name: which table, as `Statements` calls it.
        observations: raw.observations.
        companies: core.companies.
        fx_rates: core.fx_rates.
        day: the day of knowledge; None: all that is known.
        kept: the table's parts as they stand.
    """
    told = (_heard(observations), companies, fx_rates, day)
    table: pl.DataFrame = kept.with_new("company_id", rest_on(*told), lambda new: getattr(_derived(*told, new), name))
    return table


@once
def _heard(observations: pl.DataFrame) -> pl.DataFrame:
    """What statements rest on: a filer states ten times as many facts as it has items."""
    return statements.heard(observations)


@once
def _derived(
    heard: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, day: date | None, only: frozenset[str]
) -> Statements:
    """The statements of some companies. No company's rest on another's figures."""
    known, entries = (table.filter(pl.col("company_id").is_in(list(only))) for table in (heard, companies))
    return statements.derive(known, entries, fx_rates, day)


@once
def rest_on(heard: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame, day: date | None) -> dict[str, str]:
    """A digest, by company, of everything that its statements are derived from.

    Its observations, its entry in the registry, the exchange rates of every currency that they name, the day of
    knowledge, the code.
    """
    figures, entries = (digests(table, "company_id") for table in (heard, companies))
    rates = digests(fx_rates, "currency")
    units: dict[str, list[str]] = defaultdict(list)
    for company, unit in heard.select("company_id", "unit").unique().sort("unit").iter_rows():
        units[company].append(unit)
    code = fingerprint.code("analytics", "assets")
    return {
        company: fingerprint.digest(
            code, day, figures.get(company), entry, [rates.get(unit) for unit in units[company]]
        )
        for company, entry in entries.items()
    }
