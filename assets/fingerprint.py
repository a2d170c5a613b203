"""Fingerprints: whether anything that figures rest on has changed since they were made.

Belongs here: digests of code, registry and answers. Does not belong here: what is done when one differs.
"""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from analytics.stacks import Stacks
from assets.sources.payload import Fetch

# What a package of ours is made of; caches and left-overs of editors are not.
OURS = (".py", ".toml", ".sql", ".html", ".css", ".js", ".json", ".svg", ".woff2")


def digest(*parts: object) -> str:
    """Return the first 16 hexadecimal digits of the SHA-256 of some JSON values."""
    return hashlib.sha256(json.dumps(parts, default=str, sort_keys=True).encode()).hexdigest()[:16]


@cache
def code(*packages: str) -> str:
    """Return a digest of every file of some packages: a figure made by other code is another figure."""
    ours = (found for package in packages for found in _ours(files(package), package))
    return digest(sorted((name, hashlib.sha256(file.read_bytes()).hexdigest()) for name, file in ours))


def _ours(folder: Traversable, name: str) -> Iterable[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _ours(entry, f"{name}/{entry.name}")
        elif entry.name.endswith(OURS):
            yield f"{name}/{entry.name}", entry


def registry(stacks: Stacks) -> str:
    """Return a digest of every entry of the registry."""
    entries = [*stacks.company_entries, *stacks.lens_entries]
    return digest([entry.model_dump(mode="json") for entry in entries])


def answers(fetches: Iterable[Fetch]) -> str:
    """Return a digest of what was told and of what is failing now.

    Told is what an answer added; an answer that added nothing, or that held no figures, changes nothing.
    """
    told, state = [], {}
    for fetch in fetches:
        if fetch.outcome in ("ok", "schema_changed") and not fetch.subject.startswith("submissions/"):
            told.append((fetch.subject, fetch.payload_sha256))
        state[fetch.source, fetch.subject] = fetch.outcome
    failing = [(*subject, outcome) for subject, outcome in state.items() if outcome not in ("ok", "unchanged")]
    return digest(told, sorted(failing))
