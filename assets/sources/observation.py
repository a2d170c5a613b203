"""The identity of an observation.

Belongs here: the hash that names one figure as one source delivered it. Does not belong here: any source's shape.
"""

import hashlib

import polars as pl

IDENTITY = (
    "source", "company_id", "concept", "period_start", "period_end", "unit", "value", "known_at", "reference",
)  # fmt: skip


def with_ids(rows: pl.DataFrame) -> pl.DataFrame:
    """Add `observation_id`: the first 16 hexadecimal digits of the SHA-256 of the identity, joined by '|'.

    Dates are ISO, the value is Python's shortest exact decimal, a missing start or reference is empty. The same figure
    fetched again has the same id; a restatement, known later or in another filing, has another.
    """
    text = rows.select(pl.col(c).cast(pl.String).fill_null("") for c in IDENTITY if c != "value")
    values = map(repr, rows["value"].to_list())
    before, after = IDENTITY[: IDENTITY.index("value")], IDENTITY[IDENTITY.index("value") + 1 :]
    head = text.select(pl.concat_str(before, separator="|")).to_series().to_list()
    tail = text.select(pl.concat_str(after, separator="|")).to_series().to_list()
    ids = [hashlib.sha256(f"{h}|{v}|{t}".encode()).hexdigest()[:16] for h, v, t in zip(head, values, tail, strict=True)]
    return rows.with_columns(observation_id=pl.Series(ids, dtype=pl.String))
