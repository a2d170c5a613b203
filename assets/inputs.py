"""What the assets of one run share: the registry, the bundle, the answers, the statements, the day of knowledge.

Belongs here: the settings of a run that the launchpad and the command share, and what is read or derived once for
several assets. Does not belong here: where results go.
"""

from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from pydantic import Field, PrivateAttr

from analytics import stacks, statements
from assets import fingerprint
from assets.ledger import Ledger, reading
from assets.live.desk import Desk, Progress
from assets.live.terms import Terms
from assets.sources import bundle
from assets.sources.payload import Fetch


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

    accept: list[str] = Field(
        default_factory=list,
        description="Companies, layers, lenses or currencies whose failing checks an operator has looked at: they are "
        "told and stop nothing in this run.",
    )
    home: str | None = Field(default=None, description="The home, with the archive of answers; empty: none are kept.")
    asks: bool = Field(default=False, description="Whether live sources are asked for what is due.")
    companies: list[str] = Field(
        default_factory=list, description="Ask about these companies alone, whatever they are due for; empty: all."
    )
    contact: str | None = Field(default=None, description="Name and e-mail address, which SEC wants to be told.")
    mirror: str | None = Field(
        default=None, description="URL at which https://host/path is asked as <URL>/host/path; empty: at the source."
    )
    sec_per_second: float = Field(default=8.0, description="Requests a second to SEC; it allows ten.")
    yahoo_per_second: float = Field(default=2.0, description="Requests a second to Yahoo.")
    yahoo_budget: int = Field(default=300, description="Requests a run to Yahoo.")

    _fetches: tuple[Fetch, ...] | None = PrivateAttr(default=None)
    _derived: tuple[tuple[pl.DataFrame, ...], statements.Statements] | None = PrivateAttr(default=None)

    @cached_property
    def stacks(self) -> stacks.Stacks:
        """The registry of companies and lenses, read once a run."""
        return stacks.load(Path(self.stacks_folder) if self.stacks_folder else None)

    @cached_property
    def bundle(self) -> bundle.Bundle:
        """The figures shipped with the project, read once a run."""
        return bundle.read(Path(self.bundle_folder) if self.bundle_folder else None)

    @cached_property
    def ledger(self) -> Ledger:
        """The answers of sources that the home keeps."""
        if self.home is None:
            raise ValueError("the inputs name no home, so there is no archive; set `home`")
        return Ledger(Path(self.home), self.stacks)

    @property
    def fetches(self) -> tuple[Fetch, ...]:
        """Every fetch of the home, in order; read once a run, and again after asking."""
        if self._fetches is None:
            self._fetches = self.ledger.journal.read()
        return self._fetches

    def ask(self, progress: Progress = lambda _: None) -> tuple[Fetch, ...]:
        """Note which bundle is used; ask the sources what is due, if this run asks; return how that ended."""
        self.ledger.note_bundle(self.bundle_hashes)
        ended: tuple[Fetch, ...] = ()
        if self.asks:
            desk = Desk(self.ledger, self._terms, Path(self.home or "") / "cache")
            ended = desk.ask(self.companies, progress)
        self._fetches = None
        return ended

    @property
    def _terms(self) -> Terms:
        usual = Terms()
        return Terms(
            self.contact,
            self.mirror,
            replace(usual.sec, per_second=self.sec_per_second),
            replace(usual.yahoo, per_second=self.yahoo_per_second, budget=self.yahoo_budget),
        )

    @cached_property
    def bundle_hashes(self) -> dict[str, str]:
        """SHA-256 of each file of the bundle."""
        return bundle.hashes(Path(self.bundle_folder) if self.bundle_folder else None)

    @cached_property
    def basis(self) -> str:
        """What raw rows are made from beside the answers; where it changes they are made anew from all answers."""
        return fingerprint.digest(reading(self.stacks), self.bundle_hashes)

    @property
    def fingerprint(self) -> str:
        """What everything published is made from; where it is the same, the same would be published again."""
        return fingerprint.digest(
            fingerprint.code("analytics", "assets", "dashboard"),
            fingerprint.registry(self.stacks),
            self.bundle_hashes,
            fingerprint.answers(self.fetches),
            self.as_known_on,
        )

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
    def of(
        cls,
        stacks: Path | None,
        bundle: Path | None,
        as_known_on: date | None = None,
        home: Path | None = None,
        **asking: Any,
    ) -> "Inputs":
        """Return the inputs with paths and dates as plain text, as Dagster's configuration wants them.

        asking: what else is set of how sources are asked, by the names of the fields.
        """
        return cls(
            home=str(home.absolute()) if home else None,
            **asking,
            stacks_folder=str(stacks.absolute()) if stacks else None,
            bundle_folder=str(bundle.absolute()) if bundle else None,
            as_known_on=as_known_on.isoformat() if as_known_on else None,
        )
