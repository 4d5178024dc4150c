"""Single mails: rendered, built, checked and sent by workers, beside a loop that builds one and the same mail with
`email.mime` and sends it over one connection.
"""

import smtplib
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.mime.application import MIMEApplication
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import formatdate, make_msgid
from typing import Any

import psycopg

from services.notifications.catalog_projection.queries import select_sessions
from services.notifications.messages.mail_context_queries import select_mail_contexts
from services.notifications.rendering.domain import MailContent, render
from services.notifications.rendering.mail_settings import make_mail_settings
from shared.events.catalog import SessionPublished
from tests.bench import report, running
from tests.bench.notifications.setting import Setting
from tests.bench.rows import Row, fast
from tests.notifications.samples import a_session
from tests.notifications.service import make_settings, receive
from tests.processes import Process
from tests.servers import databases
from tests.servers.engines import Engines
from tests.waiting import eventually

DATABASE = "mails"
LEAST, LEAST_OF_TWO = 0.50, 1.6
REGISTERED = """
    INSERT INTO registrations (id, revision, status, status_since, session_id, person_id, email, name, registered_at)
    SELECT gen_random_uuid(), 1, 'confirmed', 1, %(session_id)s, gen_random_uuid(), 'ada' || n || '@library.example',
           'Ada Lovelace', now() FROM generate_series(1, %(number)s) AS n
"""
# Not due before all of them are there.
CAUSED = """
    INSERT INTO messages (kind, topic, subject, cause, event_id, revision, caused_at, session_id, recipient,
                          next_attempt_at)
    SELECT 'registration-confirmed', 'seat', id, gen_random_uuid(), gen_random_uuid(), 1, now(), session_id, email,
           'infinity' FROM registrations
"""
DUE = "UPDATE messages SET next_attempt_at = now()"


def measure(setting: Setting) -> list[Row]:
    databases.clone(setting.engines, DATABASE)
    with psycopg.connect(setting.engines.database_url(DATABASE, "notifications"), autocommit=True) as conn:
        content = fill(conn, setting.engines, setting.effort.mails)
        against_bare: list[report.Round] = []
        two_against_one: list[report.Round] = []
        for number in range(setting.effort.rounds):
            setting.say(f"mails, round {number + 1} of {setting.effort.rounds}")
            one = _send(conn, setting, workers=1)
            against_bare.append((one, _send_bare(setting, content)))
            two_against_one.append((_send(conn, setting, workers=2), one))
    return [
        fast("single mails by one worker; a bare loop with email.mime", against_bare, least=LEAST),
        fast("the same by two workers; by one", two_against_one, least=LEAST_OF_TWO),
    ]


def fill(conn: psycopg.Connection[Any], engines: Engines, number: int) -> MailContent:
    """A session and those who registered for it; what the mail to one of them says."""
    session = a_session()
    receive(conn, SessionPublished(session=session))
    conn.execute(REGISTERED, {"session_id": session.id, "number": number})
    conn.execute(CAUSED)
    settings = make_settings(engines, "")
    row = conn.execute("SELECT id FROM messages LIMIT 1").fetchone()
    assert row
    [facts], [known] = select_mail_contexts(conn, [row[0]]), select_sessions(conn, [session.id])
    return render(facts, known, make_mail_settings(settings))


@contextmanager
def sending(
    conn: psycopg.Connection[Any], engines: Engines, sink: Process, *, workers: int
) -> Iterator[Callable[[int], None]]:
    """Workers that are ready; what is yielded lets so many mails be due, and returns when the last is known to be
    sent.
    """
    conn.execute("TRUNCATE messages")
    conn.execute(CAUSED)
    environment = databases.service_environment(engines, "notifications", database=DATABASE)
    environment["SMTP_URL"] = f"smtp://127.0.0.1:{sink.port}"
    with running.running() as processes:
        for _ in range(workers):
            processes.append(Process("services.notifications", "worker", environment=environment).start())
        for process in processes:
            process.wait_ready()

        def send(number: int) -> None:
            with conn.transaction():
                conn.execute(DUE)
                conn.execute("NOTIFY notifications_mails")
            eventually(lambda: _sent(conn) == number, seconds=120)

        yield send


def _send(conn: psycopg.Connection[Any], setting: Setting, *, workers: int) -> float:
    """Mails a second, from when they are due to when the last one is known to be sent."""
    with sending(conn, setting.engines, setting.sink, workers=workers) as send:
        began = time.perf_counter()
        send(setting.effort.mails)
        return setting.effort.mails / (time.perf_counter() - began)


def _sent(conn: psycopg.Connection[Any]) -> int:
    row = conn.execute("SELECT count(*) FROM messages WHERE state = 'sent'").fetchone()
    assert row
    return row[0]


def _send_bare(setting: Setting, content: MailContent) -> float:
    assert content.calendar
    method, entry = content.calendar
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", setting.sink.port, "bench") as smtp:
        for number in range(setting.effort.mails):
            mail = MIMEMultipart("mixed")
            parts = MIMEMultipart("alternative")
            parts.attach(MIMEText(content.texts.text, "plain", "utf-8"))
            parts.attach(MIMEText(content.texts.html, "html", "utf-8"))
            calendar = MIMEText(entry.decode(), "calendar", "utf-8")
            calendar.set_param("method", method)
            parts.attach(calendar)
            mail.attach(parts)
            mail.attach(MIMEApplication(entry, "ics", name="invite.ics"))
            mail["From"], mail["To"] = "learning@ala.example", f"ada{number}@library.example"
            mail["Subject"] = content.texts.subject
            mail["Date"], mail["Message-ID"] = formatdate(), make_msgid(domain="ala.example")
            smtp.sendmail("learning@ala.example", [f"ada{number}@library.example"], mail.as_bytes())
    return setting.effort.mails / (time.perf_counter() - began)
