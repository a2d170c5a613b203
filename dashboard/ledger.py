"""The tables as the pages read them: looked up by lens, layer, basis, metric and quarter.

Belongs here: look-ups over the published frames, and which quarter is the headline. Nothing is computed that a mart
should hold; sums of members' dollars are the exception, because a picture may leave a member out.
Does not belong here: how a figure is written, drawn or told.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl

from analytics import hindsight
from analytics.changes import YEAR
from analytics.contracts import empty, table
from analytics.contracts.columns import BASES
from analytics.metrics.registry import METRICS

SOURCE_NAMES = {
    "sec": "SEC filings (XBRL)",
    "sec_derived": "figures derived from SEC filings",
    "yahoo": "Yahoo Finance",
    "stockanalysis": "StockAnalysis",
    "alphavantage": "Alpha Vantage",
}
BASE_QUARTER = "2022Q4"  # ChatGPT was released on 30 November 2022
# Pages show these by quarter too: flows over flows of the same months.
BY_QUARTER = [metric.id for metric in METRICS if metric.family in ("margins", "growth", "capex")]
TABLES = (
    "core.companies",
    "core.layers",
    "core.lenses",
    "core.edges",
    "core.memberships",
    "core.company_quarters",
    "core.company_years",
    "core.segment_quarters",
    "core.gaps",
    "core.anomalies",
    "raw.observations",
    "marts.restatements",
    "marts.disagreements",
    "marts.company_metrics",
    "marts.layer_metrics",
    "marts.value_capture",
    "marts.member_amounts",
    "marts.coverage",
    "marts.freshness",
)


class Lens(NamedTuple):
    """One lens, as in core.lenses."""

    lens: str
    name: str
    position: int
    description: str
    source: str


class Layer(NamedTuple):
    """One layer of a lens, as in core.layers."""

    layer: str
    name: str
    position: int
    description: str
    parent: str | None
    colour: str
    named_by_source: bool
    note: str | None


class Member(NamedTuple):
    """One membership, as in core.memberships, with the member's status."""

    layer: str
    member_id: str
    company_id: str
    name: str
    measure: str
    segment: str | None
    primary: bool
    named_by_source: bool
    valid_from: date | None
    valid_to: date | None
    note: str | None
    status: str


class Reading(NamedTuple):
    """One metric of one layer in one quarter, as in marts.layer_metrics."""

    quarter: str
    value: float | None
    median: float | None
    p25: float | None
    p75: float | None
    n_members: int
    n_measured: int
    coverage: float | None
    without_largest: float | None
    largest: str | None
    status: str
    reason: str | None

    @property
    def final(self) -> bool:
        """Whether enough of the layer has reported."""
        return self.status == "final"


class Share(NamedTuple):
    """One layer's part of a profit pool in one quarter, as in marts.value_capture; lacking: what is missing of it."""

    quarter: str
    amount_usd: float | None
    of_positive: float | None
    n_members: int
    n_measured: int
    status: str
    lacking: float | None = None


class Holding(NamedTuple):
    """How one item of one layer is shared out in one quarter, as in marts.concentration; value: the largest's share."""

    quarter: str
    hhi: float | None
    value: float | None
    largest: str | None
    n_measured: int
    n_members: int
    status: str
    reason: str | None

    @property
    def final(self) -> bool:
        """Whether enough of the layer has reported."""
        return self.status == "final"


class Amount(NamedTuple):
    """One member's dollars of one item."""

    layer: str
    member_id: str
    company_id: str
    amount_usd: float


def position(quarter: str) -> float:
    """Return where a calendar quarter ends on a scale of years: '2025Q4' is 2026.0."""
    return int(quarter[:4]) + int(quarter[5]) / 4


def shifted(quarter: str, by: int) -> str:
    """Return the calendar quarter `by` quarters later (earlier if negative)."""
    index = int(quarter[:4]) * 4 + int(quarter[5]) - 1 + by
    return f"{index // 4}Q{index % 4 + 1}"


def compared_at(layers: Iterable[Mapping[str, bool]]) -> str | None:
    """Return the newest calendar quarter that is final in every layer with figures; None where no layer has any.

    A layer counts if it has a figure within four quarters of the newest; where no quarter is final in all of them, one
    that is final in most of them is taken: of those, where most are known at all, the newest.

    Args:
        layers: of each layer the quarters in which its operating margin is known, and whether it is final.
    """
    known = [quarters for quarters in layers if quarters]
    newest = max((max(quarters) for quarters in known), default=None)
    if newest is None:
        return None
    recent = [shifted(newest, -back) for back in range(6)]
    counted = [quarters for quarters in known if max(quarters) >= recent[4]]
    finals = {q: sum(quarters.get(q, False) for quarters in counted) for q in recent}
    whole = [q for q in recent if finals[q] == len(counted)]
    there = {q: sum(q in quarters for quarters in counted) for q in recent}
    return whole[0] if whole else max(recent, key=lambda q: (finals[q], there[q], q))


@dataclass(frozen=True)
class Ledger:
    """The published tables, the day they are as of, and look-ups that several pages share."""

    tables: Mapping[str, pl.DataFrame]
    as_of: date

    def __post_init__(self) -> None:
        """Check that every table is there.

        Raises:
            ValueError: a table is missing; the message names it.
        """
        missing = [name for name in TABLES if name not in self.tables]
        if missing:
            raise ValueError(f"the pages need the tables {missing}; they were not given")

    @cached_property
    def lenses(self) -> list[Lens]:
        """The lenses in their order; the first is the default."""
        frame = self.tables["core.lenses"].sort("position")
        return [Lens(*row) for row in frame.select(Lens._fields).iter_rows()]

    @cached_property
    def _layers(self) -> dict[str, list[Layer]]:
        frame = self.tables["core.layers"].sort("lens", "position")
        found: dict[str, list[Layer]] = defaultdict(list)
        for lens, *rest in frame.select("lens", *Layer._fields).iter_rows():
            found[lens].append(Layer(*rest))
        return found

    def layers(self, lens: str) -> list[Layer]:
        """Return the layers of a lens in stack order, demand at the top."""
        return self._layers[lens]

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of companies, products and projects by id."""
        return dict(self.tables["core.companies"].select("company_id", "name").iter_rows())

    @cached_property
    def companies(self) -> dict[str, dict[str, object]]:
        """Rows of core.companies by id."""
        return {str(row["company_id"]): row for row in self.tables["core.companies"].iter_rows(named=True)}

    @cached_property
    def reporting(self) -> list[str]:
        """Ids of the companies that are or were listed and have figures, in order; each has a page."""
        known = self.tables["core.company_quarters"]["company_id"].unique().sort()
        return [i for i in known if self.companies[i]["status"] in ("listed", "delisted")]

    @cached_property
    def _members(self) -> dict[str, list[Member]]:
        companies = self.tables["core.companies"].select(pl.col("company_id").alias("member_id"), "status")
        frame = self.tables["core.memberships"].join(companies, on="member_id", how="left", maintain_order="left")
        found: dict[str, list[Member]] = defaultdict(list)
        columns = ("layer", "member_id", "company_id", "member_name", "measure", "segment", "primary_layer",
                   "named_by_source", "valid_from", "valid_to", "note", "status")  # fmt: skip
        for lens, *rest in frame.select("lens", *columns).iter_rows():
            found[lens].append(Member(*rest))
        return found

    def members(self, lens: str, layer: str | None = None) -> list[Member]:
        """Return the memberships of a lens, past ones too, or of one of its layers."""
        return [m for m in self._members[lens] if layer is None or m.layer == layer]

    def members_at(self, lens: str, quarter: str) -> list[Member]:
        """Return the memberships of a lens that hold on the last day of a calendar quarter, one a member and layer."""
        last = _last_day(quarter)
        return [
            m
            for m in self._members[lens]
            if (m.valid_from is None or m.valid_from <= last) and (m.valid_to is None or m.valid_to >= last)
        ]

    @cached_property
    def _readings(self) -> dict[str, dict[tuple[str, str, str, str], list[Reading]]]:
        frame = self.tables["marts.layer_metrics"]
        by_quarter = (pl.col("window") == "quarter") & pl.col("metric").is_in(BY_QUARTER)
        return {"ttm": self._read(frame, pl.col("window") == "ttm"), "quarter": self._read(frame, by_quarter)}

    @staticmethod
    def _read(frame: pl.DataFrame, wanted: pl.Expr) -> dict[tuple[str, str, str, str], list[Reading]]:
        columns = ("calendar_quarter", "value", "median", "p25", "p75", "n_members", "n_measured", "coverage_ratio",
                   "value_ex_largest", "largest_company_id", "status", "null_reason")  # fmt: skip
        found: dict[tuple[str, str, str, str], list[Reading]] = defaultdict(list)
        rows = frame.filter(wanted).sort("calendar_quarter").select("lens", "layer", "basis", "metric", *columns)
        for lens, layer, basis, metric, *rest in rows.iter_rows():
            found[lens, layer, basis, metric].append(Reading(*rest))
        return found

    def readings(
        self, lens: str, layer: str, basis: str, metric: str, window: str = "ttm", known_on: date | None = None
    ) -> list[Reading]:
        """Return a metric of a layer over time, oldest first; empty where there is none.

        window: "ttm", or "quarter" for the metrics of BY_QUARTER. known_on: one of `past_days`, for what was known
        then; on the consolidated basis over twelve months alone, and without median, quartiles or largest member.
        """
        if known_on is not None:
            return self._then.get((known_on, lens, layer, basis, metric, window), [])
        return self._readings[window].get((lens, layer, basis, metric), [])

    def reading(
        self, lens: str, layer: str, basis: str, metric: str, quarter: str, window: str = "ttm"
    ) -> Reading | None:
        """Return a metric of a layer in one quarter, or None where the table has no row."""
        return next((r for r in self.readings(lens, layer, basis, metric, window) if r.quarter == quarter), None)

    def value(self, lens: str, layer: str, basis: str, metric: str, quarter: str) -> float | None:
        """Return the value of a metric of a layer in one quarter; None where unknown."""
        found = self.reading(lens, layer, basis, metric, quarter)
        return found.value if found else None

    def latest(self, lens: str, layer: str, basis: str, metric: str) -> Reading | None:
        """Return a metric of a layer in the newest final quarter in which it is known, which may be none.

        A page of one layer tells this; a page that compares layers tells the headline quarter of them all.
        """
        found = reversed(self.readings(lens, layer, basis, metric))
        return next((r for r in found if r.final and r.value is not None), None)

    @cached_property
    def _shares(self) -> dict[tuple[str, str, str, str], list[Share]]:
        frame = self.tables["marts.value_capture"].filter(pl.col("window") == "ttm").sort("calendar_quarter")
        columns = ("calendar_quarter", "amount_usd", "share_of_positive", "n_members", "n_measured", "status",
                   "unknown_usd")  # fmt: skip
        found: dict[tuple[str, str, str, str], list[Share]] = defaultdict(list)
        for lens, layer, basis, pool, *rest in frame.select("lens", "layer", "basis", "pool", *columns).iter_rows():
            found[lens, layer, basis, pool].append(Share(*rest))
        return found

    def shares(self, lens: str, layer: str, basis: str, pool: str) -> list[Share]:
        """Return a layer's dollars and share of a pool over time, trailing twelve months, oldest first."""
        return self._shares.get((lens, layer, basis, pool), [])

    def share(self, lens: str, layer: str, basis: str, pool: str, quarter: str) -> Share | None:
        """Return a layer's part of a pool in one quarter, or None where the table has no row."""
        return next((s for s in self.shares(lens, layer, basis, pool) if s.quarter == quarter), None)

    @cached_property
    def _amounts(self) -> dict[tuple[str, str, str, str, str], list[Amount]]:
        frame = self.tables["marts.member_amounts"].filter(
            pl.col("amount_usd").is_not_null() & ((pl.col("window") == "ttm") | (pl.col("item") == "capex"))
        )
        columns = ("window", "lens", "basis", "calendar_quarter", "item", *Amount._fields)
        found: dict[tuple[str, str, str, str, str], list[Amount]] = defaultdict(list)
        for window, lens, basis, quarter, item, *rest in frame.select(columns).iter_rows():
            found[window, lens, basis, quarter, item].append(Amount(*rest))
        return found

    def amounts(self, lens: str, basis: str, quarter: str, item: str, window: str = "ttm") -> list[Amount]:
        """Return the members' dollars of an item; members without a figure are absent. By quarter: capex alone."""
        return self._amounts.get((window, lens, basis, quarter, item), [])

    def headline(self, lens: str, basis: str = "layer") -> str:
        """Return the newest calendar quarter that is final in every layer with figures: see `compared_at`.

        Raises:
            ValueError: no layer of the lens has any figure.
        """
        found = self._headlines.get((lens, basis))
        if found is None:
            raise ValueError(f"lens {lens!r}: no layer has an operating margin, so there is nothing to show")
        return found

    def newest(self, lens: str) -> str | None:
        """Return the headline quarter on the layer basis, or None where the lens has no figure."""
        return self._headlines.get((lens, "layer"))

    @cached_property
    def _headlines(self) -> dict[tuple[str, str], str | None]:
        return {(one.lens, basis): self._headline(one.lens, basis) for one in self.lenses for basis in BASES}

    def _headline(self, lens: str, basis: str) -> str | None:
        return compared_at(
            {
                r.quarter: r.final
                for r in self.readings(lens, layer.layer, basis, "operating_margin")
                if r.value is not None
            }
            for layer in self.layers(lens)
        )

    @cached_property
    def company_values(self) -> dict[tuple[str, str], list[tuple[str, float]]]:
        """Values of the companies by company and metric, trailing twelve months, oldest first; nulls left out."""
        frame = self.tables["marts.company_metrics"].filter((pl.col("window") == "ttm") & pl.col("value").is_not_null())
        found: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
        for company, metric, quarter, value in (
            frame.sort("calendar_quarter").select("company_id", "metric", "calendar_quarter", "value").iter_rows()
        ):
            found[company, metric].append((quarter, value))
        return found

    def frame(self, name: str) -> pl.DataFrame:
        """Return a table, or an empty frame of its contract where it was not given."""
        found = self.tables.get(name)
        return empty(table(name)) if found is None else found

    @cached_property
    def capital(self) -> dict[tuple[str, str], dict[tuple[str, str], Mapping[str, Any]]]:
        """Two years of marts.capital, consolidated, twelve months: (lens, quarter) -> (layer, measure) -> row."""
        rows = self.frame("marts.capital").filter((pl.col("basis") == "consolidated") & (pl.col("window") == "ttm"))
        heads = [q for lens in self.lenses if (q := self._headlines.get((lens.lens, "consolidated")))]
        if not heads:
            return {}
        # Two years back, for layers of which the newest quarter is not wholly known.
        wanted = (pl.col("calendar_quarter") >= shifted(min(heads), -8)) & (pl.col("calendar_quarter") <= max(heads))
        found: dict[tuple[str, str], dict[tuple[str, str], Mapping[str, Any]]] = defaultdict(dict)
        for row in rows.filter(wanted).iter_rows(named=True):
            found[row["lens"], row["calendar_quarter"]][row["layer"], row["measure"]] = row
        return found

    @cached_property
    def runoff(self) -> dict[str, list[dict[str, Any]]]:
        """Rows of marts.runoff by lens, consolidated, of the headline quarters."""
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in self.frame("marts.runoff").filter(pl.col("basis") == "consolidated").iter_rows(named=True):
            if row["calendar_quarter"] == self._headlines.get((row["lens"], "consolidated")):
                found[row["lens"]].append(row)
        return found

    @cached_property
    def stress(self) -> dict[str, dict[tuple[str, str], dict[tuple[str, str], Mapping[str, Any]]]]:
        """A year of marts.stress, twelve months: lens -> (kind, subject) -> (component, quarter) -> row."""
        heads = {one.lens: q for one in self.lenses if (q := self._headlines.get((one.lens, "consolidated")))}
        if not heads:
            return {}
        rows = self.frame("marts.stress").filter(
            (pl.col("window") == "ttm")
            & (pl.col("calendar_quarter") >= shifted(min(heads.values()), -4))
            & (pl.col("calendar_quarter") <= max(heads.values()))
        )
        found: dict[str, dict[tuple[str, str], dict[tuple[str, str], Mapping[str, Any]]]] = defaultdict(dict)
        for r in rows.iter_rows(named=True):
            own = found[r["lens"]].setdefault((r["kind"], r["subject"]), {})
            own[r["component"], r["calendar_quarter"]] = r
        return found

    @cached_property
    def _then(self) -> dict[tuple[date, str, str, str, str, str], list[Reading]]:
        columns = ("calendar_quarter", "value", "n_members", "n_measured", "coverage_ratio", "status", "null_reason")
        rows = self.frame("marts.layer_metrics_then").sort("calendar_quarter")
        found: dict[tuple[date, str, str, str, str, str], list[Reading]] = defaultdict(list)
        for day, lens, layer, metric, quarter, value, members, measured, coverage, status, reason in rows.select(
            "known_on", "lens", "layer", "metric", *columns
        ).iter_rows():
            found[day, lens, layer, hindsight.BASIS, metric, hindsight.WINDOW].append(
                Reading(quarter, value, None, None, None, members, measured, coverage, None, None, status, reason)
            )
        return found

    def past_days(self, lens: str, metric: str) -> list[date]:
        """Return the past days on which a metric of some layer was known and final, oldest first."""
        known = (
            key[0]
            for key, found in self._then.items()
            if (key[1], key[4]) == (lens, metric) and any(r.final and r.value is not None for r in found)
        )
        return sorted(set(known))

    @cached_property
    def increments(self) -> dict[tuple[str, str, str, str, str], dict[str, Mapping[str, Any]]]:
        """Rows of marts.increments, twelve months: (lens, basis, item, base quarter, quarter) -> layer -> row."""
        wanted = [q for q in set(self._headlines.values()) if q]
        rows = self.frame("marts.increments").filter(
            (pl.col("window") == "ttm") & pl.col("calendar_quarter").is_in(wanted) & (pl.col("item") != "revenue")
        )
        found: dict[tuple[str, str, str, str, str], dict[str, Mapping[str, Any]]] = defaultdict(dict)
        for r in rows.iter_rows(named=True):
            found[r["lens"], r["basis"], r["item"], r["base_quarter"], r["calendar_quarter"]][r["layer"]] = r
        return found

    @cached_property
    def _holdings(self) -> dict[tuple[str, str, str, str], list[Holding]]:
        columns = ("calendar_quarter", "hhi", "largest_share", "largest_company_id", "n_companies", "n_members",
                   "status", "null_reason")  # fmt: skip
        rows = self.frame("marts.concentration").filter(pl.col("window") == "ttm").sort("calendar_quarter")
        found: dict[tuple[str, str, str, str], list[Holding]] = defaultdict(list)
        for lens, layer, basis, item, *rest in rows.select("lens", "layer", "basis", "item", *columns).iter_rows():
            found[lens, layer, basis, item].append(Holding(*rest))
        return found

    def holdings(self, lens: str, layer: str, basis: str, item: str) -> list[Holding]:
        """Return how an item of a layer is shared out over time, trailing twelve months, oldest first."""
        return self._holdings.get((lens, layer, basis, item), [])

    def _decompositions(self, name: str) -> pl.DataFrame:
        """Rows of the newest final quarter of each layer's margin, which the layer's own page tells."""
        layers = [(lens.lens, layer.layer) for lens in self.lenses for layer in self.layers(lens.lens)]
        wanted = {r.quarter for one in layers if (r := self.latest(*one, "layer", "operating_margin"))}
        return self.frame(name).filter(
            (pl.col("window") == "ttm")
            & (pl.col("basis") == "layer")
            & (pl.col("metric") == "operating_margin")
            & pl.col("calendar_quarter").is_in(wanted)
        )

    @cached_property
    def decomposition(self) -> dict[tuple[str, str, str, str], Mapping[str, Any]]:
        """Operating margins taken apart, layer basis, twelve months: (lens, layer, base quarter, quarter) -> row."""
        rows = self._decompositions("marts.decomposition").iter_rows(named=True)
        return {(r["lens"], r["layer"], r["base_quarter"], r["calendar_quarter"]): r for r in rows}

    @cached_property
    def decomposition_members(self) -> dict[tuple[str, str, str, str], list[Mapping[str, Any]]]:
        """The same by member."""
        found: dict[tuple[str, str, str, str], list[Mapping[str, Any]]] = defaultdict(list)
        for r in self._decompositions("marts.decomposition_members").iter_rows(named=True):
            found[r["lens"], r["layer"], r["base_quarter"], r["calendar_quarter"]].append(r)
        return found

    @cached_property
    def deals(self) -> list[dict[str, Any]]:
        """Rows of core.deals, the oldest first."""
        return self.frame("core.deals").sort("date", "deal", "step").to_dicts()

    @cached_property
    def _cuts(self) -> dict[tuple[str, str], dict[str, dict[str, bool]]]:
        """By company, segment and segmentation the quarters whose sales are told, and whether as a whole year."""
        found: dict[tuple[str, str], dict[str, dict[str, bool]]] = defaultdict(lambda: defaultdict(dict))
        sales = self.tables["core.segment_quarters"].filter(pl.col("item") == "revenue")
        columns = ("company_id", "segment", "basis_note", "calendar_quarter", "derivation")
        for company, segment, cut, quarter, derivation in sales.select(columns).iter_rows():
            found[company, segment][cut][quarter] = derivation == "year_only"
        return found

    def _cuts_of(self, member: Member, quarter: str) -> set[str]:
        """The segmentations in which twelve months of a member's segment are told."""
        months = [shifted(quarter, -back) for back in range(YEAR)]
        return {
            cut
            for cut, told in self._cuts.get((member.company_id, str(member.segment)), {}).items()
            if told.get(quarter) or all(told.get(q) is False for q in months)
        }

    def cut_anew(self, lens: str, since: str, at: str, layer: str | None = None) -> list[str]:
        """Return the names of members whose segment is told over both twelve months, but in no common segmentation."""
        found = []
        for member in self.members(lens, layer):
            if member.measure == "segment":
                then, now = self._cuts_of(member, since), self._cuts_of(member, at)
                if then and now and not then & now:
                    found.append(member.name)
        return found

    @cached_property
    def splits(self) -> dict[str, list[tuple[date, float, bool]]]:
        """Dated splits and spin-offs by company, oldest first: ex-date, new shares for one, whether it is a split."""
        tickers = {str(row["ticker"]): company for company, row in self.companies.items() if row["ticker"]}
        found: dict[str, list[tuple[date, float, bool]]] = defaultdict(list)
        rows = self.frame("raw.splits").drop_nulls("date").sort("date", "ticker")
        for ticker, *split in rows.select("ticker", "date", "ratio", "is_share_split").iter_rows():
            if ticker in tickers:
                found[tickers[ticker]].append((split[0], split[1], split[2]))
        return found

    @cached_property
    def claims(self) -> list[dict[str, Any]]:
        """Rows of marts.claims in the order of the lenses, each with the anchor that it has on the page of claims."""
        order = {lens.lens: lens.position for lens in self.lenses}
        rows = self.frame("marts.claims").to_dicts()
        return [
            {**row, "anchor": f"{row['lens']}-{row['claim_id']}"}
            for row in sorted(rows, key=lambda row: (order.get(row["lens"], 0), row["claim_id"]))
        ]

    @cached_property
    def _subjects(self) -> set[tuple[str, str, str]]:
        readings = self.frame("marts.claim_readings").filter(
            (pl.col("reading") == "headline") & (pl.col("role") == "subject")
        )
        return set(readings.select("lens", "claim_id", "layer").iter_rows())

    def claims_about(self, lens: str, layer: str) -> list[dict[str, Any]]:
        """Return the claims of a lens's source that are about a layer."""
        return [c for c in self.claims if c["lens"] == lens and (lens, c["claim_id"], layer) in self._subjects]

    @cached_property
    def sources(self) -> str:
        """The sources that speak in core.company_quarters, in words, the first in rank first."""
        present = set(self.tables["core.company_quarters"]["source"].unique())
        return ", ".join(name for source, name in SOURCE_NAMES.items() if source in present)


def _last_day(quarter: str) -> date:
    year, number = int(quarter[:4]), int(quarter[5])
    return date(year, number * 3, (31, 30, 30, 31)[number - 1])
