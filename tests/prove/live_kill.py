"""Two hundred kills: python -m tests.prove.live_kill [HOW MANY [A ROW]]."""

import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.live.kills import row_of_kills, scene
from tests.prove.page import section, table


def main(kills: int = 200, a_row: int = 20) -> None:
    """Kill, check, kill again, in two rows at a time; stop at the first thing that does not hold."""
    met, began = Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(2) as rows:
        folder = Path(name)
        undisturbed = scene(folder)
        print(f"undisturbed: {undisturbed.seconds:.1f} s", flush=True)
        todo = [min(a_row, kills - done) for done in range(0, kills, a_row)]
        for row in rows.map(lambda seed: row_of_kills(undisturbed, folder, todo[seed], seed), range(len(todo))):
            met += row
            print(f"{met.total()} kills after {time.monotonic() - began:.0f} s: {dict(met)}", flush=True)
    section(
        "live_kill",
        "kill -9 at random moments of a refresh",
        f"""{kills} kills of the real command, {a_row} in a row on one home, at moments spread evenly over the
{undisturbed.seconds:.1f} s that it takes undisturbed (three companies, a small bundle, the stand-ins). After each:
every
file of the published version had the size and hash that its manifest says; every line of the journal stood as written,
and each payload that a line names could be read back. At the end of each row the refresh was started once more, with
nothing mended by hand: it ended with 0, left no folder behind and published the figures of the home that nobody killed.

{table(sorted(met.items()), "the kill met it while", "times")}

{time.monotonic() - began:.0f} s.""",
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
