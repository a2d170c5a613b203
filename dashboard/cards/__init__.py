"""The cards: one module each, from the ledger to a question, a finding, a picture and a table.

Belongs here: which figures a card shows and what it says of them. Does not belong here: geometry
(charts), HTML (templates).
"""
