"""How a function from frames to a frame becomes the asset of a table.

Belongs here: the decorator that every module of `raw/`, `core/` and `marts/` uses. Does not belong here: any table.
"""

import inspect
from collections.abc import Callable, Generator
from typing import Any

import dagster as dg
import polars as pl

from analytics.contracts import TABLES, Column, ContractError, Table, table
from assets import checks, fingerprint, policies
from assets.inputs import Inputs
from assets.kept import Kept, Made
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
    receives the run's inputs, `delivery` the answers of sources that the table has yet to take up, `kept` the parts of
    the table that may stay as they are. The frame is checked against the contract, written, and reported with its row
    count and newest period; one that breaks the contract fails the blocking check and the step, and leaves the table as
    it was. Where code and all that it takes are those it was last made from, the function is not called and the table
    stays; it is examined and reported all the same.

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
        # Only by asking can it be known what there is to ask.
        asks = key == FETCHES

        @dg.asset(
            key=key,
            deps=[[BY_NAME[p].schema, p] for p in taken] + ([FETCHES] if "delivery" in parameters else []),
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
            required_resource_keys={"warehouse", "inputs", *(["published"] if rules else [])},
            check_specs=[checks.contract_spec(key, contract), *(checks.rule_spec(key, rule) for rule in rules)],
        )
        def made(context: dg.AssetExecutionContext) -> Results:
            inputs: Inputs = context.resources.inputs
            warehouse: Warehouse = context.resources.warehouse
            delivery = None
            if "delivery" in parameters:
                fetches = fills(inputs.fetches, contract)
                delivery = warehouse.delivery(contract, inputs.basis, fetches, anew=inputs.request.read_again)
            now = None if asks else _made_from(contract, parameters, warehouse, inputs)
            before = warehouse.made(contract)
            found: list[dg.AssetCheckResult] = []

            def tables() -> dict[str, pl.DataFrame]:
                return {p: warehouse.read(BY_NAME[p]) for p in taken}

            def examine(frame: pl.DataFrame) -> None:
                shown = context.resources.published.table(contract, inputs.knowledge_day)
                found.extend(checks.examine(key, frame, tables() | {"before": shown, "inputs": inputs}, inputs.accept))

            try:
                if now and before and before.made_from == now and not (delivery and delivery.anew):
                    frame = warehouse.read(contract)
                    rows = frame.height
                    if rules:
                        examine(frame)
                else:
                    kept = Kept(before.parts if before else {}, lambda: warehouse.read(contract))
                    shared = {"inputs": inputs, "delivery": delivery, "kept": kept}
                    frame = build(**tables(), **{name: shared[name] for name in shared if name in parameters})
                    rows = warehouse.write(
                        contract,
                        frame,
                        append=append and not (delivery and delivery.anew),
                        taken=delivery,
                        now=Made(now, now, kept.now) if now else None,
                        **({"examine": examine} if rules else {}),
                    )
            except ContractError as error:
                yield checks.contract_broken(key, error)
                raise dg.Failure(f"the last good {contract.full_name} stays: {error}") from error
            except checks.HeldBack as held:
                yield checks.contract_kept(key, frame.height)
                yield from held.results
                context.resources.published.hold(contract.full_name, held.short)
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


def _made_from(contract: Table, parameters: set[str], warehouse: Warehouse, inputs: Inputs) -> str | None:
    """A digest of everything that a table is made from; None if it cannot be told.

    That is the code; the content of the tables it takes; the answers it takes up; the run's inputs but the answers, as
    only a table with a delivery may take those (a test holds it).
    """
    told: dict[str, object] = {"code": fingerprint.code("analytics", "assets"), "polars": pl.__version__}
    for name in sorted(parameters & set(BY_NAME)):
        given = warehouse.made(BY_NAME[name])
        if given is None:
            return None
        told[name] = given.content
    if "delivery" in parameters:
        told["delivery"] = inputs.basis, [f.fetch_id for f in fills(inputs.fetches, contract)]
    if "inputs" in parameters:
        told["inputs"] = inputs.given
    return fingerprint.digest(contract.full_name, told)


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
