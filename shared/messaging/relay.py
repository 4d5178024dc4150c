"""The relay: carries the outbox to the broker. One is active per service; a second one may only cause duplicates,
which consumers know.
"""

import threading
import time

import psycopg
import structlog
from psycopg import Connection

from shared.failpoints import passing
from shared.messaging import broker, measures, outbox, spans
from shared.messaging.loop import Pulse, persist
from shared.messaging.publisher import Publisher, Refused
from shared.messaging.wakeup import Listener, wait
from shared.settings import Settings

log = structlog.get_logger()

BATCH = 500


class Relay:
    """Publishes what is unpublished, and marks exactly what the broker confirmed."""

    name = "relay"

    def __init__(self, settings: Settings, conninfo: str, service: str, listener: Listener) -> None:
        self.settings = settings
        self.conninfo = conninfo
        self.service = service
        self.bell = listener.bell("outbox")
        self.pulse = Pulse()

    def run(self, stop: threading.Event) -> None:
        persist(self.name, self.pulse, stop, lambda: self._lead(stop))

    def _lead(self, stop: threading.Event) -> None:
        """Be the active relay for as long as the connection that holds the lock lives."""
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            while not stop.is_set() and not _try_lock(conn):
                self.pulse.beat(well=True)
                stop.wait(1.0)
            self._relay(conn, stop)

    def _relay(self, conn: Connection, stop: threading.Event) -> None:
        connection = broker.connect(self.settings, f"{self.service}-relay")
        try:
            publisher = Publisher(connection)
            while not stop.is_set():
                self.pulse.beat(well=True)
                if not self._carry(conn, publisher) and not wait(self.bell):
                    publisher.beat()
        except Refused as refused:
            measures.REFUSED.inc(len(refused.event_ids))
            log.error("events refused by the broker", count=len(refused.event_ids), reason=refused.reason)
            outbox.postpone(conn, refused.event_ids, error=refused.reason)
        finally:
            broker.drop(connection)

    def _carry(self, conn: Connection, publisher: Publisher) -> int:
        batch = outbox.select_unpublished(conn, limit=BATCH)
        if batch:
            began = time.time_ns()
            publisher.publish(batch)
            seconds = (time.time_ns() - began) / 1e9
            passing("relay.after_publish_before_mark")
            outbox.mark_published(conn, [event.event_id for event in batch])
            measures.note_published([event.type for event in batch], seconds=seconds)
            spans.note_sent([(event.event_id, event.type, event.traceparent) for event in batch], began=began)
            log.debug("published", count=len(batch))
        return len(batch)


def _try_lock(conn: Connection) -> bool:
    row = conn.execute("SELECT pg_try_advisory_lock(hashtextextended('relay:' || current_schema(), 0))").fetchone()
    return bool(row and row[0])
