"""What a run reads, as the settings name it.

Belongs here: that alone, so that a refresh that has nothing to make need not load the graph. Does not belong here: the
graph (definitions.py), the settings (settings.py).
"""

from typing import Any

from assets.inputs import Inputs
from pipelines.home import Home
from pipelines.settings import Settings


def inputs_of(settings: Settings, request: Any = None) -> Inputs:
    """Return what a run reads, and what it is asked to do; by default all that is due."""
    home = Home.at(settings.home).root
    return Inputs.of(settings.stacks, settings.bundle, home, request, asks=not settings.offline, **settings.asking)
