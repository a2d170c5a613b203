"""python -m tests.prove [NAME …]: run some proofs, or all; exit 1 if one failed.

Belongs here: finding and running them. Does not belong here: any proof.
"""

import pkgutil
import subprocess
import sys
import time

import tests.prove

NONE = {"__main__", "page"}


def names() -> list[str]:
    """Every proof, by name."""
    return sorted(m.name for m in pkgutil.iter_modules(tests.prove.__path__) if m.name not in NONE)


def main(*chosen: str) -> int:
    """Run them one after the other, each in a process of its own."""
    if unknown := set(chosen) - set(names()):
        print(f"there is no proof {', '.join(sorted(unknown))}; there are: {', '.join(names())}", file=sys.stderr)
        return 2
    failed = []
    for name in chosen or names():
        print(f"== {name}", flush=True)
        began = time.monotonic()
        if subprocess.run([sys.executable, "-m", f"tests.prove.{name}"], check=False).returncode:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - began:.0f} s", flush=True)
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
