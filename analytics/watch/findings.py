"""The shape in which every rule tells what it finds.

Belongs here: that shape. Does not belong here: any rule.
"""

import polars as pl

# subject: the company, layer, currency or source that it is about. row: which row, as a person names it. told: what is
# odd, with the figures.
FINDINGS = {"subject": pl.String(), "row": pl.String(), "told": pl.String()}


def nothing() -> pl.DataFrame:
    """No finding."""
    return pl.DataFrame(schema=FINDINGS)


def found(rows: pl.DataFrame, subject: str, row: pl.Expr, told: pl.Expr) -> pl.DataFrame:
    """Findings from the rows of a table: the column that holds the subject, and how row and reason are written."""
    # One chunk: polars 2.1 panics when it formats text from columns whose chunks do not line up.
    return rows.rechunk().select(pl.col(subject).cast(pl.String).alias("subject"), row=row, told=told)


def amount(column: str) -> pl.Expr:
    """An amount with four significant digits, as text: billions as bn; 'nothing' where there is none."""
    value = pl.col(column).cast(pl.Float64)
    billions = pl.format("{} bn", (value / 1e9).round_sig_figs(4))
    text = pl.when(value.abs() >= 1e9).then(billions).otherwise(value.round_sig_figs(4).cast(pl.String))
    return pl.coalesce(text, pl.lit("nothing"))
