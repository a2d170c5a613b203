"""The graph as a page: `python -m pipelines.graph` prints docs/graph.md.

Belongs here: writing the composed graph down, stage by stage. Does not belong here: any asset.
"""

import dagster as dg

from pipelines.definitions import compose
from pipelines.settings import Settings

STAGES = {
    "raw": "what sources delivered, as they delivered it",
    "core": "companies, layers, quarters, rates and prices",
    "marts": "what it means: metrics, layers, capture, and what is missing or old",
    "published": "what readers see",
}
HEAD = """# The graph

Every asset from left to right: the stage it belongs to, what one row of it is, what it takes, and the checks that watch
it (a check in bold stops publication). Generated from the code with `make docs`; `make dev` shows the same graph alive.
"""


def page() -> str:
    """The graph as Markdown, one section a stage, one row an asset."""
    defs = compose(Settings())
    specs = {spec.key: spec for spec in defs.resolve_all_asset_specs()}
    graph = defs.resolve_asset_graph()
    parts = [HEAD]
    for stage, holds in STAGES.items():
        parts += [f"## {stage}: {holds}\n", "| asset | one row | takes | checks |", "|---|---|---|---|"]
        for key in sorted(k for k in specs if k.path[0] == stage):
            takes = ", ".join(sorted(".".join(dep.asset_key.path) for dep in specs[key].deps)) or "sources"
            if takes.count(",") > len(STAGES) * 2:
                takes = f"{takes.count(',') + 1} tables"
            checks = [graph.get_check_spec(k) for k in sorted(graph.get_check_keys_for_assets({key}))]
            named = ", ".join(f"**{c.name}**" if c.blocking else c.name for c in checks) or "–"
            grain = (specs[key].description or "").split(". ")[0].split(":")[0].rstrip(".")
            parts.append(f"| {key.path[-1]} | {grain} | {takes} | {named} |")
        parts.append("")
    parts += ["## Jobs, schedules and sensors\n", "| name | what it does |", "|---|---|"]
    repository = defs.get_repository_def()
    jobs = [job for job in repository.get_all_jobs() if not job.name.startswith("__")]
    moving: list[dg.JobDefinition | dg.ScheduleDefinition | dg.SensorDefinition] = [
        *jobs, *repository.schedule_defs, *repository.sensor_defs,
    ]  # fmt: skip
    parts += [f"| {one.name} | {' '.join((one.description or '').split())} |" for one in moving]
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    print(page(), end="")
