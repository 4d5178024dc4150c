"""From an event in the inbox to the row of a mail, beside a handler that inserts one row (the processing of
registration's bench).
"""

import time
from typing import Any

import orjson
import psycopg

from services.notifications.app import SERVICE
from shared import runtime
from shared.clock import Clock
from shared.events import catalog
from shared.events import registration as participation
from shared.events.envelope import parse_envelope, wrap
from shared.messaging import inbox
from shared.messaging.processor import Processor
from shared.messaging.wakeup import Listener
from tests.bench import report
from tests.bench.notifications.setting import Setting
from tests.bench.registration import messages
from tests.bench.rows import Row, fast
from tests.notifications import samples
from tests.notifications.service import make_runtime, make_settings
from tests.servers import databases

DATABASE, SERVICE_NAME = "rows", "notifications"
LEAST = 0.60


def measure(setting: Setting) -> list[Row]:
    bare = messages.Bench(setting.engines, setting.effort.events)
    databases.clone(setting.engines, DATABASE)
    url = setting.engines.database_url(DATABASE, SERVICE_NAME)
    present = make_runtime(make_settings(setting.engines, url))
    present.database.open()
    rounds: list[report.Round] = []
    with psycopg.connect(url, autocommit=True) as conn:
        for number in range(setting.effort.rounds):
            setting.say(f"rows, round {number + 1} of {setting.effort.rounds}")
            rounds.append((_cause(conn, present, setting.effort.events), bare.process()))
    present.database.close()
    return [fast("events to rows of mails; events to a row each", rounds, least=LEAST)]


def _cause(conn: psycopg.Connection[Any], present: runtime.Runtime, number: int) -> float:
    """Registrations for one session, each a mail; events a second."""
    session = samples.a_session()
    conn.execute("TRUNCATE inbox, messages, registrations, sessions CASCADE")
    inbox.insert(conn, [_arrive(catalog.SessionPublished(session=session))])
    processor = Processor(1, present, SERVICE.event_handlers(), Listener("", SERVICE_NAME))
    _work_off(processor, conn)
    events = [participation.RegistrationConfirmed(registration=samples.a_registration(session)) for _ in range(number)]
    inbox.insert(conn, [_arrive(event) for event in events])
    began = time.perf_counter()
    _work_off(processor, conn)
    rate = number / (time.perf_counter() - began)
    row = conn.execute("SELECT count(*) FROM messages").fetchone()
    assert row == (number,)
    return rate


def _work_off(processor: Processor, conn: psycopg.Connection[Any]) -> None:
    while processor.work_off_one_lane(conn):
        pass


def _arrive(event: Any) -> inbox.IncomingEvent:
    return inbox.IncomingEvent(*parse_envelope(orjson.dumps(wrap(event, time=Clock().now())[1])))
