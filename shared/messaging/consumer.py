"""The consumer: takes messages from the service's queue into its inbox, and acknowledges what is committed. Nothing
else happens here.

Of a service's replicas one consumes at a time (the queue's single active consumer; the next takes over when its
connection ends), since one that commits its few messages at once would overtake another that holds earlier ones of the
same aggregate. What is received, all of them process.

It consumes only while the database is well. Where the database goes away it keeps its connection and what it holds,
and tries again: no negative acknowledgement, so no delivery is counted against a message. It reads bytes itself,
since kombu would decode, inflate or drop them on its own.
"""

import threading
import time
from collections.abc import Collection
from contextlib import suppress
from typing import Any

import psycopg
import structlog
from amqp.basic_message import Message
from kombu.connection import Connection

from shared.database import Database
from shared.events.envelope import NotAnEvent, check_routing_key, parse_envelope, registry
from shared.failpoints import fail_point
from shared.messaging import broker, inbox, quarantine
from shared.messaging.loop import UNAVAILABLE, Heartbeat, run_with_backoff
from shared.settings import Settings

log = structlog.get_logger()

PREFETCH = 200
BATCH = 100
# Errors that only the document can cause, and no server or migration.
UNSTORABLE = (psycopg.DataError, TypeError, ValueError, RecursionError)


class Consumer:
    """`handled` are the types of events that have a handler here; others that have a contract are done when they
    come.
    """

    name = "consumer"

    def __init__(
        self, settings: Settings, service: str, database: Database, *, handled: Collection[str] = frozenset()
    ) -> None:
        self.settings = settings
        self.service = service
        self.database = database
        self.idle = registry.keys() - set(handled)
        self.heartbeat = Heartbeat()
        self.held: list[Message] = []

    def run(self, stop: threading.Event) -> None:
        run_with_backoff(self.name, self.heartbeat, stop, lambda: self._consume(stop))

    def _consume(self, stop: threading.Event) -> None:
        with self.database.connection() as conn:
            conn.execute("SELECT 1")
        connection = broker.connect(self.settings, f"{self.service}-consumer")
        self.held = []
        try:
            connection.connect()
            broker.check_topology(connection, self.service)
            channel = connection.channel()
            channel.basic_qos(0, PREFETCH, False)
            channel.basic_consume(self.service, callback=self.held.append)
            while not stop.is_set():
                self._gather(connection)
                if self.held:
                    self._store(connection, stop)
        finally:
            broker.abandon(connection)

    def _gather(self, connection: Connection) -> None:
        """Wait for a message, and take those that have come by then: under load, while the batch before was stored."""
        self.heartbeat.beat(well=True)
        connection.heartbeat_check()
        with suppress(TimeoutError):
            while len(self.held) < BATCH:
                connection.drain_events(timeout=0 if self.held else 1.0)

    def _store(self, connection: Connection, stop: threading.Event) -> None:
        """Commit what is held, then acknowledge it; while the database is away, keep it and the connection."""
        failures = 0
        while not stop.is_set():
            batch = list(self.held)
            try:
                self._commit(batch)
            except UNAVAILABLE as error:
                failures += 1
                self.heartbeat.beat(well=False)
                log.warning("database away, holding messages", held=len(batch), error=type(error).__name__)
                self._keep_alive(connection, stop, broker.backoff(min(failures, 3)))
                continue
            fail_point("consumer.after_commit_before_ack")
            last: Any = batch[-1]
            last.channel.basic_ack(last.delivery_tag, multiple=True)
            del self.held[: len(batch)]
            return

    def _keep_alive(self, connection: Connection, stop: threading.Event, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while not stop.is_set() and (left := deadline - time.monotonic()) > 0:
            connection.heartbeat_check()
            with suppress(TimeoutError):
                connection.drain_events(timeout=min(left, 1.0))

    def _commit(self, batch: list[Message]) -> None:
        try:
            self._insert(batch)
        except UNSTORABLE:
            # One of them holds what PostgreSQL cannot keep, such as NUL: alone, it is set aside and its neighbours
            # are not.
            for message in batch:
                try:
                    self._insert([message])
                except UNSTORABLE as error:
                    self._set_aside(message, f"cannot be stored: {type(error).__name__}")

    def _insert(self, batch: list[Message]) -> None:
        arrivals: list[tuple[Message, inbox.IncomingEvent]] = []
        strange: list[tuple[Message, str]] = []
        for message in batch:
            try:
                envelope, document = parse_envelope(_body(message))
                check_routing_key(envelope, _routing_key(message))
                arrivals.append((message, inbox.IncomingEvent(envelope, document)))
            except NotAnEvent as reason:
                strange.append((message, str(reason)))
        events = [arrival for _, arrival in arrivals]
        with self.database.connection() as conn:
            if inbox.insert(conn, events, idle=self.idle) < len(events):
                impostors = inbox.select_id_collisions(conn, events)
                reason = "its id was used before by an event that says something else"
                strange += [(message, reason) for message, arrival in arrivals if arrival.digest in impostors]
            if strange:
                # Where this is not reached, the messages come again, and are found to be strange again.
                with conn.transaction():
                    for message, reason in strange:
                        _quarantine(conn, message, reason)

    def _set_aside(self, message: Message, reason: str) -> None:
        with self.database.transaction() as conn:
            _quarantine(conn, message, reason)


def _quarantine(conn: psycopg.Connection, message: Message, reason: str) -> None:
    log.error("message quarantined", reason=reason, size=len(_body(message)))
    quarantine.insert(
        conn,
        reason=reason,
        routing_key=_routing_key(message)[:200],
        headers={key: repr(value)[:200] for key, value in message.properties.items()},
        body=_body(message),
    )


def _routing_key(message: Message) -> str:
    return str((message.delivery_info or {}).get("routing_key", ""))


def _body(message: Message) -> bytes:
    return message.body.encode() if isinstance(message.body, str) else bytes(message.body)
