"""As known on: the days whose knowledge a chart can show, and what has been told otherwise since.

Belongs here: what the cards with that control share. Does not belong here: any particular chart; which days there are,
and of which metrics (analytics.hindsight).
"""

from collections.abc import Sequence
from datetime import date

from analytics.hindsight import BASIS, WINDOW
from dashboard import findings, formats
from dashboard.cards.card import Control, View, control
from dashboard.cards.covered import covered
from dashboard.ledger import Ledger

NOW = "now"


def day_of(setting: str) -> date | None:
    """Return the day that a setting of the control names; None for what is known now."""
    return None if setting == NOW else date.fromisoformat(setting)


def settings(ledger: Ledger, lens: str, metric: str, basis: str, window: str, statistic: str) -> list[str]:
    """Return the settings that the control has for a metric: now, and each past day that it is known on."""
    if (basis, window, statistic) != (BASIS, WINDOW, "aggregate"):
        return [NOW]
    return [NOW, *(day.isoformat() for day in ledger.past_days(lens, metric))]


def chooser(ledger: Ledger, views: Sequence[View]) -> Control:
    """Return the control: the day of the newest figures, then the past days, newest first."""
    days = sorted({part for view in views for part in view.key.split(".") if part[:1].isdigit()}, reverse=True)
    texts = {NOW: f"{formats.day(ledger.as_of)} (now)"} | {day: formats.day(date.fromisoformat(day)) for day in days}
    return control("known", "As known on", texts, views, menu=True)


def since(ledger: Ledger, lens: str, metric: str, measure: str, day: date, *, newest: bool = False) -> str:
    """Say which layer's final figure of a past day has been told otherwise since; '' where nothing can be said.

    Now and then are compared for one and the same quarter; `newest`: only the newest that each layer had.
    """
    moves = []
    for layer in ledger.layers(lens):
        now = {r.quarter: r.value for r in ledger.readings(lens, layer.layer, BASIS, metric, WINDOW)}
        then = [
            (layer.name, r.quarter, r.value, now.get(r.quarter))
            for r in covered(ledger.readings(lens, layer.layer, BASIS, metric, WINDOW, day))
            if r.final and r.value is not None
        ]
        moves += then[-1:] if newest else then
    return findings.largest_revision(moves, measure, formats.day(day)) or ""
