"""The universe as data: who the companies are, and how each lens cuts the industry into layers.

Belongs here: companies.toml, one TOML file per lens in lenses/, and the loader that checks them and gives frames.
Does not belong here: figures of any kind, and what is computed from a membership.
"""

from analytics.stacks.entries import Claim
from analytics.stacks.faults import Fault, RegistryError
from analytics.stacks.registry import Stacks, load

__all__ = ["Claim", "Fault", "RegistryError", "Stacks", "load"]
