"""A bench for messages: the probe publishes as the catalog and consumes as registration, with real servers between."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import amqp
import psycopg

from shared import runtime
from shared.clock import Clock
from shared.database import Database
from shared.events.envelope import CONTENT_TYPE, Event
from shared.messaging import outbox
from shared.service import Service
from shared.settings import Settings
from tests.broker_messages import make_message, publish
from tests.commands import Result, run_command
from tests.messaging import probe
from tests.processes import Process
from tests.servers.engines import Engines
from tests.waiting import eventually
from tests.web_client import WebClient, make_client

# A type that every service receives.
HEARD = "catalog.session.published"
WAITING = "SELECT count(*) FROM inbox WHERE status = 'pending'"


class Bench:
    """Publishes as the catalog, and tells what became of it in registration."""

    def __init__(
        self, environments: dict[str, dict[str, str]], processes: list[Process], tester_url: str, engines: Engines
    ) -> None:
        self.environments = environments
        self.processes = processes
        self.opened: list[Database] = []
        user, password = tester_url.removeprefix("amqp://").split("@")[0].split(":")
        self.tester = (user, password)
        database = environments["registration"]["DATABASE_URL"].rsplit("/", 1)[1]
        with psycopg.connect(engines.database_url(database, "registration_owner"), autocommit=True) as conn:
            conn.execute(probe.TABLES)

    def connect(self, service: str = "registration") -> psycopg.Connection[Any]:
        return psycopg.connect(self.environments[service]["DATABASE_URL"], autocommit=True)

    def worker(self, service: str, **environment: str) -> Process:
        """Start the probe's worker of this service."""
        process = Process("tests.messaging.probe", service, environment=self.environments[service])
        self.processes.append(process)
        return process.start(**environment)

    def api(self, service: Service) -> WebClient:
        """A client of this service's API, in this process."""
        settings = Settings(**self._settings(service.name))
        present = runtime.build(service.name, settings, "test", pool_size=2)
        present.database.open()
        self.opened.append(present.database)
        return make_client(service.create_app(present))

    def command(self, *args: str) -> Result:
        """Run a command of registration, as an operator does."""
        return run_command("registration", *args, environment=self.environments["registration"])

    def _settings(self, service: str) -> dict[str, Any]:
        names = ("environment", "database_url", "broker_url", "public_url", "jwks")
        return {name: self.environments[service][name.upper()] for name in names}

    def commit(self, *events: Event) -> None:
        """Record events in the catalog's outbox, as one transaction of it."""
        url = self.environments["catalog"]["DATABASE_URL"]
        present = runtime.Runtime("catalog", None, Clock(), Database(url, Clock(), size=1))
        with psycopg.connect(url, autocommit=True) as conn, conn.transaction(), runtime.use(present):
            outbox.add(conn, *events)

    def documents(self) -> list[bytes]:
        """The bytes of everything in the catalog's outbox, as the relay sends them."""
        with self.connect("catalog") as conn:
            rows = conn.execute("SELECT document::text FROM outbox ORDER BY position")
            return [row[0].encode() for row in rows]

    def send(self, *bodies: bytes, routing_key: str | None = None, content_type: str = CONTENT_TYPE) -> None:
        """Put bytes on the exchange as they are, as a foreign or broken publisher would; under the key that is theirs,
        where they have one.
        """
        url = self.environments["registration"]["BROKER_URL"]
        address, vhost = url.split("@")[1].split("/")
        with amqp.Connection(address, *self.tester, virtual_host=vhost) as connection, connection.channel() as channel:
            for body in bodies:
                message = make_message(body, content_type=content_type, delivery_mode=2)
                publish(channel, message, "events", routing_key or key_of(body))

    @contextmanager
    def bound(self, queue: str, key: str) -> Iterator[None]:
        """Let a service hear what nobody publishes yet, as the topology of a later release does."""
        address, vhost = self.environments["registration"]["BROKER_URL"].split("@")[1].split("/")
        with amqp.Connection(address, *self.tester, virtual_host=vhost) as connection, connection.channel() as channel:
            channel.queue_bind(queue, "events", key)
            yield
            channel.queue_unbind(queue, "events", key)

    def value(self, query: str, *params: Any, service: str = "registration") -> Any:
        with self.connect(service) as conn:
            row = conn.execute(query, params).fetchone()  # pyright: ignore[reportArgumentType]
            return row[0] if row else None

    def effects(self) -> list[tuple[str, int]]:
        """(subject, sequence) of each effect, in the order in which they happened."""
        with self.connect() as conn:
            return [
                (str(row[0]), row[1]) for row in conn.execute("SELECT subject, sequence FROM effects ORDER BY place")
            ]

    def wait_settled(self, expected: int, *, seconds: float = 30) -> None:
        """Until `expected` events were taken in and none of them waits any more, and the catalog's outbox is empty."""

        def settled() -> bool:
            taken, waiting = self.value("SELECT count(*) FROM inbox"), self.value(WAITING)
            unpublished = self.value("SELECT count(*) FROM outbox WHERE published_at IS NULL", service="catalog")
            assert (taken, waiting, unpublished) == (expected, 0, 0)
            return True

        eventually(settled, seconds=seconds)


def key_of(body: bytes) -> str:
    """Return the routing key of an event; for bytes that are not an event, one that every service receives."""
    try:
        key = json.loads(body)["type"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return HEARD
    return key if isinstance(key, str) and len(key.encode(errors="replace")) < 256 else HEARD
