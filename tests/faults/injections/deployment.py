"""New versions that are rolled out with a migration, and services that are scaled up and down, under load."""

import itertools
import os
import signal
from contextlib import suppress
from random import Random

import psycopg
from psycopg import sql

from deploy.native.services import SERVICES
from tests.faults.injections.injection import Injection
from tests.faults.site import MORE, FaultSite

_releases = itertools.count(1)


def roll_out(site: FaultSite, random: Random) -> str:
    """As operators do: the migration first, then a new worker before the old one goes, and new request processes
    before the old ones end.
    """
    service = random.choice(SERVICES)
    column = f"release_{next(_releases)}"
    _expand(site, service, column)
    site.services.migrate()
    site.supervisor.start(f"more:{service}-worker-{MORE[0]}")
    site.restart_process(f"{service}-worker")
    site.supervisor.stop(f"more:{service}-worker-{MORE[0]}")
    with suppress(ProcessLookupError):
        os.kill(site.process(f"{service}-api").pid, signal.SIGHUP)
    return f"{service}, with a new column"


def _expand(site: FaultSite, service: str, column: str) -> None:
    """A migration that old code does not notice: it adds. It waits for its lock briefly, as ours must."""
    table = site.query(
        "SELECT format('%%I.%%I', schemaname, relname) AS name FROM pg_stat_user_tables WHERE schemaname = %s"
        " ORDER BY n_tup_ins + n_tup_upd DESC LIMIT 1",
        service,
    )[0]["name"]
    for _ in range(20):
        with suppress(psycopg.errors.LockNotAvailable), psycopg.connect(site.postgres.url("convene")) as conn:
            conn.execute("SET lock_timeout = '300ms'")
            conn.execute(sql.SQL("ALTER TABLE {} ADD COLUMN {} text").format(sql.SQL(table), sql.Identifier(column)))
            return
    raise RuntimeError(f"{table} could not be locked")


def scale_up(site: FaultSite, random: Random) -> str:
    """From one worker to three of each service."""
    for service in SERVICES:
        for number in MORE:
            site.supervisor.start(f"more:{service}-worker-{number}")
    return "three workers of each service"


def scale_down(site: FaultSite) -> None:
    for service in SERVICES:
        for number in MORE:
            site.supervisor.stop(f"more:{service}-worker-{number}")


INJECTIONS = (
    Injection("a new version rolled out, with a migration", "deployment", roll_out),
    Injection("services scaled from 1 worker to 3 and back", "deployment", scale_up, scale_down, (4.0, 8.0)),
)
