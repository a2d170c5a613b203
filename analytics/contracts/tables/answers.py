"""The answers: justification gap, reconciliation, lead and lag, deals, claims.

Belongs here: declarations only.
"""

from analytics.contracts.model import Table

TABLES: tuple[Table, ...] = ()
