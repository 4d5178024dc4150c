"""An issue of the newsletter: its mails made due, beside an INSERT … SELECT of the same rows; and sent by one worker,
beside SMTP alone: one ready mail sent over one connection again and again.
"""

import resource
import smtplib
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg

from services.notifications.delivery.domain import write
from services.notifications.delivery.mail_sources import read_mail_sources
from services.notifications.fanout.jobs import fan_out
from services.notifications.messages.mail_context_queries import select_mail_contexts
from services.notifications.newsletters import domain
from services.notifications.rendering.mail_settings import make_mail_settings
from shared import runtime
from tests.bench import report, running
from tests.bench.notifications.setting import Setting
from tests.bench.rows import Row, bounded, fast
from tests.notifications.service import make_runtime, make_settings
from tests.processes import Process
from tests.servers import databases
from tests.waiting import eventually

DATABASE = "letters"
LEAST_SENT, LEAST_DUE, MOST_MEBIBYTES = 0.40, 0.50, 10
SUBSCRIBED = """
    INSERT INTO subscriptions (email, name, library_types, topics, digest, confirmed_at)
    SELECT 'ada' || n || '@library.example', 'Ada Lovelace', '{}', '{}', false, now() - interval '1 day'
      FROM generate_series(1, %(number)s) AS n
"""
BARE = """
    INSERT INTO messages (kind, topic, category, subject, cause, event_id, revision, caused_at, recipient)
    SELECT 'newsletter', 'newsletter', 'bulk', id, %(issue)s, %(issue)s, 1, now(), email FROM subscriptions
"""
BODY = "Come **all**, and bring a colleague; it is [free](https://ala.example/free).\n\n" * 8


def measure(setting: Setting) -> list[Row]:
    databases.clone(setting.engines, DATABASE)
    url = setting.engines.database_url(DATABASE, "notifications")
    present = make_runtime(make_settings(setting.engines, url))
    present.database.open()
    with psycopg.connect(url, autocommit=True) as conn, runtime.use(present):
        issue = _begin(conn, setting.effort.readers)
        due, memory = _measure_due(conn, setting, issue)
        sent = _measure_sent(conn, setting)
    present.database.close()
    return [
        fast("mails of an issue made due; INSERT … SELECT of the same rows", due, least=LEAST_DUE),
        memory,
        fast("mails of an issue by one worker; SMTP alone", sent, least=LEAST_SENT),
    ]


def _begin(conn: psycopg.Connection[Any], readers: int) -> UUID:
    """An issue that is sent from now on, to so many readers."""
    conn.execute(SUBSCRIBED, {"number": readers})
    draft = {"slug": None, "subject": "Free training", "preheader": "", "library_types": [], "topics": []}
    with conn.transaction(), runtime.share_connection(conn):
        issue = domain.create(conn, {**draft, "archived": True, "body": BODY})
        domain.schedule(conn, issue, None)
    with conn.transaction(), runtime.share_connection(conn):
        domain.begin_due(conn)
    conn.execute("VACUUM ANALYZE subscriptions")
    return issue.id


def _measure_due(conn: psycopg.Connection[Any], setting: Setting, issue: UUID) -> tuple[list[report.Round], Row]:
    rounds: list[report.Round] = []
    _reset(conn)
    fan_out()
    before = _peak()
    for number in range(setting.effort.rounds):
        setting.say(f"mails due, round {number + 1} of {setting.effort.rounds}")
        _reset(conn)
        ours = _time(_fan_out, setting.effort.readers)
        conn.execute("TRUNCATE messages")
        bare = _time(lambda: conn.execute(BARE, {"issue": issue}), setting.effort.readers)
        rounds.append((ours, bare))
    figure = f"a worker grows by, while mails for {setting.effort.readers:,} readers are made due"
    return rounds, bounded(figure, _peak() - before, most=MOST_MEBIBYTES, unit="MiB")


def _measure_sent(conn: psycopg.Connection[Any], setting: Setting) -> list[report.Round]:
    conn.execute("DELETE FROM subscriptions WHERE position > %s", [setting.effort.mails])
    rounds: list[report.Round] = []
    for number in range(setting.effort.rounds):
        setting.say(f"mails of an issue, round {number + 1} of {setting.effort.rounds}")
        _reset(conn)
        _fan_out()
        rounds.append((_send(conn, setting), _send_bare(conn, setting)))
    return rounds


def _send(conn: psycopg.Connection[Any], setting: Setting) -> float:
    """Mails a second, from when they are due to when the last one is known to be sent."""
    conn.execute("UPDATE messages SET next_attempt_at = 'infinity'")
    environment = databases.service_environment(setting.engines, "notifications", database=DATABASE)
    environment["SMTP_URL"] = f"smtp://127.0.0.1:{setting.sink.port}"
    with running.running() as processes:
        processes.append(worker := Process("services.notifications", "worker", environment=environment).start())
        worker.wait_ready()
        began = time.perf_counter()
        with conn.transaction():
            conn.execute("UPDATE messages SET next_attempt_at = now()")
            conn.execute("NOTIFY notifications_mails")
        eventually(lambda: _count_sent(conn) == setting.effort.mails, seconds=120)
        return setting.effort.mails / (time.perf_counter() - began)


def _send_bare(conn: psycopg.Connection[Any], setting: Setting) -> float:
    row = conn.execute("SELECT id FROM messages LIMIT 1").fetchone()
    assert row
    [facts] = select_mail_contexts(conn, [row[0]])
    mail = write(facts, read_mail_sources(conn, [facts])[facts.id], make_mail_settings(runtime.settings())).decode()
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", setting.sink.port, "bench") as smtp:
        for number in range(setting.effort.mails):
            smtp.sendmail("learning@ala.example", [f"ada{number}@library.example"], mail)
    return setting.effort.mails / (time.perf_counter() - began)


def _reset(conn: psycopg.Connection[Any]) -> None:
    conn.execute("TRUNCATE messages")
    conn.execute("UPDATE newsletters SET reached = 0, fanned_out_at = NULL")


def _fan_out() -> None:
    while fan_out():
        pass


def _time(work: Callable[[], Any], number: int) -> float:
    """So many a second."""
    began = time.perf_counter()
    work()
    return number / (time.perf_counter() - began)


def _count_sent(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute("SELECT count(*) FROM messages WHERE state = 'sent'").fetchone()
    assert row
    return row[0]


def _peak() -> float:
    """MiB that this process has needed at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
