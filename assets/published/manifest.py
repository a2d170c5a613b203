"""The manifest, and the moment at which a version becomes the current one."""

import json
from datetime import UTC, datetime

import dagster as dg

from analytics.contracts import TABLES, table
from assets.inputs import Inputs
from assets.publish import DATABASE, PublishedFolder, as_of, published_asset
from assets.publish import manifest as describe
from assets.published.data import content_of, endings
from assets.versions import MANIFEST
from assets.warehouse import Warehouse, row_count

PARTS = ("index.html", DATABASE, "data")


@published_asset(
    deps=[["core", "company_quarters"], ["core", "prices"], *(["published", p] for p in ("data", "database", "site"))],
    kinds={"json"},
)
def manifest(
    context: dg.AssetExecutionContext,
    warehouse: dg.ResourceParam[Warehouse],
    inputs: Inputs,
    published: PublishedFolder,
) -> dg.MaterializeResult[None]:
    """One row per published file, in manifest.json. Written last; then the folder becomes published/current."""
    if published.held:
        raise dg.Failure(f"held back by checks: {'; '.join(published.held.values())}; refresh again when they are met")
    folder = published.staging(context.run)
    missing = [part for part in PARTS if not (folder / part).exists()]
    if missing:
        raise dg.Failure(
            f"this run has not made {', '.join(missing)}; materialise all assets of the group `published` together"
        )
    contents = describe(
        folder,
        run_id=context.run.run_id,
        as_of=as_of(*(warehouse.read(table(name)) for name in ("core.company_quarters", "core.prices"))),
        as_known_on=inputs.knowledge_day,
        fingerprint=inputs.fingerprint,
        created_at=datetime.now(UTC),
        rows={t.full_name: row_count(warehouse.connection, t) for t in TABLES},
        contents={
            f"data/{t.full_name}.{ending}": content
            for t in TABLES
            if (content := content_of(t, warehouse)) is not None
            for ending in endings(t)
        },
    )
    (folder / MANIFEST).write_text(json.dumps(contents, indent=1) + "\n")
    placed = published.put_in_place(folder, contents["version"])
    return dg.MaterializeResult(
        metadata={
            "folder": dg.MetadataValue.path(placed),
            "as of": contents["as_of"],
            "files": len(contents["files"]),
            "bytes": sum(file["bytes"] for file in contents["files"].values()),
        }
    )
