"""What a comparison of two quarters must say of segments: who was cut anew in between.

Belongs here: the sentence. Does not belong here: which segmentations a segment is told in (ledger.py).
"""

from dashboard.findings import listed
from dashboard.ledger import Ledger


def told(ledger: Ledger, lens: str, since: str, at: str, layer: str | None = None) -> str:
    """Name the members of a lens or layer whose old cut is compared with a new one; '' where there is none."""
    names = ledger.cut_anew(lens, since, at, layer)
    return f" Cut anew in between, so that the old cut stands beside the new: {listed(names)}." if names else ""
