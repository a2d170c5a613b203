"""How fast a stand-in was asked.

Belongs here: counting by time. Does not belong here: what is allowed.
"""

from tests.standins import StandIn


def most_in_a_second(standin: StandIn, endpoint: str) -> int:
    """The largest number of requests within any second."""
    times = sorted(entry.at for entry in standin.requests.entries(endpoint))
    most = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most
