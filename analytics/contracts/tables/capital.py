"""Where capital goes and what changes: decomposition, capital and its run-off, stress.

Belongs here: declarations only.
"""

from analytics.contracts.model import Table

TABLES: tuple[Table, ...] = ()
