"""What the figures mean: pure functions over polars frames, and the declarations they share.

Belongs here: contracts, items, periods, currencies, known time, metrics, aggregation, capture, the lenses as data.
Does not belong here: files, databases, networks, clocks, Dagster, charts.
"""
