"""What can be started, from the launchpad, from a schedule and from the command alike.

Belongs here: jobs. Does not belong here: what an asset does (assets), or when a job starts by itself (schedules.py).
"""

from io import StringIO
from pathlib import Path
from typing import Any

import dagster as dg
from rich.console import Console

from assets.inputs import Inputs
from pipelines import retention
from pipelines.home import Home


def _asking(**fields: object) -> dict[str, object]:
    """Configuration that the launchpad opens with; every field of the request can be set beside it."""
    return {"resources": {"request": {"config": fields}}}


refresh_job = dg.define_asset_job(
    "refresh",
    selection=dg.AssetSelection.all(),
    description=(
        "Everything, from raw to published: asks what is due, derives, checks, publishes. In the launchpad, `request` "
        "narrows whom it asks: companies, layers, sources. The command `layerledger refresh` runs this job."
    ),
)

sweep_job = dg.define_asset_job(
    "sweep",
    selection=dg.AssetSelection.all(),
    config=_asking(everything=True),
    description="A refresh that asks about every company, whatever it is due for: `layerledger refresh --everything`.",
)

rebuild_job = dg.define_asset_job(
    "rebuild",
    selection=dg.AssetSelection.all(),
    config=_asking(ask=False, read_again=True),
    description=(
        "Reads the bundle and every archived answer again, with the adapters of today, and derives everything from "
        "them; asks nobody. The command `layerledger rebuild` does the same with a new warehouse."
    ),
)

publish_job = dg.define_asset_job(
    "publish",
    selection=dg.AssetSelection.groups("published"),
    config=_asking(ask=False),
    description=(
        "Publishes what the warehouse holds; asks nobody, derives nothing. Refused while a check holds publication "
        "back. The command `layerledger publish` runs this job."
    ),
)


@dg.op(required_resource_keys={"inputs"}, description="Derives every figure a second time, in SQL, and compares.")
def compare_with_a_second_derivation(context: dg.OpExecutionContext) -> None:
    """Audit the published version; fail on any contradiction."""
    # Not needed by any other job.
    from assets.audit.command import run
    from assets.audit.printed import scorecard

    inputs: Inputs = context.resources.inputs
    home = Home.at(Path(inputs.home or "."))
    folder = Path(inputs.bundle_folder) if inputs.bundle_folder else None
    quiet = Console(file=StringIO())
    found = run(
        home.current, home.warehouse, inputs.stacks, folder, as_known_on=None, company=None, console=quiet
    )  # fmt: skip
    text = StringIO()
    Console(file=text, width=160).print(scorecard(found))
    told: dict[str, Any] = {
        "scorecard": dg.MetadataValue.md(f"```\n{text.getvalue()}\n```"),
        "contradictions": found.contradictions,
    }
    if found.contradictions:
        raise dg.Failure(
            f"{found.contradictions:,} contradictions; `layerledger audit` prints them, what is published stays",
            metadata=told,
        )
    context.add_output_metadata(told)


@dg.job(description="The monthly audit of what is published; the command `layerledger audit` prints the same.")
def audit() -> None:
    """Audit the published version."""
    compare_with_a_second_derivation()


@dg.op(required_resource_keys={"inputs"}, description="Removes old runs and logs, as the retention settings say.")
def remove_what_is_old(context: dg.OpExecutionContext) -> None:
    """Remove what retention no longer keeps; never anything of the archive."""
    home = Home.at(Path(context.resources.inputs.home or "."))
    context.add_output_metadata(retention.tidy(home, context.instance))


@dg.job(description="Weekly: old runs, logs and reports are removed. The archive and published versions stay.")
def housekeeping() -> None:
    """Remove what retention no longer keeps."""
    remove_what_is_old()


JOBS: list[Any] = [refresh_job, sweep_job, rebuild_job, publish_job, audit, housekeeping]
