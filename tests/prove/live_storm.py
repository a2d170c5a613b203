"""A hundred storms, seed by seed: python -m tests.prove.live_storm [HOW MANY]."""

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from analytics.contracts.columns import OUTCOMES
from tests.live.storm import COMPANIES, SHARE, STORMY, no_waiting, survive, truths
from tests.prove.page import section, table


def main(seeds: int = 100) -> None:
    """Survive them all, or stop at the first that does not."""
    count, began = Counter[str](), time.monotonic()
    with tempfile.TemporaryDirectory() as folder, no_waiting():
        truth = truths(Path(folder))
        for seed in range(seeds):
            ended = survive(seed, Path(folder), truth[seed % 2])
            count += ended
            print(f"seed {seed}: {dict(ended)}", flush=True)
    section(
        "live_storm",
        f"{SHARE:.0%} of all requests fail at random",
        f"""{seeds} seeded storms of {len(STORMY)} days over {", ".join(COMPANIES)}: every request fails with a
probability of {SHARE:.0%}, by any fault of the dial; half of the seeds leave out the signs of "too many requests",
which end a day's questions. In each: no run crashed; after every day all that was known was known still and no figure
was other than a source had told; each failure had the outcome that the table of faults gives for its last request;
every answer named by the journal could be read back; the clean day after ended with exactly the figures of a home that
never failed (`tests/live/storm.py`).

{table([(o, count[o]) for o in OUTCOMES], "questions that ended", "times")}

{time.monotonic() - began:.0f} s.""",
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
