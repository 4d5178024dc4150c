"""Common parts of a worker's loops: stop events, back-off while a server is away, and heartbeats."""

import ssl
import threading
import time
from collections.abc import Callable
from typing import Protocol

import psycopg
import structlog
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from shared.messaging import broker

log = structlog.get_logger()

# Errors while a server is away. A closed pool belongs to a process that ends.
UNAVAILABLE = (
    *broker.BROKER_ERRORS,
    psycopg.OperationalError,
    psycopg.InterfaceError,
    PoolTimeout,
    PoolClosed,
    TooManyRequests,
)

# Polling is the truth; being woken only makes it sooner.
POLL_SECONDS = 0.5


class Heartbeat:
    """When a loop last moved, by the monotonic clock; and whether what it needs was there."""

    def __init__(self) -> None:
        self.moved_at = time.monotonic()
        self.well = False

    def beat(self, *, well: bool) -> None:
        self.moved_at = time.monotonic()
        self.well = well

    @property
    def age(self) -> float:
        return time.monotonic() - self.moved_at


class Loop(Protocol):
    """A thread of a worker: `name` for logs and health, `run` until `stop` is set."""

    name: str
    heartbeat: Heartbeat

    def run(self, stop: threading.Event) -> None: ...


def run_with_backoff(loop_name: str, heartbeat: Heartbeat, stop: threading.Event, attempt: Callable[[], None]) -> None:
    """Call `attempt` until `stop` is set; if a server is away, wait with growing, jittered back-off and call it again.

    Any other error is raised: a worker that does not know what happened ends, and is restarted.
    """
    failures = 0
    while not stop.is_set():
        try:
            attempt()
            failures = 0
        except UNAVAILABLE as error:
            # An attempt that worked for a while before its engine went away starts the waits from the shortest.
            failures = 1 if heartbeat.well else failures + 1
            heartbeat.beat(well=False)
            wait = broker.backoff(failures)
            why = {"reason": error.verify_message} if isinstance(error, ssl.SSLCertVerificationError) else {}
            log.warning("engine away", loop=loop_name, error=type(error).__name__, retry_in=round(wait, 1), **why)
            _wait(stop, heartbeat, wait)


def _wait(stop: threading.Event, heartbeat: Heartbeat, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not stop.wait(min(1.0, max(deadline - time.monotonic(), 0))) and time.monotonic() < deadline:
        heartbeat.beat(well=False)
