"""Periodic jobs. Rows, not timers in memory, say what is due, so any number of replicas may run them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Gauge

from shared import runtime
from shared.messaging.loop import Heartbeat, run_with_backoff
from shared.messaging.wakeup import Listener, Wakeup

log = structlog.get_logger()

# The label is `name`, since Prometheus uses `job` for its targets.
RUNS = Counter("job_runs_total", "Runs of what is done because it is due", ["name", "outcome"])
LAST_SUCCESS = Gauge(
    "job_last_success_timestamp_seconds", "When it last ran to its end, or the worker started", ["name"]
)
INTERVAL = Gauge("job_interval_seconds", "Seconds after which it runs again where it had nothing to do", ["name"])


@dataclass(frozen=True)
class Job:
    """`run` does what is due, opens its own transactions, and returns how much it did; while that is not 0 it is
    called again at once. One whose next work had better gather first returns 0.

    Otherwise it is called every `every` seconds, and sooner where its service notifies its `topic`, if it has one.
    `end` is called once when the worker stops, within the seconds that it has for that.
    """

    name: str
    run: Callable[[], int]
    every: float
    topic: str | None = None
    end: Callable[[], None] | None = None


class JobLoop:
    """A job on a thread of its own."""

    def __init__(self, job: Job, present: runtime.Runtime, listener: Listener) -> None:
        self.job = job
        self.name = f"job-{job.name}"
        self.runtime = present
        self.wakeup = listener.wakeup(job.topic) if job.topic else Wakeup()
        self.heartbeat = Heartbeat()

    def run(self, stop: threading.Event) -> None:
        runtime.enter(self.runtime)
        INTERVAL.labels(self.job.name).set(self.job.every)
        LAST_SUCCESS.labels(self.job.name).set_to_current_time()  # it is due from now on
        try:
            run_with_backoff(self.name, self.heartbeat, stop, lambda: self._repeat(stop))
        finally:
            if self.job.end:
                self.job.end()

    def _repeat(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.heartbeat.beat(well=True)
            if done := self._run():
                log.debug("job did what was due", job=self.job.name, count=done)
            else:
                self._rest(stop)

    def _run(self) -> int:
        try:
            done = self.job.run()
        except Exception:
            RUNS.labels(self.job.name, "failed").inc()
            raise
        RUNS.labels(self.job.name, "done").inc()
        LAST_SUCCESS.labels(self.job.name).set_to_current_time()
        return done

    def _rest(self, stop: threading.Event) -> None:
        until = time.monotonic() + self.job.every
        while not stop.is_set() and (left := until - time.monotonic()) > 0:
            self.heartbeat.beat(well=True)
            if self.wakeup.wait(min(left, 1.0)):
                return
