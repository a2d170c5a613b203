"""The environment: the only module that reads it.

Belongs here: every LAYERLEDGER_* variable, with its default. Does not belong here: options of a single command.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from assets.policies import PAGES_URL

# SEC's own limit.
MOST_PER_SECOND = 10.0


class Settings(BaseSettings):
    """What can be set from outside; each field is the variable LAYERLEDGER_<FIELD>."""

    model_config = SettingsConfigDict(env_prefix="LAYERLEDGER_", env_ignore_empty=True, frozen=True)

    home: Path = Field(
        default=Path(".layerledger"), description="Where everything is kept; relative to the working directory."
    )
    stacks: Path | None = Field(
        default=None, description="Folder with companies.toml and lenses/, in place of the registry shipped with us."
    )
    bundle: Path | None = Field(
        default=None, description="Folder of the bundle's Parquet files, in place of the one shipped with us."
    )
    offline: bool = Field(default=False, description="Ask no live source, whoever starts a refresh.")
    contact: str | None = Field(
        default=None, description="Your name and e-mail address: SEC answers only those who say who they are."
    )
    mirror: str | None = Field(
        default=None,
        pattern=r"^https?://\S+$",
        description="URL at which https://host/path is asked as <URL>/host/path: a mirror, or the tests' stand-ins.",
    )
    sec_bulk: bool = Field(
        default=False,
        description="Take facts out of SEC's bulk file of all filers (over a gigabyte, one download a day) instead of "
        "asking filer by filer; for registries of thousands.",
    )
    sec_per_second: float = Field(default=8.0, gt=0, le=MOST_PER_SECOND, description="Requests a second to SEC.")
    yahoo_per_second: float = Field(default=2.0, gt=0, description="Requests a second to Yahoo.")
    yahoo_budget: int = Field(default=300, ge=0, description="Requests a run to Yahoo; 0 asks it nothing.")

    webhook: SecretStr | None = Field(
        default=None, description="Address to which alerts are posted as JSON with `text`, as chat services take them."
    )
    mail_to: str | None = Field(default=None, description="Mail address to which alerts are sent.")
    mail_from: str | None = Field(default=None, description="Sender of alerts; by default their receiver.")
    smtp: SecretStr = Field(
        default=SecretStr("smtp://localhost:25"),
        description="Mail server: smtp://user:password@host:587 (with STARTTLS where there is a user), or smtps://.",
    )
    pages_url: str = Field(
        default=PAGES_URL, description="Where the published pages are served; the Dagster UI links to them."
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """What no message, log or page may hold."""
        known = (self.webhook and self.webhook.get_secret_value(), urlsplit(self.smtp.get_secret_value()).password)
        return tuple(secret for secret in known if secret)

    @property
    def asking(self) -> dict[str, Any]:
        """How live sources are asked."""
        return self.model_dump(
            include={"contact", "mirror", "sec_bulk", "sec_per_second", "yahoo_per_second", "yahoo_budget"}
        )


def environment_with(**variables: str) -> dict[str, str]:
    """Return this process's environment with some variables set, for a process it starts."""
    return os.environ | variables
