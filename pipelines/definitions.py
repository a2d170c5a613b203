"""The composition root: which assets, with which resources, run by what.

Belongs here: putting the parts together. Does not belong here: any part.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import dagster as dg

from assets import core, marts, published, raw
from assets.inputs import Inputs
from assets.publish import PublishedFolder
from assets.warehouse import Warehouse
from pipelines.home import Home
from pipelines.schedules import refresh_job, weekdays
from pipelines.settings import Settings


def compose(
    settings: Settings, inputs: Inputs | None = None, loggers: Mapping[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """Return the whole graph on one home; nothing is written until a run starts.

    Args:
        settings: where the home is, and what stands in for the shipped registry or bundle.
        inputs: what runs read unless the launchpad says otherwise; by default what the settings name.
        loggers: Dagster loggers that a run may choose by name.
    """
    home = Home.at(settings.home)
    return dg.Definitions(
        assets=[a for stage in (raw, core, marts, published) for a in dg.load_assets_from_package_module(stage)],
        jobs=[refresh_job],
        schedules=[weekdays],
        resources={
            "warehouse": Warehouse(path=str(home.warehouse)),
            "published": PublishedFolder(root=str(home.published), cache=str(home.cache)),
            "inputs": inputs or inputs_of(settings, asks=not settings.offline),
        },
        loggers=loggers or {},
        # One process for all steps: each process would import everything again (31 s for ten assets, measured).
        executor=dg.in_process_executor,
    )


def inputs_of(settings: Settings, as_known_on: date | None = None, **asking: Any) -> Inputs:
    """Return what a run reads, as the settings name it; `asking` as fields of Inputs."""
    home = Home.at(settings.home).root
    return Inputs.of(settings.stacks, settings.bundle, as_known_on, home, **settings.asking, **asking)


@dg.definitions
def definitions() -> dg.Definitions:
    """Return the graph as the environment sets it; what `dagster dev` and `dg` load."""
    return compose(Settings())
