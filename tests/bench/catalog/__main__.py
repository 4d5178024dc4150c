"""`make bench-catalog`: whether the catalog is as fast as promised, as ratios to references measured in the same run.

`--write` puts the table into its section of docs/benchmarks.md, `--quick` takes fewer and shorter rounds, and names of
parts (load, freshness, memory, scale) measure these alone. Needs `wrk`, and nginx for the gateway.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from deploy import packages
from deploy.errors import DeployError
from deploy.native import binaries
from tests.bench import report, running, wrk
from tests.bench.catalog import data, freshness, load, memory, scale, servers
from tests.bench.catalog.questions import PROBES, Questions, probe
from tests.bench.catalog.setting import QUICK, Effort, Setting
from tests.bench.client import Client, UnexpectedAnswerError
from tests.bench.rows import Row, as_json, as_table
from tests.servers import sharing

PARTS: dict[str, Callable[[Setting], list[Row]]] = {
    "load": load.measure,
    "freshness": freshness.measure,
    "memory": memory.measure,
    "scale": scale.measure,
}
ALL = "all"


def main() -> None:
    arguments = _read_arguments()
    _install()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        rows = _measure(
            list(PARTS) if ALL in arguments.parts else arguments.parts, QUICK if arguments.quick else Effort()
        )
    except KeyboardInterrupt:
        sys.exit(130)
    table = as_table(rows)
    print(table)
    report.keep("bench-catalog", as_json(rows))
    if arguments.write:
        report.write_section("Catalog", f"Written by `.venv/bin/python -m tests.bench.catalog --write`.\n\n{table}")


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.catalog", description="How fast the catalog answers.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, ALL], default=ALL, help=", ".join(PARTS))
    return parser.parse_args()


def _install() -> None:
    missing = binaries.missing_packages() + ([] if wrk.program() else ["wrk"])
    try:
        packages.install(missing, services=binaries.SERVICES)
    except DeployError as error:
        sys.exit(str(error))


def _measure(parts: list[str], effort: Effort) -> list[Row]:
    folder = sharing.new_folder()
    try:
        _say("servers and data")
        engines = sharing.obtain(folder, owner=os.getpid(), workers=1)
        data.make(engines, large="scale" in parts)
        with running.running() as processes:
            api = servers.start_api(engines, data.THOUSAND, processes)
            setting = Setting(
                engines=engines,
                folder=_own_folder(folder),
                effort=effort,
                processes=processes,
                api=api,
                questions=Questions(_probe(api.port)),
                say=_say,
            )
            return [row for part in parts for row in _run(part, setting)]
    finally:
        sharing.remove(folder)


def _own_folder(folder: Path) -> Path:
    own = folder / "bench"
    own.mkdir()
    return own


def _probe(port: int) -> set[str]:
    knows = probe(Client(port))
    if missing := [name for name in PROBES if name not in knows]:
        _say(f"left out, since the catalog does not answer it: {', '.join(missing)}")
    return knows


def _run(part: str, setting: Setting) -> list[Row]:
    try:
        return PARTS[part](setting)
    except UnexpectedAnswerError as error:
        _say(f"{part} could not be measured: {error}")
        return []


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
