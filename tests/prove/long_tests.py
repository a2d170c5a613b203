"""The longest tests, and a long look for companies on which the two derivations differ."""

import os
import re
import subprocess
import sys

from tests.prove.page import section, table

EXAMPLES = 300
RUNS = (
    ("the tests that `make test` leaves out", ("-m", "long"), {}),
    (
        f"{EXAMPLES} random companies by both derivations",
        ("tests/assets/test_audit_property.py",),
        {"LAYERLEDGER_EXAMPLES": str(EXAMPLES)},
    ),
)


def main() -> int:
    """Run them; 1 if a test fails."""
    rows, failed = list[tuple[object, ...]](), 0
    for what, arguments, variables in RUNS:
        command = [sys.executable, "-m", "pytest", "-v", *arguments]
        done = subprocess.run(command, env=os.environ | variables, stdout=subprocess.PIPE, text=True, check=False)
        print(done.stdout, flush=True)
        said = re.findall(r"(\d+) passed", done.stdout)
        rows.append((what, int(said[-1]) if said else 0, "well" if done.returncode == 0 else "failed"))
        failed |= done.returncode
    section("long_tests", "The longest tests", table(rows, "what", "tests passed", "ended"))
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
