"""Rules over fetches and filers: who does not answer, who is silent, who is late.

Belongs here: rules that need the inputs of the run. Does not belong here: rules over figures (analytics.watch).
"""

from datetime import timedelta

import polars as pl

from analytics.watch import habits
from analytics.watch.findings import FINDINGS
from assets.inputs import Inputs
from assets.live.due import GOOD
from assets.live.failing import failing
from assets.sources import bundle

# A long week-end.
SILENT_AFTER = timedelta(days=4)


def not_answering(inputs: Inputs) -> pl.DataFrame:
    """What of the live sources is failing now, one finding per source and outcome."""
    rows = [
        {
            "subject": f.source,
            "row": f"{f.source}, {', '.join(f.what)} of {_few(f.who)}",
            "told": f"{f.outcome} since {f.since:%Y-%m-%d %H:%M} UTC: {'; '.join(f.why)}",
        }
        for f in failing(inputs.fetches, inputs.stacks)
    ]
    return pl.DataFrame(rows, schema=FINDINGS)


def silent(inputs: Inputs) -> pl.DataFrame:
    """Live sources whose newest good answer is older than four days, counted to the newest question of all."""
    live = [f for f in inputs.fetches if f.source != bundle.SOURCE]
    newest = max((f.started_at for f in live), default=None)
    rows = []
    for source in sorted({f.source for f in live}):
        good = max((f.started_at for f in live if f.source == source and f.outcome in GOOD), default=None)
        if newest and (good is None or newest - good > SILENT_AFTER):
            told = f"last good answer {good:%Y-%m-%d %H:%M} UTC" if good else "never answered well"
            rows.append({"subject": source, "row": source, "told": told})
    return pl.DataFrame(rows, schema=FINDINGS)


def late_filers(now: pl.DataFrame, company_quarters: pl.DataFrame) -> pl.DataFrame:
    """Companies whose next quarter should be known by their own habit on the day that the data reach.

    Args:
        now: marts.freshness. company_quarters: core.company_quarters.
    """
    dated = now.drop_nulls("age_days")
    if dated.is_empty():
        return pl.DataFrame(schema=FINDINGS)
    day = dated.select(pl.col("newest_period_end") + pl.duration(days="age_days")).to_series().max()
    return habits.late(company_quarters, now, day)  # type: ignore[arg-type]


def _few(names: tuple[str, ...], shown: int = 4) -> str:
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more
