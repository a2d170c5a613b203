"""Live: what is asked of which source when, and the lasting record of every question and how it ended.

Belongs here: the journal of fetches, the rules of what is due, the asking itself. Does not belong here: the shape of an
answer (assets/sources), what a table keeps of it (assets/ledger.py).
"""
