"""Proofs that take minutes: what the project promises, shown at full length, with figures.

Belongs here: one module for each proof, `tests/prove/<name>.py`, with a `main()` that prints its progress, fails
loudly, and ends with `section(...)`, which writes its part of docs/proofs.md. Does not belong here: what `make test`
runs in seconds; most proofs have a short sample there.

    make prove                                    every proof
    make prove PROOFS="live_storm live_daily"     some of them
    python -m tests.prove.live_storm 20           one of them, with arguments of its own
"""
