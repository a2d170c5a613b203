"""What a run reads from outside the warehouse, and the day whose knowledge it looks from.

Belongs here: the settings of a run that the launchpad and the command share. Does not belong here: where results go.
"""

from datetime import date
from functools import cached_property
from pathlib import Path

import dagster as dg
from pydantic import Field

from analytics.stacks import registry


class Inputs(dg.ConfigurableResource):
    """The registry, the bundle and the day of knowledge of one run."""

    stacks_folder: str | None = Field(
        default=None, description="Folder with companies.toml and lenses/; empty for the registry shipped with us."
    )
    bundle_folder: str | None = Field(
        default=None, description="Folder of the bundle's Parquet files; empty for the bundle shipped with us."
    )
    as_known_on: str | None = Field(
        default=None,
        description="ISO date: only figures known on that day are used. Empty for everything known.",
    )

    @cached_property
    def stacks(self) -> registry.Stacks:
        """The registry of companies and lenses, read once a run."""
        return registry.load(Path(self.stacks_folder) if self.stacks_folder else None)

    @property
    def knowledge_day(self) -> date | None:
        """`as_known_on` as a date; raises ValueError if it is not an ISO date."""
        return date.fromisoformat(self.as_known_on) if self.as_known_on else None

    @classmethod
    def of(cls, stacks: Path | None, bundle: Path | None, as_known_on: date | None = None) -> "Inputs":
        """Return the inputs with paths and dates as plain text, as Dagster's configuration wants them."""
        return cls(
            stacks_folder=str(stacks.absolute()) if stacks else None,
            bundle_folder=str(bundle.absolute()) if bundle else None,
            as_known_on=as_known_on.isoformat() if as_known_on else None,
        )
