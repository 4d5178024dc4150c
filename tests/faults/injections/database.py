"""PostgreSQL that is killed, restarted, slow, frozen, out of connections, or throws sessions out."""

import os
import signal
from contextlib import ExitStack, suppress
from random import Random

from deploy.native.services import HOST
from deploy.waiting import wait_until
from tests.faults.disk import may_mount, no_connections_left
from tests.faults.injections.injection import Injection
from tests.faults.injections.processes import kill
from tests.faults.site import FaultSite

DATABASE = "database"
LINES = (("catalog", "postgres"), ("registration", "postgres"), ("notifications", "postgres"))
_held = ExitStack()


def _release(_site: FaultSite) -> None:
    _held.close()


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
    """End half of the sessions, and take every connection that is left before they come again."""
    password = (site.secrets / "catalog-db-password").read_text().strip()
    site.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename IN ('registration', 'notifications') AND random() < 0.5"
    )
    url = f"postgresql://catalog:{password}@{HOST}:{site.ports['postgres']}/convene"
    return f"{_held.enter_context(no_connections_left(url))} connections taken"


def _fill_disk(site: FaultSite) -> str:
    """PostgreSQL stops where it cannot write its log, and cannot start again before there is room."""
    assert site.disk
    site.disk.fill()
    return f"{site.disk.used >> 20} MiB"


def _free_disk(site: FaultSite) -> None:
    assert site.disk
    site.disk.free()
    _wait(site)


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
# Only root can make a disk that is full.
if may_mount():
    INJECTIONS += (
        Injection("disk of PostgreSQL full", DATABASE, lambda site, _random: _fill_disk(site), _free_disk, (1.0, 4.0)),
    )
