"""A table examined before it replaces the last good one.

Belongs here: running the rules of a table, and wording what they find. Does not belong here: the rules.
"""

import inspect
from collections.abc import Collection, Mapping
from typing import Any

import dagster as dg
import polars as pl

from assets.checks.rules import Rule, rules_of

SHOWN = 20


class HeldBack(Exception):
    """A check that stops publication failed; the table stays as it was. The message tells rows and figures."""

    def __init__(self, why: str, short: str, results: tuple[dg.AssetCheckResult, ...]):
        """Take what was found, the same in short for readers, and the results of all rules over the table."""
        super().__init__(why)
        self.short, self.results = short, results


def examine(
    key: dg.AssetKey, now: pl.DataFrame, given: Mapping[str, Any], accept: Collection[str]
) -> tuple[dg.AssetCheckResult, ...]:
    """Run every rule over the table of an asset.

    Args:
        key: the asset; its path is the table's name.
        now: the frame about to be written, which keeps its contract.
        given: what else rules may ask for by name: `before`, `inputs`, tables that the asset takes.
        accept: subjects (companies, layers, lenses, currencies) whose findings an operator has looked at: they are
            told and stop nothing.

    Raises:
        HeldBack: a rule that stops publication found something that is not accepted.
    """
    results, stops = [], []
    for rule in rules_of(".".join(key.path)):
        asked = [p.name for p in inspect.signature(rule.finds).parameters.values() if p.default is p.empty]
        findings = rule.finds(**{name: now if name == "now" else given[name] for name in asked})
        accepted = findings["subject"].is_in(list(accept))
        left = findings.filter(~accepted)
        stops += [(rule, left)] if rule.stops and left.height else []
        results.append(_result(key, rule, findings, int(accepted.sum())))
    if stops:
        name = ".".join(key.path)
        told = "; ".join(f"{rule.name}: {_few(findings)}" for rule, findings in stops)
        about = "; ".join(f"{rule.name}: {_subjects(findings)}" for rule, findings in stops)
        raise HeldBack(f"{name}, {told}", f"{name}, {about}", tuple(results))
    return tuple(results)


def _result(key: dg.AssetKey, rule: Rule, findings: pl.DataFrame, accepted: int) -> dg.AssetCheckResult:
    passed = findings.is_empty()
    stops = rule.stops and findings.height > accepted
    metadata: dict[str, Any] = {"rows found": findings.height}
    if not passed:
        metadata |= {
            "which rows": dg.MetadataValue.md(as_markdown(findings)),
            "what to do": dg.MetadataValue.md(rule.remedy),
        }
    if accepted:
        metadata["accepted by the operator"] = accepted
    return dg.AssetCheckResult(
        check_name=rule.name,
        asset_key=key,
        passed=passed,
        severity=dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN,
        description=rule.says if passed else f"{_few(findings)}. {rule.remedy}",
        metadata=metadata,
    )


def _few(findings: pl.DataFrame, shown: int = 3) -> str:
    rows = [f"{row} ({told})" for row, told in findings.head(shown).select("row", "told").iter_rows()]
    more = f", and {findings.height - shown} more" if findings.height > shown else ""
    return "; ".join(rows) + more


def _subjects(findings: pl.DataFrame, shown: int = 3) -> str:
    names = findings["subject"].unique(maintain_order=True).to_list()
    more = f" and {len(names) - shown} more" if len(names) > shown else ""
    return ", ".join(names[:shown]) + more


def as_markdown(findings: pl.DataFrame) -> str:
    """The first findings as a table."""
    lines = ["| row | what is odd |", "|---|---|"]
    lines += [f"| {_cell(row)} | {_cell(told)} |" for row, told in findings.head(SHOWN).select("row", "told").rows()]
    if findings.height > SHOWN:
        lines.append(f"| … | and {findings.height - SHOWN} more |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
