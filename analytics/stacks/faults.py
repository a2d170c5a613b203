"""A fault of the registry, and the error that lists them all.

Belongs here: how a fault is told. Which faults there are is in checks.py and registry.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One fault: the file, the entry in it, what is wrong and how to mend it."""

    file: str
    entry: str
    problem: str
    mend: str

    def __str__(self) -> str:
        """The fault on one line."""
        return f"{self.file}: {self.entry}: {self.problem}. Mend: {self.mend}."


class RegistryError(ValueError):
    """The registry cannot be used; `faults` holds every fault found, and the message lists them."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Keep the faults and tell them all, one on a line."""
        self.faults = tuple(faults)
        count = "1 fault" if len(self.faults) == 1 else f"{len(self.faults)} faults"
        super().__init__("\n".join([f"the registry of stacks has {count}:", *map(str, self.faults)]))
