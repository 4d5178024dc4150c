"""Processes that die, freeze or are asked to leave at any instant."""

import os
import signal
from contextlib import suppress
from random import Random

from deploy.native.services import SERVICES
from tests.faults.injections.injection import Injection
from tests.faults.site import FaultSite

APIS = tuple(f"{service}-api" for service in SERVICES)
WORKERS = tuple(f"{service}-worker" for service in SERVICES)


def kill(site: FaultSite, name: str) -> str:
    """SIGKILL to a process and all that it started; the supervisor starts it again."""
    pid = site.process(name).pid
    site.kill(name)
    return f"{name}, pid {pid}"


def signal_all(site: FaultSite, name: str, number: signal.Signals) -> str:
    """A signal to a process and each that it started."""
    pids = site.pids(name)
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)
    return f"{name}, pids {pids}"


def freeze(name: str, *, lasts: tuple[float, float] = (2.0, 6.0)) -> Injection:
    """SIGSTOP, and SIGCONT later: the zombie that comes back and believes that nothing happened."""
    return Injection(
        f"{name} frozen (SIGSTOP)",
        name,
        lambda site, _random: signal_all(site, name, signal.SIGSTOP),
        lambda site: signal_all(site, name, signal.SIGCONT),
        lasts,
    )


def _kill_one_request_process(name: str) -> Injection:
    def begin(site: FaultSite, random: Random) -> str:
        _master, *children = site.pids(name)
        if not children:
            return f"{name} had no process to kill"
        pid = random.choice(children)
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return f"{name}, pid {pid} of {children}"

    return Injection(f"one process of {name} killed (SIGKILL)", name, begin)


def _terminate(site: FaultSite, name: str) -> str:
    pid = site.process(name).pid
    with suppress(ProcessLookupError):
        if pid:
            os.kill(pid, signal.SIGTERM)
    return f"{name}, pid {pid}"


INJECTIONS = (
    *(Injection(f"{n} killed (SIGKILL)", n, lambda site, _random, n=n: kill(site, n)) for n in (*APIS, *WORKERS)),
    *(_kill_one_request_process(name) for name in APIS),
    *(freeze(name) for name in (*APIS, *WORKERS)),
    *(
        Injection(f"{n} asked to end (SIGTERM)", n, lambda site, _r, n=n: _terminate(site, n))
        for n in (*APIS, *WORKERS)
    ),
    Injection("gateway killed (SIGKILL)", "gateway", lambda site, _random: kill(site, "gateway")),
)
