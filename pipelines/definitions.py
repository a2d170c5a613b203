"""The composition root: which assets, with which resources, run by what.

Belongs here: putting the parts together. Does not belong here: any part.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

import dagster as dg

from assets import core, marts, policies, published, raw
from assets.publish import PublishedFolder
from assets.request import Request
from assets.warehouse import Warehouse
from pipelines.alerts import alerts_sensor
from pipelines.home import Home
from pipelines.inputs import inputs_of
from pipelines.jobs import JOBS
from pipelines.schedules import SCHEDULES
from pipelines.settings import Settings


def compose(settings: Settings, loggers: Mapping[str, dg.LoggerDefinition] | None = None) -> dg.Definitions:
    """Return the whole graph on one home; nothing is written until a run starts.

    Args:
        settings: where the home is, what stands in for the shipped registry or bundle, how sources are asked.
        loggers: Dagster loggers that a run may choose by name.
    """
    home = Home.at(settings.home)
    # Each run says at launch what it is asked to do: the launchpad shows these fields, each with its description.
    request = Request.configure_at_launch()
    stages = (raw, core, marts, published)
    assets: list[Any] = [asset for stage in stages for asset in dg.load_assets_from_package_module(stage)]
    return dg.Definitions(
        assets=dg.map_asset_specs(partial(_with_page, settings.pages_url), assets),
        jobs=JOBS,
        schedules=SCHEDULES,
        sensors=[alerts_sensor(settings)],
        resources={
            "warehouse": Warehouse(path=str(home.warehouse)),
            "published": PublishedFolder(root=str(home.published), cache=str(home.cache)),
            "request": request,
            "inputs": inputs_of(settings, request),
        },
        loggers=loggers or {},
        # One process for all steps: each process would import everything again (31 s for ten assets, measured).
        executor=dg.in_process_executor,
    )


def _with_page(address: str, spec: dg.AssetSpec) -> dg.AssetSpec:
    """The asset with a link to the page that shows it, as `layerledger serve` serves it."""
    page = dg.MetadataValue.url(f"{address.rstrip('/')}/{policies.page_of('.'.join(spec.key.path))}")
    return spec.merge_attributes(metadata={"page": page})


@dg.definitions
def definitions() -> dg.Definitions:
    """Return the graph as the environment sets it; what `dagster dev` and `dg` load."""
    return compose(Settings())
