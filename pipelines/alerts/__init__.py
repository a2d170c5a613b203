"""Telling the operator: once when something is wrong, once when it is well again.

Belongs here: which conditions there are, what is told of them, to whom it is sent. Does not belong here: checks of
tables (assets/checks), or what the command prints (pipelines/report.py).
"""

from pipelines.alerts.conditions import Condition, conditions, verdicts
from pipelines.alerts.messages import Message, told
from pipelines.alerts.sensor import alerts_sensor, look

__all__ = ["Condition", "Message", "alerts_sensor", "conditions", "look", "told", "verdicts"]
