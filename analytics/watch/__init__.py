"""What is odd about tables that keep their contracts: against the run before, against themselves, against the clock.

Belongs here: rules as pure functions, each giving one row per thing that it finds (`findings.FINDINGS`). Does not
belong here: whether a finding stops publication and what an operator does about it (assets/checks), or the sanity of a
single figure, which decides whether it is used at all (analytics/sanity.py).
"""
