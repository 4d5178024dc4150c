"""The relay: carries the outbox to the broker. One is active per service; a second one may only cause duplicates,
which consumers know.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
import structlog
from psycopg import Connection

from shared.failpoints import fail_point
from shared.messaging import broker, event_metrics, outbox, spans
from shared.messaging.loop import Heartbeat, run_with_backoff
from shared.messaging.outbox import Unpublished
from shared.messaging.publisher import MessagesRefused, Publisher
from shared.messaging.wakeup import Listener
from shared.settings import Settings

log = structlog.get_logger()

BATCH = 500


@dataclass(frozen=True)
class Sent:
    """A batch that is on its way: the delivery tag of its last message, and when it was sent (nanoseconds since the
    epoch).
    """

    batch: list[Unpublished]
    tag: int
    began: int


class Relay:
    """Publishes what is unpublished, and marks exactly what the broker confirmed."""

    name = "relay"

    def __init__(self, settings: Settings, conninfo: str, service: str, listener: Listener) -> None:
        self.settings = settings
        self.conninfo = conninfo
        self.service = service
        self.wakeup = listener.wakeup("outbox")
        self.heartbeat = Heartbeat()

    def run(self, stop: threading.Event) -> None:
        run_with_backoff(self.name, self.heartbeat, stop, lambda: self._lead(stop))

    def _lead(self, stop: threading.Event) -> None:
        """Be the active relay for as long as the connection that holds the lock lives."""
        with connect(self.conninfo) as conn:
            while not stop.is_set() and not _try_lock(conn):
                self.heartbeat.beat(well=True)
                stop.wait(1.0)
            self._relay(conn, stop)

    def _relay(self, conn: Connection, stop: threading.Event) -> None:
        connection = broker.connect(self.settings, f"{self.service}-relay")
        try:
            publisher = Publisher(connection)
            while not stop.is_set():
                self.heartbeat.beat(well=True)
                if not self.carry(conn, publisher, stop) and not self.wakeup.wait():
                    publisher.beat()
        except MessagesRefused as refused:
            event_metrics.REFUSED.inc(len(refused.event_ids))
            log.error("events refused by the broker", count=len(refused.event_ids), reason=refused.reason)
            outbox.postpone(conn, refused.event_ids, error=refused.reason)
        finally:
            broker.abandon(connection)

    def carry(self, conn: Connection, publisher: Publisher, stop: threading.Event) -> int:
        """Publish what is unpublished, and mark it; returns how many events that were. While the broker confirms a
        full batch, the next one is read and sent. Raises as `Publisher` does.
        """
        carried, sent = 0, self._send(conn, publisher)
        while sent:
            following = None
            if len(sent.batch) == BATCH and not stop.is_set():
                following = self._send(conn, publisher, besides=sent.batch)
            self._mark(conn, publisher, sent)
            self.heartbeat.beat(well=True)
            carried, sent = carried + len(sent.batch), following
        return carried

    def _send(self, conn: Connection, publisher: Publisher, besides: Sequence[Unpublished] = ()) -> Sent | None:
        batch = outbox.select_unpublished(conn, limit=BATCH, besides=[event.position for event in besides])
        began = time.time_ns()
        return Sent(batch, publisher.send(batch), began) if batch else None

    def _mark(self, conn: Connection, publisher: Publisher, sent: Sent) -> None:
        publisher.confirm(sent.tag)
        seconds = (time.time_ns() - sent.began) / 1e9
        fail_point("relay.after_publish_before_mark")
        outbox.mark_published(conn, [event.event_id for event in sent.batch])
        event_metrics.count_published([event.type for event in sent.batch], seconds=seconds)
        spans.record_send_spans(
            [(event.event_id, event.type, event.traceparent) for event in sent.batch], began=sent.began
        )
        log.debug("published", count=len(sent.batch))


def connect(conninfo: str) -> Connection:
    """A connection whose marks do not wait for the disk: one that a crash of the database undoes is an event that goes
    out twice.
    """
    conn = psycopg.connect(conninfo, autocommit=True)
    conn.execute("SET synchronous_commit = off")
    return conn


def _try_lock(conn: Connection) -> bool:
    row = conn.execute("SELECT pg_try_advisory_lock(hashtextextended('relay:' || current_schema(), 0))").fetchone()
    return bool(row and row[0])
