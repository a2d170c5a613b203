"""The audit: every figure derived a second time from raw, in plain SQL, and compared; identities as queries.

Belongs here: the SQL derivation (sql/own), the comparison, the checks (sql/checks) and the scorecard. The audit shares
declarations with the polars path (labels, items, identities, metrics, memberships) and contracts, never a rule that
computes. Does not belong here: how a figure is derived for readers (analytics).
"""
