"""How it reads: the published pages, static files made from the published tables.

Belongs here: colours, words, pictures and pages. Does not belong here: computing a figure (analytics), when pages are
built (pipelines), where they are put (assets).
"""
