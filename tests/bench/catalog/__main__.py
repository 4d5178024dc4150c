"""`make bench-catalog`: whether the catalog is as fast as promised, as ratios to references measured in the same run.

`--write` puts the table into its section of docs/benchmarks.md, `--quick` takes fewer and shorter rounds, and names of
parts (load, freshness, memory, scale) measure these alone. Needs `wrk`, and nginx for the gateway.
"""

from tests.bench.catalog import data, freshness, load, memory, scale, servers
from tests.bench.catalog.questions import PROBES, Questions, probe
from tests.bench.catalog.setting import QUICK, Effort, Setting
from tests.bench.client import Client
from tests.bench.command import Bench, Start, say


def _prepare(start: Start) -> Setting:
    data.make(start.engines, large="scale" in start.parts)
    api = servers.start_api(start.engines, data.THOUSAND, start.processes)
    return Setting(
        engines=start.engines,
        folder=start.folder,
        effort=QUICK if start.quick else Effort(),
        processes=start.processes,
        api=api,
        questions=Questions(_probe(api.port)),
        say=say,
    )


def _probe(port: int) -> set[str]:
    knows = probe(Client(port))
    if missing := [name for name in PROBES if name not in knows]:
        say(f"left out, since the catalog does not answer it: {', '.join(missing)}")
    return knows


BENCH = Bench(
    service="catalog",
    description="How fast the catalog answers.",
    prepare=_prepare,
    parts={"load": load.measure, "freshness": freshness.measure, "memory": memory.measure, "scale": scale.measure},
)

if __name__ == "__main__":
    BENCH.run()
