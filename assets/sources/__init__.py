"""The sources: one module each, the only places that know a source's shape.

Belongs here: fetching and parsing (`sec`, `bundle`), and what they share (`payload`, `observation`). Every source
ends in the raw tables: its answers as observations, its requests as rows of raw.fetches. Does not belong here: what a
figure means, or which source speaks.
"""
