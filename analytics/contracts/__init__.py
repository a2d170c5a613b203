"""The shape of every table, declared once.

Belongs here: columns (type, unit, description) and tables (grain, key, columns), and the check that a frame keeps them.
Dagster's column schemas, DuckDB comments, the data dictionary and the axes of charts derive from these declarations.
Does not belong here: how a table is computed or stored.
"""

from analytics.contracts.model import Column, ContractError, Table, conform, empty
from analytics.contracts.tables import TABLES, table

__all__ = ["TABLES", "Column", "ContractError", "Table", "conform", "empty", "table"]
