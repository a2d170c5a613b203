"""The bundle: real figures shipped with the project, so that everything works with no network.

Belongs here: the Parquet files and their manifest, and the script that builds them from the data packs
(`python -m assets.bundle.build --data FOLDER`). Does not belong here: reading them (assets/sources/bundle.py).
"""

# file → the raw table it holds; the file has the table's columns but payload_sha256, which is the file's own.
FILES = {
    "observations.parquet": "raw.observations",
    "segments.parquet": "raw.segment_observations",
    "fx.parquet": "raw.fx_observations",
    "prices.parquet": "raw.price_observations",
    "splits.parquet": "raw.splits",
}
MANIFEST = "manifest.json"
