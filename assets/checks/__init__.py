"""The checks of tables as Dagster shows them: the contract, and what is odd about tables that keep it.

Belongs here: which rule watches which table, how much it weighs, what an operator does about it, how a result is
worded. Does not belong here: the rules themselves (analytics.watch), or the contract (analytics.contracts).

A table is examined before it replaces the last good one. A check that fails as an ERROR leaves the last good table,
stops everything after it, and so publication; the published pages keep their figures and say so. A WARN is only told.
"""

from assets.checks.contract import CONTRACT, contract_broken, contract_kept, contract_spec
from assets.checks.examine import HeldBack, examine
from assets.checks.rules import RULES, Rule, rule_spec, rules_of

__all__ = [
    "CONTRACT", "RULES", "HeldBack", "Rule", "contract_broken", "contract_kept", "contract_spec", "examine",
    "rule_spec", "rules_of",
]  # fmt: skip
