"""The sensor that looks every few minutes, and the look itself.

Belongs here: when it is looked, and keeping what was told. Does not belong here: what is wrong, how that is worded or
sent.
"""

from datetime import UTC, datetime

import dagster as dg

from analytics import stacks
from pipelines.alerts.conditions import conditions, verdicts
from pipelines.alerts.messages import State, note, told
from pipelines.alerts.send import SendError, receivers, send
from pipelines.home import Home
from pipelines.settings import Settings

EVERY_SECONDS = 300


def look(settings: Settings, instance: dg.DagsterInstance, now: datetime | None = None) -> str:
    """See what is wrong with the home, send what has not been told, and say in a line what there is."""
    home, now = Home.at(settings.home), now or datetime.now(UTC)
    file = home.root / "alerts.json"
    if not home.root.exists():
        return "This home is not there yet."
    state, seen = State.read(file), verdicts(home)
    here = conditions(home, instance, stacks.load(settings.stacks), now)
    to = receivers(settings)
    said, failed = 0, ""
    for message in told(state, here, seen, now, settings.secrets):
        if to:
            try:
                send(message, settings)
            except SendError as error:
                failed = f" Not sent: {error}."
                continue
            said += 1
        note(state, message, seen)
    state.verdicts = {claim: state.verdicts.get(claim, verdict) for claim, verdict in seen.items()}
    state.write(file)
    where = " and ".join(to) if to else "nobody: set LAYERLEDGER_WEBHOOK or LAYERLEDGER_MAIL_TO"
    wrong = ", ".join(sorted(c.key for c in here)) or "nothing"
    return f"Wrong now: {wrong}. Messages sent: {said}, to {where}.{failed}"


def alerts_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor on the home that the settings name."""

    @dg.sensor(
        name="alerts",
        minimum_interval_seconds=EVERY_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description=(
            "Every five minutes: a run that failed, a check that holds publication back, a source that does not "
            "answer, no refresh when one was due, a claim whose verdict flipped. Each is told once to the webhook or "
            "mail address of the settings, and once when it clears."
        ),
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        return dg.SkipReason(look(settings, context.instance))

    return alerts
