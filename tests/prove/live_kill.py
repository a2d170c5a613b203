"""Two hundred kills: python -m tests.prove.live_kill [HOW MANY [A ROW]]."""

import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.live.kills import row_of_kills, scene
from tests.prove.page import section, table

# So many rows at a time, which makes each of them slower than one alone.
ROWS, STRETCH = 2, 1.5
AIMED = "aimed "
NOTED = Path(".artefacts") / "live_kill.json"


def main(kills: int = 200, a_row: int = 10) -> None:
    """Kill, check, kill again, two rows at a time; stop at the first thing that does not hold.

    Rows that are done are noted, so that a proof that was stopped goes on where it was.
    """
    began, todo = time.monotonic(), {f"{AIMED}{row}": a_row for row in range(2)}
    todo |= {str(row): min(a_row, kills - n) for row, n in enumerate(range(0, kills, a_row))}
    NOTED.parent.mkdir(parents=True, exist_ok=True)
    done: dict[str, dict[str, int]] = json.loads(NOTED.read_text()) if NOTED.exists() else {}
    left = [row for row in todo if row not in done]
    with tempfile.TemporaryDirectory() as name, ThreadPoolExecutor(ROWS) as rows:
        undisturbed = scene(Path(name))
        print(f"undisturbed: {undisturbed.seconds:.1f} s; rows done before: {len(done)}", flush=True)
        under_way = {
            rows.submit(
                row_of_kills, undisturbed, Path(name), todo[row], _seed(row), STRETCH, row.startswith(AIMED)
            ): row
            for row in left
        }
        for row in as_completed(under_way):
            done[under_way[row]] = row.result()
            NOTED.write_text(json.dumps(done))
            print(f"row {under_way[row]} after {time.monotonic() - began:.0f} s: {dict(row.result())}", flush=True)
    anywhere, aimed = (
        sum((Counter(met) for row, met in done.items() if row.startswith(AIMED) is wanted), Counter[str]())
        for wanted in (False, True)
    )
    section(
        "live_kill",
        "kill -9 at random moments of a refresh",
        f"""{anywhere.total()} kills of the real command, {a_row} in a row on one home, at moments spread evenly over
the {STRETCH * undisturbed.seconds:.0f} s that it takes (three companies, a small bundle, the stand-ins), and
{aimed.total()} more aimed at its last stage, which is short. After each: every file of the published version had the
size and hash that its manifest says; every line of the journal stood as written, and each payload that a line names
could be read back. At the end of each row the refresh was started once more, with nothing mended by hand: it ended with
0, left no folder behind and published the figures of the home that nobody killed.

{table(sorted((anywhere + aimed).items()), "the kill met it while", "times")}
""",
    )
    NOTED.unlink()


def _seed(row: str) -> int:
    return 1000 + int(row.removeprefix(AIMED)) if row.startswith(AIMED) else int(row)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
