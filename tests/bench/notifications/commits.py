"""Time from the commit of a registration until its email is in the mail server, at a calm rate, compared with the same
path without our code.
"""

import asyncio
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import quantiles
from uuid import uuid4

import psycopg
from psycopg.types.json import Jsonb

from tests.bench import running
from tests.bench.notifications.setting import Setting
from tests.bench.registration import effect
from tests.bench.rows import Row, not_slower
from tests.processes import Process
from tests.waiting import eventually

RATE, MOST = 20, 3.0


class Clock:
    """A mail server that notes when each recipient's mail was there."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}
        self.port = 0
        self.end: Callable[[], object] = lambda: None

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 clock\r\n")
        recipient = ""
        while line := await reader.readline():
            if found := re.match(rb"RCPT TO:<([^>]+)>", line, re.IGNORECASE):
                recipient = found[1].decode()
            if line[:4].upper() == b"DATA":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                self.came[recipient] = time.perf_counter()
            writer.write(b"250 clock\r\n")
        writer.close()

    async def serve(self, ready: threading.Event) -> None:
        server = await asyncio.start_server(self.talk, "127.0.0.1", 0, limit=2**22)
        self.port = server.sockets[0].getsockname()[1]
        loop, over = asyncio.get_running_loop(), asyncio.Event()
        self.end = lambda: loop.call_soon_threadsafe(over.set)
        ready.set()
        async with server:
            await over.wait()


@contextmanager
def clock() -> Iterator[Clock]:
    made, ready = Clock(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(made.serve(ready)))
    thread.start()
    ready.wait(10)
    yield made
    made.end()
    thread.join()


def measure(setting: Setting) -> list[Row]:
    """The 99th percentiles, in milliseconds."""
    effect.prepare(setting.engines)
    rounds = []
    with clock() as mails:
        for number in range(setting.effort.rounds):
            setting.say(f"mails of registrations at {RATE} a second, round {number + 1} of {setting.effort.rounds}")
            rounds.append((_ours(setting, mails), _floor(setting, mails)))
    return [not_slower(f"commit to mail at {RATE} a second, p99; without our code", rounds, most=MOST)]


def _ours(setting: Setting, mails: Clock) -> float:
    smtp_url = f"smtp://127.0.0.1:{mails.port}"
    with effect.workers(setting.engines, SMTP_URL=smtp_url), effect.registering(setting.engines) as register:

        def commit(number: int) -> str:
            email = f"{uuid4()}@library.example"
            register(number, email)
            return email

        return _time(setting, mails, commit)


def _floor(setting: Setting, mails: Clock) -> float:
    database, broker = setting.engines.database_url(effect.DATABASE), setting.engines.broker_url(effect.VHOST)
    roles = [("relay", database, broker), ("consume", database, broker, str(mails.port))]
    with psycopg.connect(database, autocommit=True) as conn, running.running() as processes:
        conn.execute("TRUNCATE floor_causes, floor_effects")
        for role in roles:
            processes.append(Process("tests.bench.registration.floor", *role, environment={}).start())

        def commit(_number: int) -> str:
            id = uuid4()
            with conn.transaction():
                document = Jsonb({"id": str(id), "library": effect.LIBRARY})
                conn.execute("INSERT INTO floor_causes (id, document) VALUES (%s, %s)", [id, document])
                conn.execute("NOTIFY floor_causes")
            return f"{id}@library.example"

        def is_at_work() -> bool:
            commit(0)
            return bool(conn.execute("SELECT FROM floor_effects").fetchall())

        eventually(is_at_work, seconds=30)
        return _time(setting, mails, commit)


def _time(setting: Setting, mails: Clock, commit: Callable[[int], str]) -> float:
    """The 99th percentile of milliseconds from each commit to its mail; the first second does not count."""
    began: dict[str, float] = {}
    total = RATE * (setting.effort.calm + 1)
    start = time.perf_counter()
    for number in range(total):
        time.sleep(max(start + number / RATE - time.perf_counter(), 0))
        began[commit(number)] = time.perf_counter()
    eventually(lambda: began.keys() <= mails.came.keys(), seconds=30)
    taken = [max(mails.came[email] - moment, 0) for email, moment in list(began.items())[RATE:]]
    return quantiles(taken, n=100)[98] * 1000
