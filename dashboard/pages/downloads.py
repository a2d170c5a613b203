"""The downloads: every published table, and how to ask it."""

from analytics.contracts import TABLES
from dashboard.ledger import Ledger
from dashboard.pages.page import Page


def page(ledger: Ledger) -> Page:
    """Return the page of downloads; raw tables are in the database only."""
    tables = [
        {"name": t.full_name, "description": t.description, "columns": t.columns,
         "rows": ledger.tables[t.full_name].height if t.full_name in ledger.tables else None}
        for t in TABLES
    ]  # fmt: skip
    return Page(
        "data.html",
        "data.html",
        "Data: Layer Ledger",
        "Download every table as Parquet, CSV or one DuckDB database, with a manifest of hashes, and query it.",
        "data",
        ledger.lenses[0].lens,
        (),
        {"tables": tables},
    )
