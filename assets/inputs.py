"""What the assets of one run share: the registry, the bundle, the statements, the day whose knowledge they look from.

Belongs here: the settings of a run that the launchpad and the command share, and what is read or derived once for
several assets. Does not belong here: where results go.
"""

from datetime import date
from functools import cached_property
from pathlib import Path

import dagster as dg
import polars as pl
from pydantic import Field, PrivateAttr

from analytics import stacks, statements
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

    _derived: tuple[tuple[pl.DataFrame, ...], statements.Statements] | None = PrivateAttr(default=None)

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

    def statements(
        self, observations: pl.DataFrame, companies: pl.DataFrame, fx_rates: pl.DataFrame
    ) -> statements.Statements:
        """Return the statements as known on the day, derived once for the tables that each hold a part of them.

        The warehouse gives the same frame for the same table until it is replaced, so frames are told by identity.
        """
        given = (observations, companies, fx_rates)
        if self._derived is None or any(a is not b for a, b in zip(self._derived[0], given, strict=True)):
            self._derived = (given, statements.derive(*given, self.knowledge_day))
        return self._derived[1]

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
