"""What the assets of one run share: the registry, the bundle, the answers, the day of knowledge.

Belongs here: the settings of a run that the launchpad and the command share, and what is read once for several assets.
Does not belong here: what is derived (statements.py), where results go.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
import polars as pl
from pydantic import Field, PrivateAttr

from analytics import stacks
from assets import fingerprint, logs, report
from assets.ledger import Ledger, reading
from assets.live.desk import Desk, Progress
from assets.live.terms import Terms
from assets.request import Request
from assets.sources import bundle
from assets.sources.payload import Fetch


class Inputs(dg.ConfigurableResource["Inputs"]):
    """The registry, the bundle, the answers and the terms on which sources are asked."""

    stacks_folder: str | None = Field(
        default=None, description="Folder with companies.toml and lenses/; empty for the registry shipped with us."
    )
    bundle_folder: str | None = Field(
        default=None, description="Folder of the bundle's Parquet files; empty for the bundle shipped with us."
    )
    home: str | None = Field(default=None, description="The home, with the archive of answers; empty: none are kept.")
    asks: bool = Field(default=True, description="False: no live source is asked, whatever a run is asked to do.")
    contact: str | None = Field(default=None, description="Name and e-mail address, which SEC wants to be told.")
    mirror: str | None = Field(
        default=None, description="URL at which https://host/path is asked as <URL>/host/path; empty: at the source."
    )
    sec_bulk: bool = Field(
        default=False, description="Facts come out of SEC's bulk file, one download a day, not filer by filer."
    )
    sec_per_second: float = Field(default=8.0, description="Requests a second to SEC; it allows ten.")
    yahoo_per_second: float = Field(default=2.0, description="Requests a second to Yahoo.")
    yahoo_budget: int = Field(default=300, description="Requests a run to Yahoo.")
    request: dg.ResourceDependency[Request]

    _fetches: tuple[Fetch, ...] | None = PrivateAttr(default=None)
    _ended: tuple[Fetch, ...] = PrivateAttr(default=())

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

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Inputs"]:
        """Log the run into the home, and leave a report of it, however it ends."""
        if not (self.home and context.instance and context.run):
            yield self
            return
        home = Path(self.home)
        with logs.kept(home, context.run.run_id):
            try:
                yield self
            finally:
                report.write(context.instance, context.run, self._ended, home / "reports")

    def ask(self, progress: Progress = lambda _: None) -> tuple[Fetch, ...]:
        """Note which bundle is used; ask the sources what is due, if this run asks; return how that ended.

        Raises:
            UnknownNameError: the run is to ask about a company or layer that is not registered.
        """
        self.ledger.note_bundle(self.bundle_hashes)
        ended: tuple[Fetch, ...] = ()
        if self.asks and self.request.ask:
            desk = Desk(self.ledger, self._terms, Path(self.home or "") / "cache")
            sources = [source.value for source in self.request.sources]
            ended = desk.ask(self.request.chosen(self.stacks), progress, sources)
        self._fetches, self._ended = None, ended
        return ended

    @property
    def _terms(self) -> Terms:
        usual = Terms()
        return Terms(
            self.contact,
            self.mirror,
            self.sec_bulk,
            sec=replace(usual.sec, per_second=self.sec_per_second),
            yahoo=replace(usual.yahoo, per_second=self.yahoo_per_second, budget=self.yahoo_budget),
        )

    @cached_property
    def bundle_hashes(self) -> dict[str, str]:
        """SHA-256 of each file of the bundle."""
        return bundle.hashes(Path(self.bundle_folder) if self.bundle_folder else None)

    @cached_property
    def basis(self) -> str:
        """What raw rows are made from beside the answers; where it changes they are made anew from all answers."""
        return fingerprint.digest(reading(self.stacks), self.bundle_hashes)

    @cached_property
    def given(self) -> str:
        """What a table may take of these inputs but the answers: registry, bundle, day of knowledge."""
        return fingerprint.digest(fingerprint.registry(self.stacks), self.bundle_hashes, self.knowledge_day)

    @property
    def fingerprint(self) -> str:
        """What everything published is made from; where it is the same, the same would be published again."""
        return fingerprint.digest(
            fingerprint.code("analytics", "assets", "dashboard"),
            fingerprint.registry(self.stacks),
            self.bundle_hashes,
            fingerprint.answers(self.fetches),
            self.request.as_known_on,
        )

    @property
    def accept(self) -> list[str]:
        """Subjects whose failing checks an operator has looked at."""
        return list(self.request.accept)

    @property
    def knowledge_day(self) -> date | None:
        """Only what was known on that day is used; None: everything known. Raises ValueError if it is no ISO date."""
        return self.request.knowledge_day

    def known(self, frame: pl.DataFrame, day_column: str) -> pl.DataFrame:
        """Return the rows known on the day of knowledge, for quotations, which are known on the day they are made."""
        day = self.knowledge_day
        return frame if day is None else frame.filter(pl.col(day_column) <= day)

    @classmethod
    def of(
        cls,
        stacks: Path | None,
        bundle: Path | None,
        home: Path | None = None,
        request: Any = None,
        **asking: Any,
    ) -> "Inputs":
        """Return the inputs with paths as plain text, as Dagster's configuration wants them.

        request: what the run is asked to do, or the resource that says so at launch; by default all that is due.
        asking: what else is set of how sources are asked, by the names of the fields.
        """
        return cls(
            request=request or Request(),
            home=str(home.absolute()) if home else None,
            **asking,
            stacks_folder=str(stacks.absolute()) if stacks else None,
            bundle_folder=str(bundle.absolute()) if bundle else None,
        )
