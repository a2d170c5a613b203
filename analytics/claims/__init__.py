"""The claim ledger: what the sources say, measured, judged, read again in other ways, and followed through time.

Belongs here: rules of verdicts (rules.toml), values, verdicts, the tables. Does not belong here: the claims themselves,
which stand with their lens in analytics/stacks/lenses.
"""

from analytics.claims.ledger import Tables, tables

__all__ = ["Tables", "tables"]
