"""On what terms sources are asked: who asks, where, how often.

Belongs here: what the settings say about asking, with the defaults. Does not belong here: reading the environment
(pipelines/settings.py).
"""

from dataclasses import dataclass, field

from assets.sources.http import Pace


@dataclass(frozen=True)
class Terms:
    """The terms of one run.

    contact: name and e-mail address that SEC wants to be told. mirror: where https://host/path is asked as
    <mirror>/host/path; None asks the sources themselves. sec_bulk: facts of all filers come out of SEC's bulk file, one
    download a day, instead of filer by filer; it may take `bulk_seconds`.
    """

    contact: str | None = None
    mirror: str | None = None
    sec_bulk: bool = False
    bulk_seconds: float = 3600.0
    # SEC allows ten requests a second. A filer's facts are megabytes.
    sec: Pace = field(default_factory=lambda: Pace(per_second=8.0, budget=1000, seconds=60.0))
    yahoo: Pace = field(default_factory=lambda: Pace(per_second=2.0, budget=300))
