"""The contract check of every table as Dagster shows it.

Belongs here: its spec, and how a result is worded. Does not belong here: the contract itself (analytics.contracts),
or the refusal to write (assets.warehouse), which happens whether or not anyone looks at the check.
"""

from collections.abc import Mapping

import dagster as dg

from analytics.contracts import ContractError, Table

CONTRACT = "contract"


def contract_spec(key: dg.AssetKey, contract: Table) -> dg.AssetCheckSpec:
    """Declare the blocking contract check of one table."""
    columns = ", ".join(contract.key) or "none"
    return dg.AssetCheckSpec(
        CONTRACT,
        asset=key,
        blocking=True,
        description=(
            f"{contract.full_name} has the columns and types it declares, no null or NaN where none may be, only "
            f"listed values, and a unique key ({columns}). Checked before the table is replaced: when it fails, the "
            "last good table stays."
        ),
    )


def contract_kept(key: dg.AssetKey, rows: int) -> dg.AssetCheckResult:
    """Report that the frame kept its contract and was written."""
    return dg.AssetCheckResult(check_name=CONTRACT, asset_key=key, passed=True, metadata={"rows checked": rows})


def contract_broken(key: dg.AssetKey, error: ContractError) -> dg.AssetCheckResult:
    """Report what broke the contract; the table was not touched."""
    metadata: Mapping[str, str] = {
        "what broke it": str(error),
        "what to do": "The last good table stays. Mend the asset or its input and materialise it again.",
    }
    return dg.AssetCheckResult(
        check_name=CONTRACT,
        asset_key=key,
        passed=False,
        severity=dg.AssetCheckSeverity.ERROR,
        description=str(error),
        metadata=metadata,
    )
