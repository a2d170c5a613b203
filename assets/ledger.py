"""The ledger: raw tables from archived answers, again and again the same.

Belongs here: which answer fills which table, what an answer adds to what is known, what the raw tables hold of all of
them. Does not belong here: asking (assets/live), the shapes of answers (assets/sources).

Everything is a function of the bundle, the journal, the payloads it names and the registry: a warehouse that is filled
answer by answer and one that is rebuilt from the archive hold the same rows.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import polars as pl

from analytics.contracts import Table, conform, empty, table
from analytics.stacks import Stacks
from assets.archive import Archive
from assets.fingerprint import code, digest
from assets.live.journal import Journal
from assets.sources import bundle, sec, sec_filings
from assets.sources.payload import Fetch, Payload, PayloadError
from assets.sources.yahoo import chart, quotes, statements

OBSERVATIONS, PRICES = table("raw.observations"), table("raw.price_observations")
RATES, SPLITS = table("raw.fx_observations"), table("raw.splits")

# Where an answer stands, and when it came: what may differ between two answers that say the same.
PROVENANCE = ("observation_id", "known_at", "fetched_at", "adjusted_to", "payload_sha256")
# A share count as of today says the same as one of yesterday.
COUNTED = "yahoo:sharesOutstanding"
CURRENCY = re.compile(r"[A-Z]{3}")
TOLD_WITHOUT_DATE = "source = 'yahoo' AND known_at_basis = 'fetched'"
# Two sources may date one split a few days apart.
SAME_SPLIT_DAYS = 5

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True)
class Brought:
    """What an answer brings: rows by the table's full name; a list of filings; the end of a trading session.

    holes: where it holds nothing in a figure's place.
    """

    frames: Frames
    filings: tuple[sec_filings.Filing, ...] = ()
    session_end: datetime | None = None
    holes: frozenset[str] = frozenset()


def brought(payload: Payload, stacks: Stacks) -> Brought:
    """Read an answer.

    Raises:
        PayloadError: it is not what its source promises, or tells nothing in the company's reporting currency.
    """
    match (payload.source, payload.subject.partition("/")[0]):
        case (sec.SOURCE, "companyfacts"):
            # Filers in another currency may state dollars alone in some filings.
            return _observed(sec.parse(payload), payload, stacks, also="USD")
        case (sec.SOURCE, "submissions"):
            return Brought({}, sec_filings.parse(payload))
        case (_, "timeseries"):
            read = _observed(statements.parse(payload), payload, stacks)
            return replace(read, holes=statements.holes(payload))
        case (_, "chart" | "rate"):
            found = chart.parse(payload)
            frames = {PRICES.full_name: found.prices, SPLITS.full_name: found.splits, RATES.full_name: found.rates}
            rows = {name: frame for name, frame in frames.items() if frame.height}
            return Brought(rows, (), found.session_end, frozenset(map(str, found.holes)))
        case (_, "quotes"):
            counted = quotes.shares(quotes.parse(payload), payload, filing_nowhere(stacks))
            return Brought({OBSERVATIONS.full_name: counted})
        case unknown:
            raise PayloadError(f"{payload.subject}: nobody reads {unknown}")


def filing_nowhere(stacks: Stacks) -> dict[str, str]:
    """Company by ticker, for those that do not file with SEC."""
    rows = stacks.companies.filter(pl.col("cik").is_null() & pl.col("ticker").is_not_null())
    return dict(rows.select("ticker", "company_id").iter_rows())


def _observed(frame: pl.DataFrame, payload: Payload, stacks: Stacks, also: str | None = None) -> Brought:
    companies = stacks.companies.filter(pl.col("company_id") == payload.company_id)
    currency, former = companies.select("currency", "former_currency").row(0) if companies.height else (None, None)
    told = {unit for unit in frame["unit"].unique().to_list() if CURRENCY.fullmatch(unit)}
    if currency and told and not told & {currency, former, also}:
        raise PayloadError(
            f"{payload.subject}: amounts in {', '.join(sorted(told))} where the registry says {currency} for "
            f"{payload.company_id}; if it changed its currency, say so in companies.toml"
        )
    return Brought({OBSERVATIONS.full_name: frame})


def adds_nothing(new: Brought, old: Brought) -> bool:
    """Whether an answer says only what an earlier one said already."""
    if set(new.filings) - set(old.filings):
        return False
    for name, frame in new.frames.items():
        same = [c for c in frame.columns if c not in PROVENANCE]
        before = old.frames.get(name, empty(table(name))).select(same)
        rows = frame.select(same)
        if "concept" in same:
            counted = pl.when(pl.col("concept") != COUNTED).then("period_end").alias("period_end")
            rows, before = rows.with_columns(counted), before.with_columns(counted)
        if rows.join(before, on=same, how="anti", nulls_equal=True).height:
            return False
    return True


def reading(stacks: Stacks) -> str:
    """A digest of what answers are read with: our code, and the registry as far as reading depends on it."""
    own = (files("assets") / "ledger.py").read_bytes()
    companies = [
        (c.id, c.ticker, c.former_tickers, c.cik, c.currency, c.former_currency) for c in stacks.company_entries
    ]
    columns = [
        (t.full_name, [(c.name, str(c.dtype)) for c in t.columns]) for t in (OBSERVATIONS, PRICES, RATES, SPLITS)
    ]
    return digest(code("assets.sources"), hashlib.sha256(own).hexdigest(), companies, columns)


class Ledger:
    """The answers of a home, and the raw rows they bring."""

    def __init__(self, home: Path, stacks: Stacks) -> None:
        """Use the archive and the journal of a home, read with a registry."""
        self.archive, self.journal, self.stacks = Archive(home), Journal(home), stacks

    def note_bundle(self, hashes: Mapping[str, str]) -> None:
        """Record the files of the bundle as fetched where they are others than last time."""
        last = {f.subject: f.payload_sha256 for f in self.journal.read() if f.source == bundle.SOURCE}
        now = datetime.now(UTC)
        for file, sha256 in hashes.items():
            if last.get(file) != sha256:
                self.journal.record(Fetch(bundle.SOURCE, file, "ok", now, payload_sha256=sha256))
        self.journal.close()

    def payload(self, fetch: Fetch) -> Payload:
        """The answer that a fetch brought.

        Raises:
            ArchiveError: the archive no longer holds it.
        """
        content = self.archive.get(fetch.payload_sha256 or "")
        return Payload(fetch.source, fetch.subject, fetch.company_id, content, fetch.started_at)

    def brought(self, fetches: Iterable[Fetch], contract: Table) -> Iterator[tuple[Fetch, pl.DataFrame]]:
        """Yield what each fetch brought to one table, in their order.

        Answers that could not be read when they came are tried too: the code may have become better.
        """
        for fetch in fills(fetches, contract):
            try:
                frame = brought(self.payload(fetch), self.stacks).frames.get(contract.full_name)
            except PayloadError:
                continue  # its outcome in raw.fetches says so
            if frame is not None and frame.height:
                yield fetch, frame

    def observations(self, fetches: Iterable[Fetch], known: pl.DataFrame) -> pl.DataFrame:
        """The rows that some fetches add to raw.observations.

        A figure told again is the observation of the time when it was first told: by its id, and, where a source gives
        no date of its own, by its value.

        Args:
            fetches: in order.
            known: raw.observations as far as these fetches may repeat them: source yahoo with known_at_basis fetched.
        """
        said = {_figure(row): row["value"] for row in known.sort("known_at", "fetched_at").iter_rows(named=True)}
        parts: dict[str | None, pl.DataFrame] = {}
        for fetch, frame in self.brought(fetches, OBSERVATIONS):
            rows = frame
            if fetch.source != sec.SOURCE:
                new = [_is_new(row, said) for row in frame.iter_rows(named=True)]
                rows = frame.filter(pl.Series(new, dtype=pl.Boolean))
            held = parts.get(fetch.company_id)
            parts[fetch.company_id] = (
                rows if held is None else pl.concat([held, rows.join(held, on="observation_id", how="anti")])
            )
        if not parts:
            return empty(OBSERVATIONS)
        return conform(pl.concat(parts.values()).unique("observation_id", keep="first"), OBSERVATIONS)

    def newest(self, fetches: Iterable[Fetch], contract: Table, known: pl.DataFrame) -> pl.DataFrame:
        """A table in which the newest answer speaks for each key: closes and exchange rates."""
        told = [frame for _, frame in self.brought(fetches, contract)]
        rows = self._renamed(pl.concat([known, *told]))
        return conform(rows.unique(contract.key, keep="last", maintain_order=True), contract)

    def splits(self, fetches: Iterable[Fetch], known: pl.DataFrame) -> pl.DataFrame:
        """raw.splits: those known and those told, each once; one told with its date replaces the same without."""
        rows = self._renamed(known)
        for _, told in self.brought(fetches, SPLITS):
            frame = self._renamed(told)
            same = frame.join(rows, on=["ticker", "ratio"], suffix="_known").filter(
                (pl.col("date") - pl.col("date_known")).dt.total_days().abs() <= SAME_SPLIT_DAYS
            )
            new = frame.join(same, on=SPLITS.key, how="anti")
            undated = rows.filter(pl.col("date").is_null()).join(frame, on=["ticker", "ratio"], how="semi")
            dated = rows.join(undated, on=SPLITS.key, how="anti", nulls_equal=True)
            rows = pl.concat([dated, new])
        return conform(rows, SPLITS)

    def _renamed(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Former tickers of a company become its ticker of today."""
        if "ticker" not in frame.columns:
            return frame
        return frame.with_columns(pl.col("ticker").replace(former_tickers(self.stacks)))


def fills(fetches: Iterable[Fetch], contract: Table) -> tuple[Fetch, ...]:
    """The fetches whose answers may hold rows of a table."""
    kinds = FILLS[contract.full_name]
    return tuple(
        fetch
        for fetch in fetches
        if fetch.payload_sha256 is not None
        and fetch.outcome in ("ok", "schema_changed")
        and fetch.subject.partition("/")[0] in kinds
    )


def former_tickers(stacks: Stacks) -> dict[str, str]:
    """Ticker of today by former ticker."""
    return {
        former: company.ticker
        for company in stacks.company_entries
        if company.ticker is not None
        for former in company.former_tickers
    }


def _figure(row: Mapping[str, object]) -> tuple[object, ...]:
    end = None if row["concept"] == COUNTED else row["period_end"]
    return row["company_id"], row["concept"], row["period_start"], end, row["unit"]


def _is_new(row: Mapping[str, object], said: dict[tuple[object, ...], object]) -> bool:
    figure = _figure(row)
    new = said.get(figure) != row["value"]
    said[figure] = row["value"]
    return new


FILLS = {
    OBSERVATIONS.full_name: {"companyfacts", "timeseries", "quotes"},
    PRICES.full_name: {"chart"},
    SPLITS.full_name: {"chart"},
    RATES.full_name: {"rate"},
}
