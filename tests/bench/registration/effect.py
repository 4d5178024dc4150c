"""Time from the commit of a registration until its effect in another service, at a calm rate, compared with the same
path without our code.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg.types.json import Jsonb

from services.registration.registrations import domain as registrations
from services.registration.seats.placement_queries import Applicant
from shared import runtime
from shared.clock import Clock
from shared.database import Database
from tests.bench import running
from tests.bench.registration import data, floor
from tests.bench.registration.setting import Setting
from tests.bench.rows import Row, not_slower
from tests.processes import Process
from tests.servers import databases
from tests.servers.engines import Engines
from tests.waiting import eventually

DATABASE, VHOST = "effect", "convene"
RATE = 50
MOST = 3.0
LIBRARY = {"name": "Springfield Public Library", "type": "public"}
# Notifications knows the sessions that `data` lets registration know.
KNOWN = """
    INSERT INTO notifications.sessions (id, revision, schedule_revision, slug, title, format, status, initiative,
                                        when_label, page_url)
    SELECT id, revision, 1, slug, title, 'webinar', 'scheduled', 'LTC', 'some day', '' FROM registration.sessions
"""


def measure(setting: Setting) -> list[Row]:
    """The 99th percentiles, in milliseconds."""
    prepare(setting.engines)
    rounds = []
    for number in range(setting.effort.rounds):
        setting.say(f"effects at {RATE} a second, round {number + 1} of {setting.effort.rounds}")
        rounds.append((_percentile(_ours(setting)), _percentile(_floor(setting))))
    return [not_slower(f"commit to effect at {RATE} a second, p99; without our code", rounds, most=MOST)]


def prepare(engines: Engines) -> None:
    """Sessions that both services know, and what the floor needs."""
    data.make(engines, DATABASE, registrations=1000)
    with psycopg.connect(engines.database_url(DATABASE), autocommit=True) as conn:
        conn.execute(KNOWN)
        conn.execute(floor.TABLES)


def _ours(setting: Setting) -> list[float]:
    """Registering, the workers of both services, and the mail that is due."""
    arrived: LiteralString = "SELECT subject FROM notifications.messages WHERE subject = ANY(%s)"
    with workers(setting.engines), registering(setting.engines) as register:

        def commit(number: int) -> UUID:
            return register(number, f"{uuid4()}@library.example")

        return _time(setting, commit, channel="notifications_mails", arrived=arrived)


@contextmanager
def registering(engines: Engines) -> Iterator[Callable[[int, str], UUID]]:
    """Registers an address for the session of a number, without an api; the registration."""
    database = Database(engines.database_url(DATABASE, "registration"), Clock(), size=1)
    present = runtime.Runtime("registration", None, Clock(), database)
    database.open()

    def register(number: int, email: str) -> UUID:
        applicant = Applicant(email=email, name="Ada Lovelace", library=LIBRARY)
        with runtime.use(present), runtime.transaction() as conn:
            made = registrations.register(conn, slug=f"s{number % data.SESSIONS}", applicant=applicant)
        return made.registration.id

    yield register
    database.close()


@contextmanager
def workers(engines: Engines, **told: str) -> Iterator[None]:
    """Run a worker of registration and one of notifications, with these additional settings."""
    with running.running() as processes:
        for service in ("registration", "notifications"):
            environment = databases.service_environment(engines, service, database=DATABASE) | told
            processes.append(worker := Process(f"services.{service}", "worker", environment=environment).start())
            worker.wait_ready()
        yield


def _floor(setting: Setting) -> list[float]:
    database, broker = setting.engines.database_url(DATABASE), setting.engines.broker_url(VHOST)
    loops = [
        Process("tests.bench.registration.floor", role, database, broker, environment={})
        for role in ("relay", "consume")
    ]
    with psycopg.connect(database, autocommit=True) as conn, running.running() as processes:
        conn.execute("TRUNCATE floor_causes, floor_effects")
        for loop in loops:
            processes.append(loop.start())

        def commit(_number: int) -> UUID:
            id = uuid4()
            with conn.transaction():
                document = Jsonb({"id": str(id), "library": LIBRARY})
                conn.execute("INSERT INTO floor_causes (id, document) VALUES (%s, %s)", [id, document])
                conn.execute("NOTIFY floor_causes")
            return id

        arrived: LiteralString = "SELECT id FROM floor_effects WHERE id = ANY(%s)"
        eventually(lambda: _is_relayed(conn), seconds=30)
        return _time(setting, commit, channel="floor_effects", arrived=arrived)


def _is_relayed(conn: psycopg.Connection[Any]) -> bool:
    """Return whether both loops work: an inserted event arrives."""
    conn.execute("INSERT INTO floor_causes (id, document) VALUES (gen_random_uuid(), '{}')")
    conn.execute("NOTIFY floor_causes")
    return bool(conn.execute("SELECT FROM floor_effects").fetchall())


def _time(setting: Setting, commit: Callable[[int], UUID], *, channel: str, arrived: LiteralString) -> list[float]:
    """Seconds from each commit to the one of its effect; the first second does not count."""
    began: dict[UUID, float] = {}
    ended: dict[UUID, float] = {}
    total = RATE * (setting.effort.calm + 1)
    with _watching(setting, channel, arrived, began, ended):
        start = time.perf_counter()
        for number in range(total):
            time.sleep(max(start + number / RATE - time.perf_counter(), 0))
            id = commit(number)
            began[id] = time.perf_counter()
        eventually(lambda: len(ended) == total, seconds=30)
    counted = list(began)[RATE:]
    return [max(ended[id] - began[id], 0) for id in counted]


@contextmanager
def _watching(
    setting: Setting, channel: str, arrived: LiteralString, began: dict[UUID, float], ended: dict[UUID, float]
) -> Iterator[None]:
    """Notes in `ended` when each of `began` is there."""
    stop, ready = threading.Event(), threading.Event()

    def watch() -> None:
        with psycopg.connect(setting.engines.database_url(DATABASE), autocommit=True) as conn:
            conn.execute(f"LISTEN {channel}".encode())
            ready.set()
            while not stop.is_set():
                for _ in conn.notifies(timeout=0.1, stop_after=1):
                    pass
                if awaited := [id for id in list(began) if id not in ended]:
                    found = conn.execute(arrived, [awaited]).fetchall()
                    moment = time.perf_counter()
                    ended.update((id, moment) for (id,) in found)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        ready.wait(10)
        yield
    finally:
        stop.set()
        thread.join()


def _percentile(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[98] * 1000
