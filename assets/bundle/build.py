"""Builds the bundle from the data packs: `python -m assets.bundle.build --data FOLDER`.

Belongs here: which pack fills which file, the writing, the closing report. Does not belong here: the shape of a pack
(figures.py, market.py, segments.py), what is left out (exclusions.toml, selection.py).
"""

import argparse
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from analytics.contracts import conform, table
from analytics.quarantine import without_quarantined
from analytics.stacks import registry
from assets.bundle import FILES, MANIFEST, exclusions, figures, market, plausibility, segments, selection
from assets.bundle.exclusions import Judgements
from assets.sources.observation import with_ids

LIMIT_BYTES = 10_000_000
# Sorted so, alike rows lie together and compress well.
ORDER = {
    "observations.parquet": ["source", "company_id", "concept", "period_end", "period_start", "known_at", "reference"],
    "segments.parquet": ["company_id", "segment", "item", "period_end", "period_start", "basis_note", "reference"],
    "fx.parquet": ["currency", "date", "source"],
    "prices.parquet": ["ticker", "date", "source"],
    "splits.parquet": ["ticker", "date", "ratio"],
}  # fmt: skip
# Where two candidates say the same, the first is kept.
CANDIDATE_ORDER = ["company_id", "source", "concept", "span", "period_end", "order", "reference", "value"]


@dataclass
class Report:
    """What went into the bundle, and how much was left out and why."""

    kept: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)


def build(
    data: Path, companies: pl.DataFrame, tickers: dict[str, str], out: Path, stated: Path = segments.FILE
) -> Report:
    """Write the bundle's files and manifest into `out`; the same input gives the same bytes.

    Args:
        data: folder of the data packs.
        companies: core.companies.
        tickers: company id by ticker, second listings included.
        out: folder to write to; must exist.
        stated: our file of segment figures.
    """
    report = Report()
    listed = companies.filter(pl.col("ticker").is_not_null())
    own = listed["ticker"].sort().to_list()
    known = pl.DataFrame({"ticker": list(tickers), "company_id": list(tickers.values())})
    prices = market.prices(data, own)
    currencies = {*market.PAIRS, *listed["currency"].drop_nulls(), *prices["currency"]}
    fx, bad_days = market.fx(data, currencies)
    report.left_out |= {f"fx {pair}: bad days and snapshots": n for pair, n in bad_days.items()}
    frames = {
        "observations.parquet": observations(data, companies, known, fx, report),
        "segments.parquet": segments.segments(data, known, stated),
        "fx.parquet": fx,
        "prices.parquet": prices,
        "splits.parquet": market.splits(data, own),
    }
    manifest = {file: _write(frame, out / file, file) for file, frame in frames.items()}
    text = json.dumps({"files": manifest, "left_out": report.left_out}, indent=2, sort_keys=True)
    (out / MANIFEST).write_text(text + "\n", encoding="utf-8")
    report.kept |= {file: frame.height for file, frame in frames.items()}
    return report


def observations(
    data: Path, companies: pl.DataFrame, tickers: pl.DataFrame, fx_rates: pl.DataFrame, report: Report
) -> pl.DataFrame:
    """Figures of companies: all that the SEC pack holds, and of the aggregators what that lacks."""
    judgements = exclusions.load()
    filed = pl.concat(
        [figures.sec_facts(data, companies), figures.derived(data, tickers), figures.extract(data, tickers)]
    )
    aggregated = pl.concat([figures.statements(data, tickers), figures.yahoo_2026_09(data, tickers)])
    filed, counts = exclusions.apply(filed, judgements.exclusions)
    aggregated, more = exclusions.apply(aggregated, judgements.exclusions)
    for (rule, n), (_, m) in zip(counts, more, strict=True):
        report.left_out[rule.name] = n + m
    aggregated = _without_zeros(aggregated, report)
    aggregated = _in_reporting_currency(aggregated, companies, report)
    # Labels of derived tables that speak last (cash with restricted cash, equity with minorities) judge nothing.
    judge = selection.labelled(without_quarantined(filed), companies).filter(
        (pl.col("source") == "sec") | (pl.col("tier") < 2)
    )
    candidates = _plausible(selection.labelled(aggregated, companies).sort(CANDIDATE_ORDER), judge, judgements, report)
    stated = _identified(filed)
    added = selection.fill(candidates, selection.covered(stated, companies, fx_rates), judgements.preferences)
    kept = selection.giving_way(stated, candidates, added, companies)
    report.left_out["balances of derived tables that aggregators part better"] = stated.height - kept.height
    rows = pl.concat([kept, _identified(added.select(figures.COLUMNS))])
    by_source = rows["source"].value_counts(sort=True)
    report.kept |= {f"observations from {source}": n for source, n in by_source.iter_rows()}
    return rows.drop("ticker", "span")


def _identified(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with their observation id, each once, and the time of fetching in UTC."""
    timed = rows.with_columns(fetched_at=pl.col("fetched_at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
    return with_ids(timed).unique("observation_id", keep="first", maintain_order=True)


def _plausible(candidates: pl.DataFrame, filed: pl.DataFrame, judgements: Judgements, report: Report) -> pl.DataFrame:
    """The candidates that pass every test, in the order of the tests."""
    rules = judgements.rules
    signed = plausibility.not_negative(candidates, rules)
    report.left_out["aggregators' figures below zero that cannot be"] = candidates.height - signed.height
    joined = plausibility.not_alone(signed, rules)
    report.left_out["aggregators' quarters that stand alone"] = signed.height - joined.height
    agreeing, other = plausibility.agreeing(joined, filed, rules)
    for company_id, concept, periods, agree in other.iter_rows():
        report.left_out[f"series of another definition: {company_id} {concept}, {agree} of {periods} periods agree"] = (
            joined.filter((pl.col("company_id") == company_id) & (pl.col("concept") == concept)).height
        )
    proved = plausibility.proved(agreeing, filed, rules, judgements.proved)
    report.left_out["figures of doubtful labels that filings do not bear out"] = agreeing.height - proved.height
    gross = plausibility.gross(proved, rules)
    report.left_out["expenses net of income"] = proved.height - gross.height
    closed = plausibility.closing(gross, filed, rules)
    report.left_out["aggregators' quarters of years that do not close"] = gross.height - closed.height
    return closed


def _without_zeros(rows: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Leave out exact zeros: these aggregators print 0 also for what a company does not report."""
    zero = (pl.col("value") == 0) & pl.col("source").is_in(["stockanalysis", "alphavantage"])
    report.left_out["zeros of StockAnalysis and Alpha Vantage"] = rows.filter(zero).height
    return rows.filter(~zero)


def _in_reporting_currency(rows: pl.DataFrame, companies: pl.DataFrame, report: Report) -> pl.DataFrame:
    """Leave out amounts in another currency than the company reports in."""
    own = companies.select("company_id", reporting_currency="currency")
    joined = rows.join(own, on="company_id", how="left", maintain_order="left")
    kept = joined.filter((pl.col("unit") == "shares") | (pl.col("unit") == pl.col("reporting_currency")))
    report.left_out["aggregators' figures in another currency"] = rows.height - kept.height
    return kept.drop("reporting_currency")


def _write(frame: pl.DataFrame, path: Path, file: str) -> dict[str, int | str]:
    contract = table(FILES[file])
    # What the adapter adds on reading: the file's own hash, and for closes the day to which they are adjusted.
    read = {"payload_sha256": pl.lit(""), "adjusted_to": pl.lit(None, pl.Date)}
    conform(frame.with_columns(**{c: e for c, e in read.items() if c in contract.polars_schema}), contract)
    frame = frame.select(c for c in contract.polars_schema if c not in read).sort(
        [*ORDER[file], *contract.key], nulls_last=True
    )
    frame.write_parquet(path, compression="zstd", compression_level=19, statistics=False)
    content = path.read_bytes()
    return {"bytes": len(content), "rows": frame.height, "sha256": hashlib.sha256(content).hexdigest()}


def main() -> None:
    """Build the bundle in its place in the source tree and print what it holds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data packs")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, help="folder to write to")
    arguments = parser.parse_args()
    stacks = registry.load()
    report = build(arguments.data, stacks.companies, stacks.tickers, arguments.out)
    for title, counts in (("kept", report.kept), ("left out", report.left_out)):
        for name, n in counts.items():
            print(f"{title:>8} {n:>9,}  {name}")
    size = sum((arguments.out / file).stat().st_size for file in FILES)
    print(f"{size:,} bytes in all")
    if size > LIMIT_BYTES:
        raise SystemExit(f"the bundle is larger than {LIMIT_BYTES:,} bytes")


if __name__ == "__main__":
    main()
