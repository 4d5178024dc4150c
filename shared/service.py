"""A service: its parts, named once in its `app.py`, give its api, its worker and its command line."""

import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import click
import structlog
from flask import Blueprint, Flask
from gunicorn.app.wsgiapp import run as gunicorn
from psycopg import Connection

from shared import cli, failpoints, logs, migrate, runtime, settings, tracing, worker
from shared.cache_version import CacheVersion, CacheVersionMonitor
from shared.cli import runner
from shared.cli.restorations import restore_commands
from shared.http import app as http_app
from shared.http.migration_gate import MigrationGate
from shared.http.response_cache import FastPathView
from shared.jobs import Job
from shared.messaging.handlers import Handler, collect
from shared.messaging.resync import ResyncRule
from shared.messaging.wakeup import Listener
from shared.metrics import MetricsQuery
from shared.settings import Settings

log = structlog.get_logger()

GUNICORN = "deploy/gunicorn.py"


@dataclass(frozen=True)
class Service:
    """`writes` are the tables that its processes write, and how (see `shared.permissions`). `projections`
    and `reactions` are modules with functions marked by `@on`, which run in that order (see
    `shared.messaging.handlers`); `commands` are click commands of this service alone.
    `cache_version` reads the version of the cached responses; the topic `revision` is notified when it changes.
    `fast_paths` are views by path that answer before Flask (see `shared.http.response_cache`). `needs_settling`: after
    a restore, work waits until staff settle what was done in between. `resync_rules` say how aggregates are republished
    then. `metric_queries` read this service's own metrics from its database.
    """

    name: str
    settings: type[Settings] = Settings
    writes: Mapping[str, str] = field(default_factory=dict)
    blueprints: Sequence[Blueprint] = ()
    projections: Sequence[ModuleType] = ()
    reactions: Sequence[ModuleType] = ()
    jobs: Sequence[Job] = ()
    commands: Sequence[click.Command] = field(default=())
    cache_version: Callable[[Connection], CacheVersion] | None = None
    fast_paths: Mapping[str, FastPathView] = field(default_factory=dict)
    needs_settling: bool = False
    resync_rules: Mapping[str, ResyncRule] = field(default_factory=dict)
    metric_queries: Sequence[MetricsQuery] = ()

    def prepare(self, process: str, *, pool_size: int | None = None) -> runtime.Runtime:
        """Read the environment, and make what a process of this service needs; nothing is connected yet."""
        read = settings.load_to_start(self.settings)
        logs.configure(self.name, process, read.log_level)
        size = pool_size or (read.web_threads if process == "api" else read.processors + len(self.jobs) + 2)
        return runtime.build(self.name, read, process, pool_size=size)

    def create_app(self, present: runtime.Runtime | None = None) -> Flask:
        """The WSGI application. Called by gunicorn in each of its processes after the fork, so that none shares a
        connection.
        """
        if present is None:
            present = self.prepare("api")
            tracing.install(self.name, "api", present.settings)
            failpoints.arm(present.settings.failpoint)
            present.database.open()
            app = self._build(present)
            app.wsgi_app = MigrationGate(app.wsgi_app, present)
            self._listen(present)
            runtime.freeze_startup_objects()
            return app
        return self._build(present)

    def _build(self, present: runtime.Runtime) -> Flask:
        return http_app.build(
            present,
            self.blueprints,
            cache_version=self.cache_version,
            fast_paths=self.fast_paths,
            metric_queries=self.metric_queries,
        )

    def _listen(self, present: runtime.Runtime) -> None:
        """Listen for cache invalidation; without a notification the version is checked once a second."""
        if CacheVersionMonitor in present.memory:
            listener = Listener(present.database.conninfo, self.name)
            listener.wakeups["revision"].append(present.memory[CacheVersionMonitor].invalidated)
            threading.Thread(target=listener.run, args=(threading.Event(),), name="listener", daemon=True).start()

    def event_handlers(self) -> dict[str, list[Handler]]:
        """Return the functions that handle each type of event."""
        return collect(self.projections, self.reactions)

    def main(self) -> None:
        """`python -m services.<name> …`; ends the process."""
        runner.run(self.group())

    def group(self) -> click.Group:
        """Every command of this service."""
        group = click.Group(self.name, help=f"The {self.name} service of Convene.")
        own = [self._api(), self._worker(), self._migrate()]
        own += restore_commands(self.prepare, needs_settling=self.needs_settling, resync_rules=self.resync_rules)
        for command in (*own, *cli.for_every_service(self.name, self.prepare, self.create_app), *self.commands):
            group.add_command(command)
        return group

    def _command(self, name: str, help_text: str, run: Callable[..., Any]) -> click.Command:
        return click.Command(name, callback=run, help=help_text)

    def _api(self) -> click.Command:
        def run() -> None:
            settings.load_to_start(self.settings)
            # All code is imported by now: gunicorn's processes are forks of this one and share its memory, so none
            # spends a second on imports.
            runtime.freeze_startup_objects()
            sys.argv = ["gunicorn", "-c", GUNICORN, f"services.{self.name}.app:create_app()"]
            gunicorn()

        return self._command("api", "Answer HTTP requests.", run)

    def _worker(self) -> click.Command:
        def run() -> None:
            present = self.prepare("worker")
            sys.exit(worker.run(present, self.event_handlers(), list(self.jobs), self.metric_queries))

        return self._command("worker", "Relay, receive and process events, and do what is due.", run)

    def _migrate(self) -> click.Command:
        def run(check: bool, wait: float) -> None:
            read = settings.load_to_start(self.settings)
            logs.configure(self.name, "migrate", read.log_level)
            if not check:
                try:
                    migrate.migrate(self.name, read, writes=self.writes, wait=wait)
                except RuntimeError as refusal:
                    raise click.ClickException(str(refusal)) from None
            elif lacking := migrate.wait_until_migrated(self.name, read, wait=wait):
                raise click.ClickException(f"These migrations are missing: {', '.join(lacking)}")

        command = self._command("migrate", "Bring the schema up to date; safe to run by many at once.", run)
        only_look = "Apply nothing; exit code 1 where the schema lacks what this code needs."
        seconds = "Seconds to wait for the database, and with --check for another process to migrate it."
        command.params += [
            click.Option(["--check"], is_flag=True, help=only_look),
            click.Option(["--wait"], type=click.FloatRange(min=0), default=60.0, show_default=True, help=seconds),
        ]
        return command
