"""Alerts: once when a condition opens, once when it clears, again until they arrive, and nothing secret."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_string
from email.policy import default

import pytest
from pydantic import SecretStr

from analytics.stacks import load
from assets.publish import PublishedFolder
from pipelines.alerts import Condition, conditions, look, told
from pipelines.alerts.messages import State, note
from pipelines.alerts.send import SendError, send
from pipelines.home import Home
from pipelines.refresh import instance_of
from pipelines.settings import Settings
from tests.live.homes import Place
from tests.pipelines.days import FIRST, Webhook, webhook

AT = datetime(2026, 11, 9, 23, 31, tzinfo=UTC)
BROKEN = Condition("run/refresh", "The job refresh failed", AT, "Look at the run.")


@pytest.fixture
def receiver() -> Iterator[Webhook]:
    with webhook() as listening:
        yield listening


def test_a_condition_is_told_once_and_once_when_it_clears():
    state = State()
    (opened,) = told(state, [BROKEN], {}, AT)
    assert opened.text == "Layer Ledger, opened: The job refresh failed. Since 2026-11-09 23:31 UTC. Look at the run."
    assert told(state, [BROKEN], {}, AT) == [opened], "until it has arrived"
    note(state, opened, {})
    assert told(state, [BROKEN], {}, AT + timedelta(hours=1)) == []
    (cleared,) = told(state, [], {}, AT + timedelta(days=1))
    assert (cleared.key, cleared.state, cleared.since) == ("run/refresh", "cleared", "2026-11-10 23:31 UTC")
    note(state, cleared, {})
    assert told(state, [], {}, AT) == []
    assert [m.state for m in told(state, [BROKEN], {}, AT)] == ["opened"], "what comes again is told again"


def test_a_claim_that_flips_is_told_once_and_one_seen_for_the_first_time_is_not():
    state = State(verdicts={"ecosystem/neoclouds-burn-cash": "supported"})
    now = {"ecosystem/neoclouds-burn-cash": "mixed", "ecosystem/new": "supported"}
    (flipped,) = told(state, [], now, AT)
    assert flipped.what == "The claim ecosystem/neoclouds-burn-cash was supported and is mixed"
    note(state, flipped, now)
    assert told(state, [], now, AT) == []


def test_a_message_holds_no_secret_no_credentials_and_no_address_of_a_person():
    what = "GET https://me:pass@mirror.example/x?token=hush failed for Jane <jane@example.com>"
    (message,) = told(State(), [Condition("a", what, AT, "Mend it.")], {}, AT, ["hush"])
    for secret in ("me:pass", "hush", "jane@example.com"):
        assert secret not in message.text
    assert "mirror.example" in message.what


def test_a_webhook_that_does_not_answer_is_told_again_later_and_never_named(receiver, monkeypatch, place: Place):
    monkeypatch.setenv("LAYERLEDGER_HOME", str(place.home))
    home = Home.at(place.home)
    PublishedFolder(root=str(home.published), cache=str(home.cache)).hold("core.prices", "core.prices, scale: nvidia")
    wrong = Settings(webhook=SecretStr("http://127.0.0.1:9/secret-token"), stacks=place.stacks)
    right = wrong.model_copy(update={"webhook": SecretStr(receiver.url)})
    with instance_of(home) as instance:
        now = datetime.combine(FIRST, AT.time(), UTC)
        said = look(wrong, instance, now)
        assert "Not sent: the webhook did not take it" in said and "secret-token" not in said
        assert look(right, instance, now).startswith("Wrong now: held/core.prices. Messages sent: 1, to webhook")
        assert "Messages sent: 0" in look(right, instance, now + timedelta(minutes=5))
        PublishedFolder(root=str(home.published), cache=str(home.cache)).release("core.prices")
        assert "Wrong now: nothing. Messages sent: 1" in look(right, instance, now + timedelta(minutes=10))
    assert [(m["key"], m["state"]) for m in receiver.messages] == [
        ("held/core.prices", "opened"), ("held/core.prices", "cleared"),
    ]  # fmt: skip
    assert "secret-token" not in json.dumps(receiver.messages)
    assert "secret-token" not in (home.root / "alerts.json").read_text()


def test_without_a_refresh_when_one_was_due_the_home_is_stale(place: Place):
    home, stacks = Home.at(place.home), Settings(stacks=place.stacks).stacks

    def keys(now: datetime) -> list[str]:
        with instance_of(home) as instance:
            return [c.key for c in conditions(home, instance, load(stacks), now)]

    # Refreshed on Wednesday 2026-10-28, 22:31 UTC; the next was due on Thursday at 22:30, with twelve hours of grace.
    assert keys(datetime(2026, 10, 30, 10, 29, tzinfo=UTC)) == []
    assert keys(datetime(2026, 10, 30, 10, 31, tzinfo=UTC)) == ["stale"]


@contextmanager
def mail_server() -> Iterator[tuple[int, list[str]]]:
    """Just enough of SMTP on loopback: its port, and the lines that it was told."""
    lines: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection, connection.makefile("rwb", buffering=0) as stream:
                stream.write(b"220 here\r\n")
                body = False
                while raw := stream.readline():
                    lines.append(line := raw.decode().strip("\r\n"))
                    if line.upper() == "QUIT":
                        stream.write(b"221 bye\r\n")
                        return
                    if body and line != ".":
                        continue
                    body = line.upper() == "DATA"
                    stream.write(b"354 go on\r\n" if body else b"250 fine\r\n")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], lines
        thread.join(5)


def test_a_mail_says_what_since_when_and_what_to_do():
    (message,) = told(State(), [BROKEN], {}, AT)
    with mail_server() as (port, lines):
        send(message, Settings(mail_to="operator@example.com", smtp=SecretStr(f"smtp://127.0.0.1:{port}")))
    assert "rcpt to:<operator@example.com>" in [line.lower() for line in lines]
    text = "\n".join(lines[[line.lower() for line in lines].index("data") + 1 : lines.index(".")])
    mail = message_from_string(text, policy=default)
    assert mail["Subject"] == "Layer Ledger: run/refresh opened"
    assert mail.get_content().strip() == message.text  # type: ignore[attr-defined]


def test_a_mail_server_that_does_not_answer_is_told_without_its_password():
    (message,) = told(State(), [BROKEN], {}, AT)
    nobody = Settings(mail_to="operator@example.com", smtp=SecretStr("smtp://user:hush@127.0.0.1:9"))
    with pytest.raises(SendError, match="the mail server did not take it") as error:
        send(message, nobody)
    assert "hush" not in str(error.value)
    assert "hush" not in repr(nobody) and nobody.secrets == ("hush",)
