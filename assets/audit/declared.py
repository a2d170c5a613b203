"""What both derivations share: declarations, as tables of the audit's database.

Belongs here: labels, items, sources, identities, quarantine, the registry of metrics and the defaults of assumptions as
rows. Does not belong here: any rule; those stand in sql/.
"""

import duckdb
import polars as pl

from analytics.assumptions import defaults
from analytics.concepts import CONCEPTS, COVERS, MISNOMERS
from analytics.contracts.columns import SOURCES
from analytics.items import IDENTITIES, ITEMS
from analytics.metrics.registry import METRICS
from analytics.quarantine import quarantined


def tables() -> dict[str, pl.DataFrame]:
    """Every declaration by the name of its table in schema `declared`."""
    return {
        "sources": pl.DataFrame({"source": SOURCES, "rank": range(len(SOURCES))}),
        "concepts": pl.DataFrame(
            [(c.label, c.item, c.tier, order, c.sign) for order, c in enumerate(CONCEPTS)],
            schema=["concept", "item", "tier", "label_order", "sign"],
            orient="row",
        ),
        "covers": pl.DataFrame({"label": COVERS}),
        "misnomers": pl.DataFrame(
            {"company_id": [m.company_id for m in MISNOMERS], "concept": [m.label for m in MISNOMERS]}
        ),
        "assumptions": pl.DataFrame({"assumption": list(defaults()), "value": list(defaults().values())}),
        "quarantine": quarantined(),
        "items": pl.DataFrame(
            [(i.id, i.kind, i.unit, n) for n, i in enumerate(ITEMS)],
            schema=["item", "kind", "unit", "position"],
            orient="row",
        ),
        "identities": pl.DataFrame(
            [(n, i.item, *i.terms[0], *i.terms[1]) for n, i in enumerate(IDENTITIES)],
            schema=["position", "item", "first", "first_sign", "second", "second_sign"],
            orient="row",
        ),
        "metrics": pl.DataFrame(
            [(m.id, m.in_usd, m.denominator and m.denominator.name, m.near_zero) for m in METRICS],
            schema={"metric": pl.String, "in_usd": pl.Boolean, "denominator": pl.String, "near_zero": pl.Float64},
            orient="row",
        ),
        "metric_windows": pl.DataFrame(
            [(m.id, w) for m in METRICS for w in m.windows], schema=["metric", "window"], orient="row"
        ),
        "metric_terms": pl.DataFrame(
            [
                (m.id, part, position, item, sign, amount.taken)
                for m in METRICS
                for part, amount in zip(("numerator", "denominator"), m.amounts, strict=False)
                for position, (item, sign) in enumerate(amount.terms)
            ],
            schema=["metric", "part", "position", "item", "sign", "taken"],
            orient="row",
        ),
    }


def load(connection: duckdb.DuckDBPyConnection) -> None:
    """Write all declarations into schema `declared` of the connection's database."""
    connection.execute("CREATE SCHEMA declared")
    for name, frame in tables().items():
        connection.register("incoming", frame)
        connection.execute(f"CREATE TABLE declared.{name} AS FROM incoming")
        connection.unregister("incoming")
