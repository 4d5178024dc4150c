"""Access log and metrics of requests: the one writer, and a buffer in front of it for responses from memory.

Requests that reach Flask are written at once. Responses from the cache append a record, and a background thread writes
the records soon after, so that a request pays for no more than the record.
"""

import atexit
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

import prometheus_client

from shared import logs, metrics
from shared import traceparent as w3c

# Records wait this many seconds; a process that is killed takes them with it.
DELAY = 0.1


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """The parts of a request that are counted and logged: method, route (never the path), and the ids in the path."""

    method: str
    route: str
    subject: dict[str, Any]


class AccessRecord(NamedTuple):
    """A response given at `moment` (seconds since the epoch) after `seconds`; `trace` is the request's traceparent.

    `source` says where a response that did not come from Flask came from: memory, or a view on the fast path.
    """

    asked: RequestInfo
    status: int
    counter: prometheus_client.Counter
    latency: prometheus_client.Histogram
    request_id: str
    trace: str | None
    moment: float
    seconds: float
    source: str | None = "memory"


def write(records: Sequence[AccessRecord]) -> None:
    """Count the requests, and log them, except for probes."""
    for record in records:
        record.latency.observe(record.seconds)
        if "/health/" not in record.asked.route:
            logs.access_log.info("request", datetime.fromtimestamp(record.moment, UTC), **_members(record))
    # After the latencies: a request that is counted has one.
    for counter, count in Counter(record.counter for record in records).items():
        counter.inc(count)
    for source, count in Counter(record.source for record in records if record.source).items():
        metrics.CACHED_RESPONSES.labels(source).inc(count)
    logs.access_log.flush()


class AccessLogBuffer:
    """The records of a process that are not written yet, and the thread that writes them once there are any."""

    def __init__(self) -> None:
        self.notes: deque[AccessRecord] = deque()  # safe for threads
        self.waiting = threading.Event()
        self.lock = threading.Lock()
        self.writer: threading.Thread | None = None

    def append(self, note: AccessRecord) -> None:
        self.notes.append(note)
        if not self.waiting.is_set():
            self.waiting.set()
            if self.writer is None:
                self._start()

    def flush(self) -> None:
        """Write all records of until now."""
        self.waiting.clear()  # before the records are taken: one that comes in between sets it again
        write(list(self._take()))

    def _take(self) -> Iterator[AccessRecord]:
        for _ in range(len(self.notes)):
            try:
                yield self.notes.popleft()
            except IndexError:  # taken by another thread
                return

    def _start(self) -> None:
        with self.lock:
            if self.writer is None:
                atexit.register(self.flush)
                self.writer = threading.Thread(target=self._write, name="access-log", daemon=True)
                self.writer.start()

    def _write(self) -> None:
        while self.waiting.wait():
            time.sleep(DELAY)
            with suppress(OSError):  # if the log cannot be written to, requests are still counted
                self.flush()


def _members(record: AccessRecord) -> dict[str, Any]:
    return {
        "request_id": record.request_id,
        **w3c.trace_ids(w3c.parse(record.trace) or w3c.generate()),
        "method": record.asked.method,
        "route": record.asked.route,
        "subject": record.asked.subject,
        "status": record.status,
        "milliseconds": round(record.seconds * 1000, 1),
    }
