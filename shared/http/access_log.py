"""What answers that are given many times a second are counted and logged by: each is noted at once and written down
with others soon after, so that it costs its request no more than the note.
"""

import atexit
import threading
import time
from collections import Counter, deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import prometheus_client

from shared import logs, metrics
from shared import traceparent as w3c
from shared.http import request_context

# Notes wait for so long, in seconds; a process that is killed takes those of that time with it.
DELAY = 0.1


class AccessRecord(NamedTuple):
    """An answer that was given at `moment` (seconds since the epoch) after `seconds`; `trace` is as it was brought.
    `source` is where it came from: memory, or a view that needs no Flask.
    """

    asked: request_context.RequestInfo
    status: int
    counter: prometheus_client.Counter
    latency: prometheus_client.Histogram
    request_id: str
    trace: str
    moment: float
    seconds: float
    source: str = "memory"


class AccessLogBuffer:
    """The notes of a process, and the thread that writes them down, once there are any."""

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
        """Count and log what was noted until now."""
        self.waiting.clear()  # before the notes are taken: what comes in between sets it again
        counts: Counter[prometheus_client.Counter] = Counter()
        sources: Counter[str] = Counter()
        for _ in range(len(self.notes)):
            try:
                note = self.notes.popleft()
            except IndexError:  # taken by another thread
                break
            counts[note.counter] += 1
            sources[note.source] += 1
            note.latency.observe(note.seconds)
            logs.access_log.info("request", datetime.fromtimestamp(note.moment, UTC), **_describe(note))
        for counter, count in counts.items():
            counter.inc(count)
        for source, count in sources.items():
            metrics.CACHED_RESPONSES.labels(source).inc(count)
        logs.access_log.flush()

    def _start(self) -> None:
        with self.lock:
            if self.writer is None:
                atexit.register(self.flush)
                self.writer = threading.Thread(target=self._write, name="tally", daemon=True)
                self.writer.start()

    def _write(self) -> None:
        while self.waiting.wait():
            time.sleep(DELAY)
            with suppress(
                OSError
            ):  # a log that cannot be written to cannot be told so; what comes is counted all the same
                self.flush()


def _describe(note: AccessRecord) -> dict[str, Any]:
    identity = {"request_id": note.request_id, **w3c.trace_ids(w3c.parse(note.trace) or w3c.generate())}
    return identity | request_context.describe(note.asked, note.status, note.seconds)
