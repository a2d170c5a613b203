"""The stand-ins, started by hand: python -m tests.standins [--port 0] [--today DATE] [--fault KIND[:P]] [--seed N].

Belongs here: the command. Does not belong here: anything that a test needs.
"""

import argparse
import signal
import threading
from datetime import date

from tests.standins import KINDS, TODAY, StandIn, World
from tests.standins.others import REAL


def main() -> None:
    """Serve until Ctrl-C; then print what was asked."""
    parser = argparse.ArgumentParser(prog="python -m tests.standins", description="Local stand-ins for Yahoo and SEC.")
    parser.add_argument("--port", type=int, default=0, help="port of loopback; 0 takes a free one")
    parser.add_argument("--today", type=date.fromisoformat, default=TODAY, help=f"day of the world's clock ({TODAY})")
    parser.add_argument("--company", action="append", help="company of the registry to serve; all by default")
    parser.add_argument(
        "--fault", action="append", default=[], type=fault, metavar="KIND[:P][@ENDPOINT]",
        help=f"let requests fail, with probability P (1), at an endpoint such as yahoo.chart or sec.* (all); 'storm:P' "
        f"mixes all kinds; kinds: {', '.join(KINDS)}",
    )  # fmt: skip
    parser.add_argument("--seed", type=int, default=0, help="seed of the faults")
    parser.add_argument(
        "--others", type=int, default=0, metavar="N",
        help=f"concepts that mean nothing to us in each answer of SEC; {REAL} give it the weight of a real one",
    )  # fmt: skip
    options = parser.parse_args()
    with StandIn(
        World(options.today, options.company, options.others), port=options.port, seed=options.seed
    ) as standin:
        for kind, probability, endpoint in options.fault:
            if kind == "storm":
                standin.faults.storm(probability, endpoint=endpoint)
            else:
                standin.faults.set(kind, endpoint, probability=probability)
        print(f"# the stand-ins listen; their world's day is {standin.world.today}. In another shell:")
        print(f"export LAYERLEDGER_MIRROR={standin.yahoo_url}")
        print("export LAYERLEDGER_CONTACT='Layer Ledger developer@example.com'")
        print("# Ctrl-C ends them", flush=True)
        stopped = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stopped.set())
        stopped.wait()
        print(f"\n{len(standin.requests)} requests\n{standin.requests.table()}")


def fault(text: str) -> tuple[str, float, str]:
    """Kind, probability and endpoint out of 'KIND:P@ENDPOINT'.

    Raises:
        argparse.ArgumentTypeError: no such kind, or a probability outside 0 to 1.
    """
    rest, _, endpoint = text.partition("@")
    kind, _, share = rest.partition(":")
    if kind not in (*KINDS, "storm"):
        raise argparse.ArgumentTypeError(f"no fault {kind!r}; there are: storm, {', '.join(KINDS)}")
    try:
        probability = float(share or 1)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{share!r} is not a probability") from error
    if not 0 <= probability <= 1:
        raise argparse.ArgumentTypeError(f"{share} is not between 0 and 1")
    return kind, probability, endpoint or "*"


if __name__ == "__main__":
    main()
