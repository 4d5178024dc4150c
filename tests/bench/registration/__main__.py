"""`make bench-registration`: whether registration is as fast as promised, as ratios to bare code of the same run.

`--write` puts the table into its section of docs/benchmarks.md, `--quick` takes fewer and shorter rounds, and names of
parts (seats, scale, messages, effect) measure these alone. Needs `wrk`.
"""

import argparse
import os
import signal
import sys
from collections.abc import Callable

from deploy import packages
from deploy.errors import DeployError
from tests.bench import report, running, wrk
from tests.bench.client import UnexpectedAnswerError
from tests.bench.registration import data, effect, messages, seats, servers
from tests.bench.registration.setting import QUICK, Effort, Setting
from tests.bench.rows import Row, as_json, as_table
from tests.servers import sharing

PARTS: dict[str, Callable[[Setting], list[Row]]] = {
    "seats": seats.measure,
    "scale": seats.measure_scale,
    "messages": messages.measure,
    "effect": effect.measure,
}
ALL = "all"
FEW = 10_000


def main() -> None:
    arguments = _read_arguments()
    _install()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    parts = list(PARTS) if ALL in arguments.parts else arguments.parts
    try:
        rows = _measure(parts, QUICK if arguments.quick else Effort())
    except KeyboardInterrupt:
        sys.exit(130)
    table = as_table(rows)
    print(table)
    report.keep("bench-registration", as_json(rows))
    if arguments.write:
        by = "Written by `.venv/bin/python -m tests.bench.registration --write`."
        report.write_section("Registration", f"{by}\n\n{table}")


def _read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.registration", description="How fast registration is.")
    parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
    parser.add_argument("--write", action="store_true", help="put the table into docs/benchmarks.md")
    parser.add_argument("parts", nargs="*", metavar="PART", choices=[*PARTS, ALL], default=ALL, help=", ".join(PARTS))
    return parser.parse_args()


def _install() -> None:
    try:
        packages.install([] if wrk.program() else ["wrk"], services=())
    except DeployError as error:
        sys.exit(str(error))


def _measure(parts: list[str], effort: Effort) -> list[Row]:
    folder = sharing.new_folder()
    try:
        _say("servers and data")
        engines = sharing.obtain(folder, owner=os.getpid(), workers=1)
        data.make(engines, data.SMALL, registrations=FEW)
        own = folder / "bench"
        own.mkdir()
        with running.running() as processes:
            setting = Setting(
                engines=engines,
                folder=own,
                effort=effort,
                processes=processes,
                api=servers.start_first_api(engines, processes),
                say=_say,
            )
            return [row for part in parts for row in _run(part, setting)]
    finally:
        sharing.remove(folder)


def _run(part: str, setting: Setting) -> list[Row]:
    try:
        return PARTS[part](setting)
    except (UnexpectedAnswerError, AssertionError) as error:
        _say(f"{part} could not be measured: {error}")
        return []


def _say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
