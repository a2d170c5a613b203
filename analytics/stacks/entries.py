"""What an entry of the registry may say: companies, layers, members, edges and claims.

Belongs here: the fields, their types and the rules that one entry can break by itself. Rules between entries are in
checks.py. Unknown fields are refused, and nothing is cast.
"""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

PALETTE = (
    "applications",
    "models",
    "hyperscalers",
    "neoclouds",
    "ai-infrastructure",
    "datacentres",
    "networking",
    "storage",
    "compute-memory",
    "foundries",
    "semiconductor-equipment",
    "energy",
)
"""Names of the layer palette, in stack order."""

EARLIEST, LATEST = date(1950, 1, 1), date(2049, 12, 31)
"""A date outside is a slip of the pen."""

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Day = Annotated[date, Field(ge=EARLIEST, le=LATEST)]
Status = Literal["listed", "private", "part_of", "open_source", "delisted"]
Measure = Literal["whole", "segment", "dark"]
Test = Literal["band", "highest", "lowest", "above", "below", "rising", "falling", "not_testable"]


class Entry(BaseModel):
    """Base of every entry: strict types, unknown fields refused, never changed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Company(Entry):
    """One company, product or project.

    `ticker` is Yahoo's spelling, `former_tickers` are those under which the same shares were traded before,
    `other_tickers` are other names under which its figures are published (a second listing, a second class). `currency`
    is that of the statements. `listed_from` is the first trading day (left out before 2000), `listed_to` the last.
    `shares_per_receipt` is the number of ordinary shares in one listed receipt. `history_from` says that figures of
    periods which end before are another business. `former_until` is the last day of the periods that it told in another
    currency (`former_currency`) or in fiscal years that ended in another month (`former_fiscal_year_end_month`).
    `receipts_changed_on` is the first day on which a receipt held another number of shares than before
    (`former_shares_per_receipt`).
    """

    id: Slug
    name: Text
    status: Status
    ticker: Text | None = None
    former_tickers: list[Text] = []
    other_tickers: list[Text] = []
    cik: Annotated[str, StringConstraints(pattern=r"^\d{10}$")] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    fiscal_year_end_month: Annotated[int, Field(ge=1, le=12)] | None = None
    listed_from: Day | None = None
    listed_to: Day | None = None
    parent: Slug | None = None
    shares_per_receipt: Annotated[float, Field(gt=0)] | None = None
    history_from: Day | None = None
    former_until: Day | None = None
    former_currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    former_fiscal_year_end_month: Annotated[int, Field(ge=1, le=12)] | None = None
    receipts_changed_on: Day | None = None
    former_shares_per_receipt: Annotated[float, Field(gt=0)] | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] | None = None
    note: Text | None = None

    @property
    def tickers(self) -> tuple[str, ...]:
        """Every ticker under which its figures are published: today's, former ones, other ones."""
        return tuple(t for t in (self.ticker, *self.former_tickers, *self.other_tickers) if t is not None)

    @property
    def files_accounts(self) -> bool:
        """Whether it publishes accounts of its own now, or did until it was delisted."""
        return self.status in ("listed", "delisted")


class Member(Entry):
    """One member of a layer over a span of time; both ends are days of membership, none means open.

    `measure` defaults to whole for a company that publishes accounts and to dark for everything else. `primary` says
    that the whole company counts in this layer on the consolidated basis; it defaults to true for `whole`.
    `company` is who is measured, by default the member itself, or the parent for what is part of another company.
    `reason` is required for peers that we add, `note` holds a judgement with its source and date.
    """

    id: Slug
    name: Text | None = None
    company: Slug | None = None
    measure: Measure | None = None
    segment: Text | None = None
    primary: bool | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    reason: Text | None = None
    note: Text | None = None


class Layer(Entry):
    """One layer: `members` are named by the source, `peers` are listed companies that we add."""

    id: Slug
    name: Text
    description: Text
    colour: Text
    parent: Text | None = None
    note: Text | None = None
    named_by_source: bool = True
    members: list[Member] = []
    peers: list[Member] = []


class Edge(Entry):
    """Demand that flows from one layer to the layer that serves it."""

    from_layer: Slug
    to_layer: Slug
    description: Text | None = None


class Claim(Entry):
    """One claim of a source in a form that figures can decide.

    `layers` are what it is about; `versus` are the layers it compares with (empty: all other layers of the lens).
    Tests: band (low ≤ value ≤ high, either may be open), highest and lowest (of `layers` and `versus`), above and
    below (each of `layers` against each of `versus`), rising and falling (since the calendar quarter `since`),
    not_testable (with `reason`). `low` and `high` are fractions for ratios. `ours` says what in the test is our
    reading rather than the source's words. `lens` is filled in by the loader and left out of the file.
    """

    id: Slug
    lens: Slug | None = None
    statement: Text
    layers: list[Slug]
    test: Test
    metric: Text | None = None
    pool: Text | None = None
    basis: Literal["layer", "consolidated"] = "layer"
    window: Literal["quarter", "ttm"] = "ttm"
    versus: list[Slug] = []
    low: float | None = None
    high: float | None = None
    since: Annotated[str, StringConstraints(pattern=r"^\d{4}Q[1-4]$")] | None = None
    reason: Text | None = None
    ours: Text | None = None

    @model_validator(mode="after")
    def _test_has_what_it_needs(self) -> Self:
        needs = {
            "band": self.low is not None or self.high is not None,
            "above": bool(self.versus),
            "below": bool(self.versus),
            "rising": self.since is not None,
            "falling": self.since is not None,
            "not_testable": self.reason is not None,
        }
        if not needs.get(self.test, True):
            what = {"band": "low or high", "above": "versus", "below": "versus", "not_testable": "reason"}
            raise ValueError(f"test {self.test!r} needs {what.get(self.test, 'since')}")
        if self.test != "not_testable" and self.metric is None:
            raise ValueError(f"test {self.test!r} needs a metric")
        if self.low is not None and self.high is not None and self.low > self.high:
            raise ValueError("low is above high")
        return self


class Lens(Entry):
    """One published way of cutting the industry into layers; layers stand from demand (top) to supply."""

    id: Slug
    title: Text
    position: Annotated[int, Field(ge=1)]
    description: Text
    source: Text
    layers: Annotated[list[Layer], Field(min_length=1)]
    edges: list[Edge] = []
    claims: list[Claim] = []


class Companies(Entry):
    """The whole of companies.toml."""

    company: list[Company]
