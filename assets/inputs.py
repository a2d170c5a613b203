"""What a run reads from outside the warehouse, and the day whose knowledge it looks from.

Belongs here: the settings of a run that the launchpad and the command share. Does not belong here: where results go.
"""

from datetime import date
from functools import cached_property
from pathlib import Path

import dagster as dg
import polars as pl
from pydantic import Field

from analytics import stacks
from assets.sources import bundle


class Inputs(dg.ConfigurableResource["Inputs"]):
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
    def stacks(self) -> stacks.Stacks:
        """The registry of companies and lenses, read once a run."""
        return stacks.load(Path(self.stacks_folder) if self.stacks_folder else None)

    @cached_property
    def bundle(self) -> bundle.Bundle:
        """The figures shipped with the project, read once a run."""
        return bundle.read(Path(self.bundle_folder) if self.bundle_folder else None)

    @property
    def knowledge_day(self) -> date | None:
        """`as_known_on` as a date; raises ValueError if it is not an ISO date."""
        return date.fromisoformat(self.as_known_on) if self.as_known_on else None

    def known(self, frame: pl.DataFrame, day_column: str) -> pl.DataFrame:
        """Return the rows known on the day of knowledge, for quotations, which are known on the day they are made."""
        day = self.knowledge_day
        return frame if day is None else frame.filter(pl.col(day_column) <= day)

    @classmethod
    def of(cls, stacks: Path | None, bundle: Path | None, as_known_on: date | None = None) -> "Inputs":
        """Return the inputs with paths and dates as plain text, as Dagster's configuration wants them."""
        return cls(
            stacks_folder=str(stacks.absolute()) if stacks else None,
            bundle_folder=str(bundle.absolute()) if bundle else None,
            as_known_on=as_known_on.isoformat() if as_known_on else None,
        )
