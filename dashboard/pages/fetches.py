"""What asking the live sources came to: the last run's outcomes, and what is failing, for whom, why and since when.

Belongs here: reading that out of raw.fetches for the page of data health. Does not belong here: when a source is asked
again (the refresh decides and writes it down), what the figures say.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import polars as pl

from dashboard import formats
from dashboard.ledger import SOURCE_NAMES, Ledger

GOOD = ("ok", "unchanged")
BUNDLE = "bundle"  # files that ship with the project: no one is asked
RUN = timedelta(hours=6)  # what began within it of the newest fetch is one run
NAMED = 4  # so many are named before the rest is counted
REASONS = 2
HEADS = ("Source", "Outcome", "For whom", "What was said", "Failing since", "Last good", "Next try")


class Told(NamedTuple):
    """The card: its title, its subtitle, and the cells of its rows under HEADS."""

    title: str
    subtitle: str
    rows: list[Sequence[str | tuple[str, str]]]


def told(ledger: Ledger) -> Told:
    """Tell of the newest fetch of each file or endpoint; of an edition that asked no live source, that it did not."""
    frame = ledger.frame("raw.fetches")
    live = frame.filter(pl.col("source") != BUNDLE).sort("started_at")
    if live.is_empty():
        return Told(
            "No live source was asked for this edition",
            f"It was made offline from the history that ships with the project, {frame.height} files. A refresh with a "
            "network asks the sources, and this card then says who failed, why, since when and when the next try is.",
            [],
        )
    by_subject: dict[tuple[str, str | None, str], list[dict[str, Any]]] = {}
    for row in live.iter_rows(named=True):
        by_subject.setdefault((row["source"], row["company_id"], row["subject"]), []).append(row)
    failing: dict[tuple[str, str], list[list[dict[str, Any]]]] = {}
    for rows in by_subject.values():
        if rows[-1]["outcome"] not in GOOD:
            failing.setdefault((rows[-1]["source"], rows[-1]["outcome"]), []).append(rows)
    n_failing = sum(len(group) for group in failing.values())
    title = f"{n_failing} of {len(by_subject)} fetches failed" if n_failing else _all_well(len(by_subject))
    newest: datetime = live["started_at"].max()  # type: ignore[assignment]
    run = [rows[-1] for rows in by_subject.values() if newest - rows[-1]["started_at"] <= RUN]
    return Told(
        title,
        f"The last run that asked live sources, {moment(min(row['started_at'] for row in run))}: {_outcomes(run)}. "
        "Below: the newest fetch of each file or endpoint that failed. A failed one never replaces good data.",
        [_row(ledger, *key, group) for key, group in sorted(failing.items())],
    )


def moment(at: datetime | None) -> str:
    """Write a time of day with its date: '30 Sep 2026, 06:31 UTC'."""
    return "" if at is None else f"{formats.day(at.date())}, {at:%H:%M}{formats.SPACE}UTC"


def _all_well(count: int) -> str:
    return "The one fetch came through" if count == 1 else f"All {count} fetches came through"


def _outcomes(run: Iterable[dict[str, Any]]) -> str:
    by_source: dict[str, Counter[str]] = {}
    for row in run:
        by_source.setdefault(row["source"], Counter())[row["outcome"]] += 1
    return "; ".join(
        f"{_source(source)}: " + ", ".join(f"{n} {outcome.replace('_', ' ')}" for outcome, n in counts.most_common())
        for source, counts in by_source.items()
    )


def _row(
    ledger: Ledger, source: str, outcome: str, group: Sequence[Sequence[dict[str, Any]]]
) -> Sequence[str | tuple[str, str]]:
    lasts = [rows[-1] for rows in group]
    who = sorted({_whom(ledger, row) for row in lasts})
    more = f" and {len(who) - NAMED} more" if len(who) > NAMED else ""
    why = list(dict.fromkeys(row["message"].removeprefix("not asked: ") for row in lasts if row["message"]))
    goods = [max((r["started_at"] for r in rows if r["outcome"] in GOOD), default=None) for rows in group]
    tries = [row["next_try_at"] for row in lasts if row["next_try_at"]]
    return [
        _source(source),
        outcome.replace("_", " "),
        (", ".join(who[:NAMED]) + more, "wide-text"),
        ("; ".join(why[:REASONS]) + ("; …" if len(why) > REASONS else ""), "wide-text"),
        (moment(min(_began(rows) for rows in group)), "wrap"),
        ("never" if None in goods else moment(min(at for at in goods if at)), "wrap"),
        (moment(min(tries)) if tries else "when mended", "wrap"),
    ]


def _whom(ledger: Ledger, row: Mapping[str, Any]) -> str:
    """Name whom a question was about: a company, else what an endpoint was asked for ('quotes', 'EUR', a host)."""
    if company := row["company_id"]:
        return ledger.names.get(company, str(company))
    kind, _, symbols = str(row["subject"]).partition("/")
    return kind if "," in symbols else symbols.removesuffix("=X") or kind


def _began(rows: Sequence[dict[str, Any]]) -> datetime:
    """Beginning of the failures that last until now."""
    began: datetime = rows[-1]["started_at"]
    for row in reversed(rows):
        if row["outcome"] in GOOD:
            break
        began = row["started_at"]
    return began


def _source(source: str) -> str:
    return SOURCE_NAMES.get(source, source)
