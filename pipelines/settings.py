"""The environment: the only module that reads it.

Belongs here: every LAYERLEDGER_* variable, with its default. Does not belong here: options of a single command.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


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


def environment_with(**variables: str) -> dict[str, str]:
    """Return this process's environment with some variables set, for a process it starts."""
    return os.environ | variables
