"""`make bench`: how fast messages go here, as ratios to bare loops measured in the same run. `--write` puts them into
their section of docs/benchmarks.md.

Figures are events a second; only the ratios mean anything elsewhere. Rounds are interleaved, medians are shown.
"""

import os
import sys
import time
from collections.abc import Callable
from uuid import uuid4

import psycopg
from kombu.connection import Connection
from kombu.messaging import Producer

from shared import runtime
from shared.clock import Clock
from shared.database import Database
from shared.events.catalog import SessionPublished
from shared.events.envelope import open_envelope
from shared.messaging import inbox, outbox
from shared.messaging.publisher import Publisher
from tests.bench import report
from tests.messaging.probe import make_session
from tests.servers import databases, queues, sharing
from tests.servers.engines import Engines

EVENTS, BATCH, ROUNDS = 2000, 100, 5
HEADINGS = ("figure", "ours a second", "reference", "reference a second", "ratio")
Figure = tuple[str, str, Callable[[], float], Callable[[], float]]


class Bench:
    """Servers of its own, and what is measured on them."""

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        databases.clone(engines, "bench")
        self.url = engines.database_url("bench", "catalog")
        self.conn = psycopg.connect(self.url, autocommit=True)
        self.runtime = runtime.Runtime("catalog", None, Clock(), Database(self.url, Clock(), size=1))
        self.broker = engines.broker_url("convene", "catalog")

    def figures(self) -> list[Figure]:
        """(what, reference, ours, the reference)."""
        return [
            ("outbox to broker: read, published, confirmed, marked", "kombu alone, pipelined", self.relay, self.kombu),
            ("received into the inbox", "bare inserts, 100 a commit", self.receive, self.insert),
        ]

    def relay(self) -> float:
        self._record()
        connection = Connection(self.broker)
        publisher = Publisher(connection)
        began = time.perf_counter()
        while batch := outbox.select_unpublished(self.conn, limit=500):
            publisher.publish(batch)
            outbox.mark_published(self.conn, [event.event_id for event in batch])
        seconds = time.perf_counter() - began
        connection.release()
        queues.empty(self.engines, "convene")
        return EVENTS / seconds

    def kombu(self) -> float:
        body = self._bodies(1)[0]
        connection = Connection(self.broker)
        channel = connection.channel()
        channel.confirm_select()
        confirmed: list[int] = [0]
        channel.events["basic_ack"].add(lambda tag, _multiple: confirmed.__setitem__(0, max(confirmed[0], tag)))
        producer = Producer(channel, auto_declare=False)
        began = time.perf_counter()
        for sent in range(1, EVENTS + 1):
            producer.publish(
                body,
                exchange="events",
                routing_key="catalog.session.published",
                content_type="application/cloudevents+json",
                content_encoding="utf-8",
                delivery_mode=2,
            )
            while sent % 500 == 0 and confirmed[0] < sent:
                connection.drain_events(timeout=10)
        seconds = time.perf_counter() - began
        connection.release()
        queues.empty(self.engines, "convene")
        return EVENTS / seconds

    def receive(self) -> float:
        bodies = self._bodies(EVENTS)
        began = time.perf_counter()
        for start in range(0, EVENTS, BATCH):
            with self.conn.transaction():
                inbox.insert(self.conn, [inbox.Arrival(*open_envelope(body)) for body in bodies[start : start + BATCH]])
        seconds = time.perf_counter() - began
        self.conn.execute("DELETE FROM inbox")
        return EVENTS / seconds

    def insert(self) -> float:
        bodies = [body.decode() for body in self._bodies(EVENTS)]
        self.conn.execute("CREATE TABLE IF NOT EXISTS bare (id uuid PRIMARY KEY, document jsonb NOT NULL)")
        began = time.perf_counter()
        for start in range(0, EVENTS, BATCH):
            batch = bodies[start : start + BATCH]
            self.conn.execute(
                "INSERT INTO bare SELECT * FROM unnest(%s::uuid[], %s::jsonb[])", [[uuid4() for _ in batch], batch]
            )
        seconds = time.perf_counter() - began
        self.conn.execute("DROP TABLE bare")
        return EVENTS / seconds

    def _record(self) -> None:
        with self.conn.transaction(), runtime.use(self.runtime):
            self.conn.execute("DELETE FROM outbox")
            outbox.add(self.conn, *[SessionPublished(session=make_session()) for _ in range(EVENTS)])

    def _bodies(self, count: int) -> list[bytes]:
        self._record()
        found = [event.body for event in outbox.select_unpublished(self.conn, limit=count)]
        self.conn.execute("DELETE FROM outbox")
        return found


def measure(bench: Bench) -> list[dict[str, object]]:
    """Medians of interleaved rounds."""
    results = []
    for what, reference, ours, theirs in bench.figures():
        mine, other, ratio = report.medians([(ours(), theirs()) for _ in range(ROUNDS)])
        results.append(
            {"what": what, "ours": round(mine), "reference": reference, "bare": round(other), "ratio": round(ratio, 2)}
        )
    return results


def main() -> None:
    folder = sharing.new_folder()
    try:
        results = measure(Bench(sharing.obtain(folder, owner=os.getpid(), workers=1)))
    finally:
        sharing.remove(folder)
    table = report.table(HEADINGS, [list(result.values()) for result in results])
    print(table)
    report.keep("bench", results)
    if "--write" in sys.argv:
        report.write_section("Messaging", f"Written by `.venv/bin/python -m tests.bench --write`.\n\n{table}")


if __name__ == "__main__":
    main()
