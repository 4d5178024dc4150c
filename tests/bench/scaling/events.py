"""Events from registration's outbox to what notifications does about them, by workers of both."""

from itertools import cycle, islice
from typing import Any, LiteralString
from uuid import UUID

import psycopg

from shared import runtime
from shared.clock import Clock
from shared.database import Database
from shared.messaging import outbox
from tests.bench import running
from tests.bench.registration import effect
from tests.bench.registration.messages import make_event
from tests.bench.scaling.figures import Figure, scale
from tests.bench.scaling.processors import Work, watched
from tests.bench.scaling.setting import Setting
from tests.processes import Process
from tests.servers import databases, queues
from tests.waiting import eventually

# Not those that were set aside: what failed so often that it was given up is no measure of how fast anything is.
HANDLED = """
    SELECT count(*) FROM notifications.inbox WHERE status = 'done' AND type = 'registration.registration.confirmed'
"""
# Workers that begin have things of their own to tell, as how many seats each session has.
CALM = """
    SELECT NOT EXISTS (SELECT FROM registration.outbox WHERE published_at IS NULL)
       AND NOT EXISTS (SELECT FROM notifications.inbox WHERE status = 'pending')
"""


def measure(setting: Setting) -> list[Figure]:
    effect.prepare(setting.engines)
    return scale("events relayed, received and handled, by workers of both services", lambda n: _carry(setting, n))


def _carry(setting: Setting, replicas: int) -> tuple[float, Work]:
    setting.say(f"events, {replicas} replicas")
    with psycopg.connect(setting.engines.database_url(effect.DATABASE), autocommit=True) as conn:
        conn.execute("TRUNCATE notifications.inbox, notifications.messages, registration.outbox CASCADE")
        queues.empty(setting.engines, effect.VHOST)
        with running.running() as processes:
            for service in ("registration", "notifications"):
                environment = databases.service_environment(setting.engines, service, database=effect.DATABASE)
                for _ in range(replicas):
                    worker = Process(f"services.{service}", "worker", environment=environment)
                    running.start(worker, "/health/ready", processes)
            eventually(lambda: _value(conn, CALM), seconds=60)
            with watched() as work:
                _record(setting, _sessions(conn))
                eventually(lambda: _value(conn, HANDLED) >= setting.effort.events, seconds=300)
        return setting.effort.events, work


def _sessions(conn: psycopg.Connection[Any]) -> list[UUID]:
    """Sessions that notifications knows: a registration for another one waits for it."""
    return [id for (id,) in conn.execute("SELECT id FROM notifications.sessions ORDER BY slug LIMIT 1000")]


def _record(setting: Setting, sessions: list[UUID]) -> None:
    """All of them at once, as after a broker that was away."""
    database = Database(setting.engines.database_url(effect.DATABASE, "registration"), Clock(), size=1)
    database.open()
    with runtime.use(runtime.Runtime("registration", None, Clock(), database)), runtime.transaction() as conn:
        outbox.add(conn, *[make_event(session) for session in islice(cycle(sessions), setting.effort.events)])
    database.close()


def _value(conn: psycopg.Connection[Any], sql: LiteralString) -> Any:
    row = conn.execute(sql).fetchone()
    assert row
    return row[0]
