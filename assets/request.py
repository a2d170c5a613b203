"""What one run is asked to do, as the launchpad documents it and the command sets it.

Belongs here: the choices of a single run. Does not belong here: what holds for every run of a home (assets/inputs.py,
pipelines/settings.py).
"""

import difflib
from collections.abc import Iterable
from datetime import date
from enum import Enum

import dagster as dg
import polars as pl
from pydantic import Field

from analytics.stacks import Stacks


class UnknownNameError(ValueError):
    """The registry knows no company or layer of that name; the message names near ones."""


class Source(Enum):
    """A live source."""

    sec = "sec"
    yahoo = "yahoo"


class Request(dg.ConfigurableResource["Request"]):
    """Whom this run asks, and what it makes of the answers. Empty lists mean all."""

    ask: bool = Field(
        default=True,
        description="Ask live sources before anything is derived. False: use what the archive and the bundle hold.",
    )
    companies: list[str] = Field(
        default_factory=list,
        description="Ask about these companies alone, whatever they are due for: ids such as nvidia "
        "(`layerledger companies`).",
    )
    layers: list[str] = Field(
        default_factory=list,
        description="Ask about the members of these layers alone, whatever they are due for: neoclouds, or "
        "ecosystem/neoclouds where lenses share the name (`layerledger lenses`).",
    )
    sources: list[Source] = Field(default_factory=list, description="Ask these sources alone: sec, yahoo.")
    everything: bool = Field(
        default=False, description="Ask about every company, whatever it is due for: the weekly sweep."
    )
    read_again: bool = Field(
        default=False,
        description="Make the raw tables anew from the bundle and every archived answer, as adapters read them now.",
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

    @property
    def knowledge_day(self) -> date | None:
        """`as_known_on` as a date; raises ValueError if it is not an ISO date."""
        return date.fromisoformat(self.as_known_on) if self.as_known_on else None

    @property
    def asking_nobody(self) -> dict[str, object]:
        """The same as configuration of a run that asks nobody, because that was done before."""
        return {
            "ask": False,
            "read_again": self.read_again,
            "accept": list(self.accept),
            **({"as_known_on": self.as_known_on} if self.as_known_on else {}),
        }

    @property
    def tags(self) -> dict[str, str]:
        """What was asked for beyond the usual, as tags by which runs are found."""
        told = {
            "companies": ",".join(self.companies),
            "layers": ",".join(self.layers),
            "sources": ",".join(source.value for source in self.sources),
            "as_known_on": self.as_known_on or "",
            "accept": ",".join(self.accept),
        }
        return {f"layerledger/{name}": value for name, value in told.items() if value}

    def chosen(self, stacks: Stacks) -> list[str]:
        """The companies to ask about whatever they are due for; empty: all, for what they are due for.

        Raises:
            UnknownNameError: a company or layer that the registry does not know; the message names near ones.
        """
        every = stacks.companies["company_id"].to_list()
        if self.everything:
            return sorted(every)
        found = {_known(company, every, "company") for company in self.companies}
        layers = stacks.memberships.with_columns(full=pl.format("{}/{}", "lens", "layer"))
        names = {*layers["layer"], *layers["full"]}
        for name in self.layers:
            _known(name, names, "layer")
            members = layers.filter((pl.col("layer") == name) | (pl.col("full") == name))
            found |= set(members["company_id"])
        return sorted(found)


def _known(name: str, among: Iterable[str], noun: str) -> str:
    there = sorted(set(among))
    if name not in there:
        near = difflib.get_close_matches(name.lower(), there, n=3, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(there[:3])} and others"
        raise UnknownNameError(f"there is no {noun} {name!r}; {hint}")
    return name
