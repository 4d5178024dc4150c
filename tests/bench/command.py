"""The command of every bench: read arguments, install tools, measure, print, keep results, write the docs."""

import argparse
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from deploy import packages
from deploy.errors import DeployError
from deploy.native import binaries
from shared import logs
from tests.bench import report, running, wrk
from tests.bench.client import UnexpectedAnswerError
from tests.bench.rows import as_json, as_table
from tests.processes import Process
from tests.servers import databases, sharing
from tests.servers.choice import DURABLE, choose
from tests.servers.engines import Engines

ALL = "all"
Setting = TypeVar("Setting")


@dataclass(frozen=True, kw_only=True)
class Start:
    """The start of a bench: servers, its own folder, processes that end with it, whether it is quick, and its parts."""

    engines: Engines
    folder: Path
    processes: list[Process]
    quick: bool
    parts: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Bench(Generic[Setting]):
    """The bench of `service`: `prepare` makes the data and starts what is measured, each of `parts` measures in it.
    Where it is `durable`, PostgreSQL waits for its disk at each commit. `show` makes the table of all that the parts
    gave, which `--write` puts into `section` of `page`.
    """

    service: str
    description: str
    prepare: Callable[[Start], Setting]
    parts: Mapping[str, Callable[[Setting], list[Any]]]
    durable: bool = False
    show: Callable[[list[Any]], str] = as_table
    section: str = ""
    page: Path = report.PAGE

    def run(self) -> None:
        arguments = self._read_arguments()
        _install()
        logs.configure(self.service, "command", "info")  # what runs in this process logs as in production
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
        parts = list(self.parts) if ALL in arguments.parts else arguments.parts
        try:
            rows = self._measure(parts, quick=arguments.quick)
        except KeyboardInterrupt:
            sys.exit(130)
        table = self.show(rows)
        print(table)
        report.keep(f"bench-{self.service}", as_json(rows))
        if arguments.write:
            where = "in containers" if choose() == "docker" else "as processes of the machine"
            by = (
                f"Written by `.venv/bin/python -m tests.bench.{self.service} --write`, PostgreSQL and RabbitMQ {where}."
            )
            report.write_section(self.section or self.service.capitalize(), f"{by}\n\n{table}", page=self.page)

    def _read_arguments(self) -> argparse.Namespace:
        parser = argparse.ArgumentParser(prog=f"python -m tests.bench.{self.service}", description=self.description)
        parser.add_argument("--quick", action="store_true", help="fewer and shorter rounds")
        parser.add_argument("--write", action="store_true", help=f"put the table into docs/{self.page.name}")
        choices = [*self.parts, ALL]
        parser.add_argument("parts", nargs="*", metavar="PART", choices=choices, default=ALL, help=", ".join(choices))
        return parser.parse_args()

    def _measure(self, parts: Sequence[str], *, quick: bool) -> list[Any]:
        folder = sharing.new_folder()
        try:
            say("servers and data")
            os.environ[DURABLE] = str(int(self.durable))
            engines = sharing.obtain(folder, owner=os.getpid(), workers=1)
            databases.lend_ownership(engines)
            own = folder / "bench"
            own.mkdir()
            with running.running() as processes:
                start = Start(engines=engines, folder=own, processes=processes, quick=quick, parts=parts)
                setting = self.prepare(start)
                return [row for part in parts for row in self._run_part(part, setting, engines)]
        finally:
            sharing.remove(folder)

    def _run_part(self, part: str, setting: Setting, engines: Engines) -> list[Any]:
        databases.settle(engines)
        try:
            return self.parts[part](setting)
        except (UnexpectedAnswerError, AssertionError) as error:
            say(f"{part} could not be measured: {error}")
            return []


def say(text: str) -> None:
    print(f"… {text}", file=sys.stderr, flush=True)


def _install() -> None:
    missing = binaries.missing_packages() + ([] if wrk.program() else ["wrk"])
    try:
        packages.install(missing, services=binaries.SERVICES)
    except DeployError as error:
        sys.exit(str(error))
