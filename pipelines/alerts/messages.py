"""What is told: a condition once when it opens and once when it clears, a claim once when its verdict flips.

Belongs here: comparing what holds now with what was told, and wording. Does not belong here: sending (send.py).
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from pipelines.alerts.conditions import Condition

# user:password@ in an address.
CREDENTIALS = re.compile(r"(?<=://)[^/@\s]+@")
MAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
LONGEST = 600


@dataclass(frozen=True)
class Message:
    """One message: `state` is opened, cleared or flipped."""

    key: str
    state: str
    what: str
    since: str
    do: str

    @property
    def text(self) -> str:
        """The message as a person reads it."""
        return f"Layer Ledger, {self.state}: {self.what.rstrip('.')}. Since {self.since}. {self.do}"


@dataclass
class State:
    """What was told and has not cleared, by key, and the verdicts last seen."""

    open: dict[str, dict[str, str]] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, file: Path) -> "State":
        """The state that a home keeps; an empty one where it keeps none."""
        try:
            return cls(**json.loads(file.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return cls()

    def write(self, file: Path) -> None:
        """Keep it, whole or not at all."""
        aside = file.with_suffix(".part")
        aside.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")
        aside.replace(file)


def told(
    state: State, now: Iterable[Condition], verdicts: Mapping[str, str], at: datetime, secrets: Iterable[str] = ()
) -> list[Message]:
    """The messages that are due, in order: what cleared, what opened, which claims flipped.

    Args:
        state: what was told before. now: what is wrong. verdicts: those of the published claims. at: the time.
        secrets: what no message may hold.
    """
    here = {condition.key: condition for condition in now}
    messages = []
    for key, before in state.open.items():
        if key not in here:
            ended = f"{before['what']} (this has ended)"
            messages.append(Message(key, "cleared", ended, _written(at), "Nothing is to be done."))
    for key, condition in here.items():
        if key not in state.open:
            what = _without(condition.what, secrets)
            messages.append(Message(key, "opened", what, _written(condition.since), condition.do))
    for claim, verdict in verdicts.items():
        if claim in state.verdicts and state.verdicts[claim] != verdict:
            what = f"The claim {claim} was {state.verdicts[claim]} and is {verdict}"
            do = "Read the claim's page: which quarter and which companies turned it."
            messages.append(Message(f"claim/{claim}", "flipped", what, _written(at), do))
    return messages


def note(state: State, message: Message, verdicts: Mapping[str, str]) -> None:
    """Note that a message has reached its receiver."""
    if message.state == "opened":
        state.open[message.key] = {"what": message.what, "since": message.since}
    elif message.state == "cleared":
        state.open.pop(message.key)
    else:
        claim = message.key.removeprefix("claim/")
        state.verdicts[claim] = verdicts[claim]


def _written(time: datetime) -> str:
    return f"{time:%Y-%m-%d %H:%M} UTC"


def _without(text: str, secrets: Iterable[str]) -> str:
    """The text without secrets, credentials of addresses and mail addresses, and not longer than people read."""
    for secret in secrets:
        text = text.replace(secret, "…")
    text = MAIL.sub("…", CREDENTIALS.sub("…@", text))
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
