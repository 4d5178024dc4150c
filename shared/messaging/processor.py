"""The processor: runs the handlers of received events. Effect, new outbox rows and `done` commit together, so an
effect happens once.

Each loop takes a lane (a sixteenth of the aggregates), so that events of an aggregate keep their order however many
loops and replicas there are. A whole batch commits at once; where anything in it fails, its events are handled one by
one, so that a poisonous one fails alone. Events of one type that come one after the other are handled as one batch.
"""

import random
import threading
from contextlib import ExitStack
from itertools import groupby
from typing import Any

import psycopg
import structlog
from psycopg import Connection

from shared import runtime
from shared import traceparent as w3c
from shared.errors import PermanentError
from shared.events.envelope import Event, UnknownType, load
from shared.failpoints import fail_point
from shared.messaging import event_metrics, inbox, spans
from shared.messaging.handlers import EventBatch, Handler
from shared.messaging.inbox import PendingEvent
from shared.messaging.loop import UNAVAILABLE, Heartbeat, run_with_backoff
from shared.messaging.wakeup import Listener

log = structlog.get_logger()

BATCH = 200
MAX_ATTEMPTS = 12

# A value that a column cannot hold: it will not be another one at the next attempt.
UNFIT = (psycopg.DataError, psycopg.errors.CheckViolation, psycopg.errors.NotNullViolation)
# Errors of the moment, such as a deadlock with a neighbour: trying again is all there is to do.
TRANSIENT = (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected, psycopg.errors.LockNotAvailable)


class Processor:
    def __init__(
        self,
        number: int,
        present: runtime.Runtime,
        handlers: dict[str, list[Handler]],
        listener: Listener,
        *,
        first_wait: float = 1.0,
    ) -> None:
        self.name = f"processor-{number}"
        self.runtime = present
        self.handlers = handlers
        self.wakeup = listener.shared_wakeup("inbox")
        self.first_wait = first_wait
        self.heartbeat = Heartbeat()

    def run(self, stop: threading.Event) -> None:
        run_with_backoff(self.name, self.heartbeat, stop, lambda: self._process(stop))

    def _process(self, stop: threading.Event) -> None:
        """Work on a connection of its own: it holds the lane's lock, and what it writes is void once that lock is
        lost.
        """
        with psycopg.connect(self.runtime.database.conninfo, autocommit=True) as conn:
            while not stop.is_set():
                self.heartbeat.beat(well=True)
                if not self.work_off_one_lane(conn):
                    self.wakeup.wait()

    def work_off_one_lane(self, conn: Connection) -> int:
        """Handle the next events of a free lane that has any; returns how many were tried."""
        found = inbox.lock_partition(conn)
        if found is None:
            return 0
        lane, is_last = found
        if not is_last:
            self.wakeup.set()  # there is work for a neighbour
        try:
            batch = inbox.claim(conn, lane, limit=BATCH)
            if batch:
                fail_point("processor.after_claim")
                self._handle_batch(conn, batch)
            return len(batch)
        finally:
            if not conn.closed:
                inbox.unlock_partition(conn, lane)

    def _handle_batch(self, conn: Connection, batch: list[PendingEvent]) -> None:
        if len(batch) > 1:
            try:
                self._handle(conn, batch)
                return
            except UNAVAILABLE:
                if conn.closed:
                    raise
            except Exception:
                log.debug("a batch failed; handling its events one by one", size=len(batch))
        failed: set[tuple[str, str]] = set()
        for event in batch:
            if (event.aggregate, event.subject) not in failed and not self._handle_alone(conn, event):
                failed.add((event.aggregate, event.subject))

    def _handle(self, conn: Connection, events: list[PendingEvent]) -> None:
        runs = _runs(events)
        # Spans end with the commit, or with what it failed of.
        with ExitStack() as until, conn.transaction(), runtime.use(self.runtime), runtime.share_connection(conn):
            self.runtime.database.set_clock(conn)
            for run in runs:
                self._dispatch(conn, spans.start_process_spans(run, until))
            inbox.mark_done(conn, [event.position for event in events])
            fail_point("processor.after_effect_before_commit")
        event_metrics.count_handled((envelope for run in runs for _, envelope in run), now=self.runtime.clock.now())

    def _dispatch(self, conn: Connection, run: EventBatch[Event]) -> None:
        """Run the handlers of events of one type."""
        kind = run[0][1].type
        with event_metrics.HANDLING.labels(event_metrics.label(kind)).time():
            for handler in self.handlers.get(kind, ()):
                handler(conn, run)

    def _handle_alone(self, conn: Connection, event: PendingEvent) -> bool:
        """Handle one event in a transaction of its own, and decide what becomes of it where that fails."""
        if event.attempts > MAX_ATTEMPTS:
            self._quarantine(conn, event, "its handling ended the process each time")
            return False
        try:
            self._handle(conn, [event])
            return True
        except (PermanentError, UnknownType) as error:
            self._quarantine(conn, event, f"{type(error).__name__}: {error}")
        except UNFIT as error:
            self._quarantine(conn, event, _describe(error))
        except TRANSIENT as error:
            self._postpone(conn, event, 0.05, error)
        except Exception as error:
            if conn.closed:
                raise
            if event.attempts >= MAX_ATTEMPTS:
                self._quarantine(conn, event, _describe(error))
            else:
                self._postpone(conn, event, min(self.first_wait * 2 ** (event.attempts - 1), 900), error)
        return False

    def _postpone(self, conn: Connection, event: PendingEvent, seconds: float, error: Exception) -> None:
        wait = seconds * random.uniform(0.5, 1)  # noqa: S311 - not a secret
        inbox.postpone(conn, event.position, seconds=wait, error=_describe(error))
        log.warning(
            "event postponed",
            type=event.type,
            position=event.position,
            attempt=event.attempts,
            error=_describe(error),
            retry_in=round(wait, 2),
            **_ids(event),
        )
        event_metrics.HANDLED.labels(event_metrics.label(event.type), "postponed").inc()

    def _quarantine(self, conn: Connection, event: PendingEvent, reason: str) -> None:
        inbox.quarantine(conn, event.position, error=reason)
        log.error(
            "event quarantined",
            type=event.type,
            position=event.position,
            attempts=event.attempts,
            reason=reason,
            **_ids(event),
        )
        event_metrics.HANDLED.labels(event_metrics.label(event.type), "quarantined").inc()


def _ids(event: PendingEvent) -> dict[str, Any]:
    """Return the ids that join a log line about the event with others."""
    known = {"event_id": event.document.get("id"), "correlation_id": event.document.get("correlationid")}
    return known | w3c.trace_ids(event.document.get("traceparent"))


def _runs(events: list[PendingEvent]) -> list[EventBatch[Event]]:
    """The events, those of one type together that came one after the other."""
    loaded = [load(pending.document) for pending in events]
    return [list(run) for _, run in groupby(loaded, key=lambda one: one[1].type)]


def _describe(error: Exception) -> str:
    """Return what failed and where, without the message, since PostgreSQL quotes values, which may be personal."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    place = f" in {frame.tb_frame.f_code.co_name}:{frame.tb_lineno}" if frame else ""
    constraint = getattr(getattr(error, "diag", None), "constraint_name", None)
    return type(error).__name__ + place + (f" ({constraint})" if constraint else "")
