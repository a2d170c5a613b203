"""How a function from frames to a frame becomes the asset of a table.

Belongs here: the decorator that every module of `raw/`, `core/` and `marts/` uses. Does not belong here: any table.
"""

import inspect
from collections.abc import Callable, Generator
from typing import Any

import dagster as dg
import polars as pl

from analytics.contracts import TABLES, Column, ContractError, Table, table
from assets import checks, policies
from assets.inputs import Inputs
from assets.ledger import fills
from assets.preview import newest, preview
from assets.warehouse import Warehouse, describe

Build = Callable[..., pl.DataFrame]
Results = Generator[dg.AssetCheckResult | dg.MaterializeResult[None], None, None]

# A parameter of an asset is the name of the table it takes, so names are unique across stages (a test holds it).
BY_NAME = {contract.name: contract for contract in TABLES}
FETCHES = dg.AssetKey(["raw", "fetches"])


def table_asset(*, append: bool = False) -> Callable[[Build], Any]:
    """Make the decorated function the asset of the table that its module is named after.

    `assets/core/companies.py` holds core.companies. A parameter named like a table receives that table; `inputs`
    receives the run's inputs, `delivery` the answers of sources that the table has yet to take up. The frame is checked
    against the contract, written, and reported with its row count and newest period; one that breaks the contract fails
    the blocking check and the step, and leaves the table as it was.

    Args:
        append: add rows with new keys to the stored table and never change it otherwise; a table that is made anew
            from a delivery is replaced.
    """

    def declare(build: Build) -> Any:
        stage, name = build.__module__.split(".")[-2:]
        contract, key = table(f"{stage}.{name}"), dg.AssetKey([stage, name])
        parameters = set(inspect.signature(build).parameters)
        taken = [p for p in inspect.signature(build).parameters if p in BY_NAME]
        rules = checks.rules_of(contract.full_name)

        @dg.asset(
            key=key,
            ins={p: dg.AssetIn(key=[BY_NAME[p].schema, p]) for p in taken},
            deps=[FETCHES] if "delivery" in parameters else [],
            description=contract.description,
            metadata={
                "dagster/column_schema": column_schema(contract),
                "dagster/table_name": contract.full_name,
            },
            group_name=stage,
            kinds={"duckdb", "polars"},
            owners=policies.OWNERS,
            tags={"stage": stage},
            pool=policies.WAREHOUSE_POOL,
            io_manager_key="warehouse",
            required_resource_keys={"warehouse", "inputs", *(["published"] if rules else [])},
            check_specs=[checks.contract_spec(key, contract), *(checks.rule_spec(key, rule) for rule in rules)],
        )
        def made(context: dg.AssetExecutionContext, **tables: pl.DataFrame) -> Results:
            inputs: Inputs = context.resources.inputs
            warehouse: Warehouse = context.resources.warehouse
            given: dict[str, Any] = dict(tables)
            if "inputs" in parameters:
                given["inputs"] = inputs
            delivery = None
            if "delivery" in parameters:
                fetches = fills(inputs.fetches, contract)
                given["delivery"] = delivery = warehouse.delivery(contract, inputs.basis, fetches)
            found: list[dg.AssetCheckResult] = []

            def examine(now: pl.DataFrame) -> None:
                before = context.resources.published.table(contract, inputs.knowledge_day)
                found.extend(checks.examine(key, now, tables | {"before": before, "inputs": inputs}, inputs.accept))

            try:
                frame = build(**given)
                adds = append and not (delivery and delivery.anew)
                examined = {"examine": examine} if rules else {}
                rows = warehouse.write(contract, frame, append=adds, taken=delivery, **examined)
            except ContractError as error:
                yield checks.contract_broken(key, error)
                raise dg.Failure(f"the last good {contract.full_name} stays: {error}") from error
            except checks.HeldBack as held:
                yield checks.contract_kept(key, frame.height)
                yield from held.results
                context.resources.published.hold(contract.full_name, str(held))
                raise dg.Failure(f"the last good {contract.full_name} stays: {held}") from held
            if rules:
                context.resources.published.release(contract.full_name)
            yield dg.MaterializeResult(
                asset_key=key,
                metadata={
                    "dagster/row_count": rows,
                    **newest(frame, contract),
                    **({"preview": preview(frame, contract)} if stage == "marts" else {}),
                },
                check_results=[checks.contract_kept(key, frame.height), *found],
            )

        return made

    return declare


def column_schema(contract: Table) -> dg.TableSchema:
    """Return the contract's columns as Dagster shows them: type, description with unit, constraints."""
    return dg.TableSchema(columns=[_column(column, contract) for column in contract.columns])


def _column(column: Column, contract: Table) -> dg.TableColumn:
    listed = [f"one of: {', '.join(column.values)}"] if column.values else []
    return dg.TableColumn(
        name=column.name,
        type=str(column.dtype),
        description=describe(column),
        constraints=dg.TableColumnConstraints(
            nullable=column.nullable, unique=contract.key == (column.name,), other=listed
        ),
    )
