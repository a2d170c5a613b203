"""The pages: one module a page, from the ledger to what its template shows.

Belongs here: which cards and lists a page holds. Does not belong here: HTML (templates), geometry (charts).
"""
