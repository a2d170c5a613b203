"""The downloads: every published table, and how to ask it."""

from analytics.contracts import TABLES
from dashboard.ledger import Ledger
from dashboard.pages.page import Page


def page(ledger: Ledger) -> Page:
    """Return the page of downloads."""
    rows = {name: frame.height for name, frame in ledger.tables.items()}
    return Page(
        path="data.html",
        template="data.html",
        title="Data: Layer Ledger",
        description="Every table as Parquet, CSV or one DuckDB database, with hashes, and how to query it.",
        section="data",
        lens=ledger.lenses[0].lens,
        context={"tables": [(table, rows.get(table.full_name)) for table in TABLES]},
    )
