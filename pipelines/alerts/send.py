"""Sending a message: to a webhook, by mail.

Belongs here: the two ways. Does not belong here: what is sent.
"""

import json
import smtplib
import urllib.request
from dataclasses import asdict
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from pipelines.alerts.messages import Message
from pipelines.settings import Settings

SECONDS = 20


class SendError(OSError):
    """A message did not reach its receiver; it is sent again with the next look."""


def receivers(settings: Settings) -> list[str]:
    """The kinds of receivers that are set."""
    return [kind for kind, there in (("webhook", settings.webhook), ("mail", settings.mail_to)) if there]


def send(message: Message, settings: Settings) -> None:
    """Send to every receiver that is set.

    The webhook gets JSON with `text` (which chat services show) beside key, state, what, since and do.

    Raises:
        SendError: one could not be reached; the message names the kind, never its address.
    """
    if settings.webhook:
        body = json.dumps({"text": message.text, **asdict(message)}).encode()
        address = settings.webhook.get_secret_value()
        asked = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(asked, timeout=SECONDS):
                pass
        except (OSError, ValueError) as error:
            raise SendError(f"the webhook did not take it: {type(error).__name__}") from None
    if settings.mail_to:
        try:
            _mail(message, settings)
        except (OSError, ValueError, smtplib.SMTPException) as error:
            raise SendError(f"the mail server did not take it: {type(error).__name__}") from None


def _mail(message: Message, settings: Settings) -> None:
    address = urlsplit(settings.smtp.get_secret_value())
    mail = EmailMessage()
    mail["Subject"] = f"Layer Ledger: {message.key} {message.state}"
    mail["From"] = settings.mail_from or settings.mail_to
    mail["To"] = settings.mail_to
    mail.set_content(message.text)
    tls = address.scheme == "smtps"
    kind = smtplib.SMTP_SSL if tls else smtplib.SMTP
    with kind(address.hostname or "localhost", address.port or (465 if tls else 25), timeout=SECONDS) as server:
        if address.username:
            if not tls:
                server.starttls()
            server.login(unquote(address.username), unquote(address.password or ""))
        server.send_message(mail)
