"""PostgreSQL that is killed, restarted, slow, frozen, out of connections, or throws sessions out."""

import os
import signal
from contextlib import suppress
from random import Random

import psycopg

from deploy.native.waiting import wait_until
from tests.faults.injections.injection import Injection
from tests.faults.injections.processes import kill
from tests.faults.site import FaultSite

DATABASE = "database"
LINES = (("catalog", "postgres"), ("registration", "postgres"), ("notifications", "postgres"))
_held: list[psycopg.Connection] = []


def _stop(site: FaultSite) -> str:
    site.stop_process("postgres")
    return "stopped"


def _start(site: FaultSite) -> None:
    site.start_process("postgres")


def _wait(site: FaultSite) -> None:
    wait_until(site.postgres.answers, 60, "PostgreSQL")


def _end_sessions(site: FaultSite, random: Random) -> str:
    """As a failover does: about half of the sessions, whatever they are at."""
    ended = site.query(
        "SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_stat_activity"
        " WHERE usename IN ('catalog', 'registration', 'notifications') AND random() < 0.5"
    )
    return f"{ended[0]['ended']} sessions ended"


def _kill_a_backend(site: FaultSite, random: Random) -> str:
    """PostgreSQL then starts all of itself anew, and recovers from its log."""
    found = site.query(
        "SELECT pid FROM pg_stat_activity WHERE usename IN ('catalog', 'registration', 'notifications') ORDER BY state"
    )
    if not found:
        return "nobody was connected"
    pid = random.choice(found)["pid"]
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return f"backend {pid} killed"


def freeze(site: FaultSite) -> str:
    pids = site.pids("postgres")
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGSTOP)
    return f"{len(pids)} processes"


def thaw(site: FaultSite) -> None:
    for pid in site.pids("postgres"):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def _exhaust(site: FaultSite) -> str:
    """Take every connection that is left, but those kept for the superuser, and end half of those in use."""
    role = psycopg.conninfo.make_conninfo(site.postgres.url("convene"), user="catalog", connect_timeout="5")
    password = (site.secrets / "catalog-db-password").read_text().strip()
    site.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename IN ('registration', 'notifications') AND random() < 0.5"
    )
    for _ in range(250):
        try:
            _held.append(psycopg.connect(role, password=password))
        except psycopg.OperationalError:
            break
    return f"{len(_held)} connections taken"


def _release(_site: FaultSite) -> None:
    while _held:
        with suppress(psycopg.Error):
            _held.pop().close()


def _slow_down(site: FaultSite, random: Random) -> str:
    seconds = random.uniform(0.02, 0.08)
    for proxy in site.between(LINES):
        proxy.delay(seconds, seconds / 2)
    return f"{seconds * 1000:.0f} ms each way"


def _heal(site: FaultSite) -> None:
    for proxy in site.between(LINES):
        proxy.heal()


INJECTIONS = (
    Injection("PostgreSQL stopped", DATABASE, lambda site, _random: _stop(site), _start, (0.5, 4.0)),
    Injection("PostgreSQL killed (SIGKILL)", DATABASE, lambda site, _random: kill(site, "postgres"), _wait),
    Injection("a backend of PostgreSQL killed (SIGKILL)", DATABASE, _kill_a_backend, _wait),
    Injection("sessions of PostgreSQL ended, as by a failover", DATABASE, _end_sessions),
    Injection("PostgreSQL frozen (SIGSTOP)", DATABASE, lambda site, _random: freeze(site), thaw, (1.0, 5.0)),
    Injection("PostgreSQL out of connections", DATABASE, lambda site, _random: _exhaust(site), _release, (1.0, 4.0)),
    Injection("PostgreSQL slow", DATABASE, _slow_down, _heal, (2.0, 5.0)),
)
