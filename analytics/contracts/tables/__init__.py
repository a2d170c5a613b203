"""Every table of the warehouse: grain, key, columns with unit and meaning; one module for each family of tables.

Belongs here: the whole list. Does not belong here: columns that several tables share (analytics/contracts/columns.py).
"""

from analytics.contracts.model import Table
from analytics.contracts.tables import answers, capital, core, marts, raw

TABLES: tuple[Table, ...] = (*raw.TABLES, *core.TABLES, *marts.TABLES, *capital.TABLES, *answers.TABLES)

_BY_NAME = {t.full_name: t for t in TABLES}


def table(full_name: str) -> Table:
    """Return the contract of `schema.name`.

    Raises:
        KeyError: no such table; the message lists those there are.
    """
    if full_name not in _BY_NAME:
        raise KeyError(f"no table {full_name!r}; there are {sorted(_BY_NAME)}")
    return _BY_NAME[full_name]
