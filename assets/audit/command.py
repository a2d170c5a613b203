"""The `audit` command's work: the registry and the bundle beside the home, under a progress bar.

Belongs here: what is put beside the home's figures. Does not belong here: the audit itself (home.py, audit.py), or
the options of the command (pipelines/cli.py).
"""

from datetime import date
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from analytics.stacks import Stacks
from assets.audit.audit import NothingToAudit, steps
from assets.audit.compare import PAYLOADS, REGISTRY
from assets.audit.home import audit_home
from assets.audit.scorecard import Audit
from assets.sources import bundle
from assets.sources.bundle import BundleError as BadPayloads

__all__ = ["BadPayloads", "NothingToAudit", "run"]


def run(
    published: Path,
    warehouse: Path,
    stacks: Stacks,
    bundle_folder: Path | None,
    *,
    as_known_on: date | None,
    company: str | None,
    console: Console,
) -> Audit:
    """Audit a home against the registry and the bundle it was made from; see `audit_home`.

    Args:
        published, warehouse, as_known_on, company: see `audit_home`.
        stacks: the registry.
        bundle_folder: the bundle; None: the one shipped with us.
        console: where the progress bar is drawn.

    Raises:
        NothingToAudit: the home holds nothing. BadPayloads: the bundle is not what was shipped.
    """
    shipped = bundle.read(bundle_folder)
    columns = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("reading", total=steps(registry=True, payloads=True))
        return audit_home(
            published,
            warehouse,
            as_known_on=as_known_on,
            registry={name: getattr(stacks, name.removeprefix("core.")) for name in REGISTRY},
            payloads={name: getattr(shipped, name.removeprefix("raw.")) for name in PAYLOADS},
            company=company,
            step=lambda name: bar.update(task, description=name, advance=1),
        )
