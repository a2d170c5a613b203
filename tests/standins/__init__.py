"""Stand-ins for Yahoo Finance and SEC EDGAR: local servers that the real clients work against.

Belongs here: what the endpoints do, from recorded payloads and from the embedded bundle. Does not belong here: anything
that the product needs to run.

    with StandIn(World(companies=["nvidia"])) as standin:
        session = RedirectSession(standin.yahoo_url)
        standin.faults.set("too_many", "yahoo.timeseries", subject="NVDA", count=2)
        standin.world.add_quarter("nvidia", filed=date(2026, 10, 15))
        standin.world.advance(30)
        assert standin.requests.count("yahoo.*") < 150

By hand: python -m tests.standins --fault storm:0.3

They cannot show what was never recorded: Yahoo's and SEC's real headers, how long a block lasts, HTTP/2 and the TLS
fingerprint by which Yahoo knows browsers, what either changes tomorrow. Figures told for filers whose filings the
bundle lacks are those of aggregators, or invented (`World.origin`); prices after the bundle's last day are invented.
"""

from tests.standins.dial import Dial, Fault
from tests.standins.faults import KINDS
from tests.standins.figures import Fact
from tests.standins.redirect import RedirectSession, Refused
from tests.standins.server import StandIn
from tests.standins.world import TODAY, World

__all__ = ["KINDS", "TODAY", "Dial", "Fact", "Fault", "RedirectSession", "Refused", "StandIn", "World"]
