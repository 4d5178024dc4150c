"""From the outbox to the broker, from there into an inbox, and to the effect: events a second, beside bare loops that
do the same with kombu and psycopg alone.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from kombu.connection import Connection
from kombu.messaging import Producer
from psycopg.types.json import Jsonb

from shared import runtime
from shared.clock import Clock
from shared.database import Database
from shared.events import registration as events
from shared.events.envelope import CONTENT_TYPE, Envelope, parse_envelope
from shared.messaging import broker, consumer, inbox, outbox, relay
from shared.messaging.handlers import for_each
from shared.messaging.processor import Processor
from shared.messaging.publisher import Publisher
from shared.messaging.relay import BATCH, Relay
from shared.messaging.wakeup import Listener
from shared.settings import Settings
from tests.bench import report
from tests.bench.registration.setting import Setting
from tests.bench.rows import Row, fast
from tests.servers import databases, queues
from tests.servers.engines import Engines
from tests.waiting import eventually

DATABASE, VHOST, QUEUE, KEY = "messages", "convene", "notifications", "registration.registration.confirmed"
COMMIT = 100
TABLES = """
    CREATE TABLE effects (id uuid PRIMARY KEY, subject uuid NOT NULL);
    CREATE TABLE bare_inbox (id uuid PRIMARY KEY, document jsonb NOT NULL, done boolean NOT NULL DEFAULT false,
                             position bigint GENERATED ALWAYS AS IDENTITY)
"""
LEAST_RELAYED, LEAST_RECEIVED, LEAST_PROCESSED = 0.60, 0.60, 0.50


def measure(setting: Setting) -> list[Row]:
    bench = Bench(setting.engines, setting.effort.events)
    figures: dict[str, tuple[Callable[[], float], Callable[[], float], float]] = {
        "relayed, confirmed and marked; kombu alone, pipelined confirms": (bench.relay, bench.publish, LEAST_RELAYED),
        "received into the inbox; a bare loop, 100 a commit": (bench.receive, bench.consume, LEAST_RECEIVED),
        "processed, a row each; a bare loop, 100 a commit": (bench.process, bench.change, LEAST_PROCESSED),
    }
    rounds: dict[str, list[report.Round]] = {name: [] for name in figures}
    for number in range(setting.effort.rounds):
        setting.say(f"messages, round {number + 1} of {setting.effort.rounds}")
        for name, (ours, reference, _) in figures.items():
            rounds[name].append((ours(), reference()))
    return [fast(name, rounds[name], least=least) for name, (_, _, least) in figures.items()]


class Bench:
    """Registration tells, notifications hears; each figure begins and ends with nothing that waits."""

    def __init__(self, engines: Engines, number: int) -> None:
        self.engines, self.number = engines, number
        databases.clone(self.engines, DATABASE)
        self.tells = relay.connect(self.engines.database_url(DATABASE, "registration"))
        self.hears = psycopg.connect(self.engines.database_url(DATABASE, QUEUE), autocommit=True)
        self.hears.execute(TABLES)
        self.present = self._runtime(QUEUE)
        self.bodies = self._record()

    def relay(self) -> float:
        """The service's own relay, until nothing is left."""
        self._record()
        connection = Connection(self.engines.broker_url(VHOST, "registration"))
        publisher = Publisher(connection)
        carrier = Relay(self._settings(), "", "registration", Listener("", "registration"))
        with self._timed() as rate:
            assert carrier.carry(self.tells, publisher, threading.Event()) == self.number
        connection.release()
        queues.empty(self.engines, VHOST)
        return rate()

    def publish(self) -> float:
        """The same messages, by kombu alone."""
        with self._timed() as rate:
            self._publish(self.bodies)
        queues.empty(self.engines, VHOST)
        return rate()

    def receive(self) -> float:
        """The service's own consumer."""
        self._publish(self.bodies)
        stop = threading.Event()
        receiving = consumer.Consumer(self._settings(), QUEUE, self.present.database, handled=[KEY])
        thread = threading.Thread(target=receiving.run, args=[stop])
        with self._timed() as rate:
            thread.start()
            self._await("SELECT count(*) FROM inbox")
        stop.set()
        thread.join()
        self.hears.execute("TRUNCATE inbox")
        return rate()

    def consume(self) -> float:
        """A loop that takes bodies as they come and inserts a hundred in one statement."""
        self._publish(self.bodies)
        connection = Connection(self.engines.broker_url(VHOST, QUEUE))
        with self._timed() as rate:
            channel: Any = connection.channel()
            channel.basic_qos(0, 2 * COMMIT, False)
            held: list[Any] = []
            channel.basic_consume(QUEUE, callback=held.append)
            for _ in range(self.number // COMMIT):
                while len(held) < COMMIT:
                    connection.drain_events(timeout=10)
                batch = held[:COMMIT]
                bodies = [str(message.body) for message in batch]
                ids = [message.properties["message_id"] for message in batch]
                self.hears.execute(
                    "INSERT INTO bare_inbox (id, document) SELECT * FROM unnest(%s::uuid[], %s::jsonb[])"
                    " ON CONFLICT DO NOTHING",
                    [ids, bodies],
                )
                channel.basic_ack(batch[-1].delivery_tag, multiple=True)
                del held[:COMMIT]
        connection.release()
        self.hears.execute("TRUNCATE bare_inbox")
        return rate()

    def process(self) -> float:
        """The service's own processor, with a handler that inserts one row."""
        arrivals = [inbox.IncomingEvent(*parse_envelope(body)) for body in self.bodies]
        inbox.insert(self.hears, arrivals)
        processor = Processor(1, self.present, {KEY: [_insert_effect]}, Listener("", QUEUE))
        with self._timed() as rate:
            while processor.work_off_one_lane(self.hears):
                pass
        assert self._count("SELECT count(*) FROM effects") == self.number
        self.hears.execute("TRUNCATE inbox, effects")
        return rate()

    def change(self) -> float:
        """A loop that makes the same changes: a row for each event, and events that are done."""
        documents = [parse_envelope(body)[1] for body in self.bodies]
        with self.hears.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO bare_inbox (id, document) VALUES (%s, %s)",
                [[document["id"], Jsonb(document)] for document in documents],
            )
        with self._timed() as rate:
            for _ in range(self.number // COMMIT):
                self._change_batch()
        assert self._count("SELECT count(*) FROM effects") == self.number
        self.hears.execute("TRUNCATE bare_inbox, effects")
        return rate()

    def _change_batch(self) -> None:
        with self.hears.transaction():
            rows = self.hears.execute(
                "SELECT position, id, document FROM bare_inbox WHERE NOT done ORDER BY position LIMIT %s", [COMMIT]
            ).fetchall()
            for _, id, document in rows:
                _insert(self.hears, id, document["subject"])
            self.hears.execute("UPDATE bare_inbox SET done = true WHERE position = ANY(%s)", [[row[0] for row in rows]])

    def _settings(self) -> Settings:
        return Settings(
            environment="development",
            database_url=self.engines.database_url(DATABASE, QUEUE),
            broker_url=self.engines.broker_url(VHOST, QUEUE),
            public_url="http://localhost",
            jwks="none",
        )

    def _runtime(self, service: str) -> runtime.Runtime:
        database = Database(self.engines.database_url(DATABASE, service), Clock(), size=2)
        database.open()
        return runtime.Runtime(service, None, Clock(), database)

    def _record(self) -> list[bytes]:
        """Let the outbox hold as many new events as a round has, and nothing else; their bytes."""
        with self.tells.transaction(), runtime.use(self.present):
            self.tells.execute("DELETE FROM outbox")
            outbox.add(self.tells, *[make_event() for _ in range(self.number)])
        return [event.body for event in outbox.select_unpublished(self.tells, limit=self.number)]

    def _publish(self, bodies: list[bytes]) -> None:
        connection = Connection(self.engines.broker_url(VHOST, "registration"))
        channel: Any = connection.channel()
        channel.confirm_select()
        confirmed: list[int] = [0]
        channel.events["basic_ack"].add(lambda tag, _multiple: confirmed.__setitem__(0, max(confirmed[0], tag)))
        producer = Producer(channel, auto_declare=False)
        for sent, body in enumerate(bodies, 1):
            producer.publish(
                body,
                exchange=broker.EXCHANGE,
                routing_key=KEY,
                content_type=CONTENT_TYPE,
                content_encoding="utf-8",
                delivery_mode=2,
                message_id=str(uuid4()),
            )
            while (sent % BATCH == 0 or sent == len(bodies)) and confirmed[0] < sent:
                connection.drain_events(timeout=10)
        connection.release()

    def _await(self, sql: LiteralString) -> None:
        eventually(lambda: self._count(sql) >= self.number, seconds=60)

    def _count(self, sql: LiteralString) -> int:
        row = self.hears.execute(sql).fetchone()
        assert row
        return row[0]

    @contextmanager
    def _timed(self) -> Iterator[Callable[[], float]]:
        """Yields what tells the events a second of the block, once that has ended."""
        seconds: list[float] = []
        began = time.perf_counter()
        yield lambda: self.number / seconds[0]
        seconds.append(time.perf_counter() - began)


def make_event(session: UUID | None = None) -> events.RegistrationConfirmed:
    """Somebody's registration for `session`, or for one that nobody knows."""
    person = events.Person(id=uuid4(), email="ada@library.example", name="Ada Lovelace")
    return events.RegistrationConfirmed(
        registration=events.Registration(
            id=uuid4(),
            revision=1,
            session_id=session or uuid4(),
            session_slug="world-cafe",
            status="confirmed",
            position=None,
            offered_until=None,
            person=person,
            registered_by=None,
            registered_at=Clock().now(),
        )
    )


@for_each
def _insert_effect(conn: psycopg.Connection[Any], event: events.RegistrationConfirmed, envelope: Envelope) -> None:
    _insert(conn, envelope.id, event.registration.id)


def _insert(conn: psycopg.Connection[Any], id: UUID, subject: UUID | str) -> None:
    conn.execute("INSERT INTO effects (id, subject) VALUES (%s, %s)", [id, subject])
