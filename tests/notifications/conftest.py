"""Fixtures for tests of notifications: a transaction that is rolled back, and a post office that commits."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from icalendar import Calendar
from psycopg.rows import dict_row

from services.notifications.app import SERVICE
from services.notifications.delivery.domain import write
from services.notifications.delivery.jobs import MailSender
from services.notifications.delivery.mail_sources import MailSource, read_mail_sources
from services.notifications.delivery.supersession import superseded_reason
from services.notifications.fanout.jobs import apply_issue_states, fan_out
from services.notifications.messages.queries import MailContext, select_mail_contexts
from services.notifications.newsletters import domain as newsletters
from services.notifications.newsletters.jobs import begin_digest, begin_issues
from services.notifications.newsletters.queries import Issue
from services.notifications.reminders.jobs import remind
from services.notifications.rendering.mail_settings import make_mail_settings
from services.notifications.settings import NotificationsSettings
from services.notifications.subscriptions import domain as subscriptions
from services.notifications.subscriptions.queries import Origin, SignUp, Subscription, insert_imported, lock_by_email
from services.notifications.template_overrides.domain import load
from shared import runtime
from shared.clock import Clock
from shared.database import Database
from shared.events.envelope import Envelope, Event
from tests.notifications.programme import arrived
from tests.notifications.sink import Listening, Sink
from tests.processes import Process, running
from tests.servers.engines import Engines
from tests.web_client import WebClient, make_client

ORIGIN = Origin("192.0.2.7", "192.0.2.0/24")
MAIL_FROM = "Learning at ALA <learning@ala.example>"


def make_settings(engines: Engines, database_url: str, **changes: Any) -> NotificationsSettings:
    given: dict[str, Any] = {
        "environment": "development",
        "database_url": database_url,
        "broker_url": "amqp://nobody@127.0.0.1:1/none",
        "public_url": "http://localhost:8080",
        "jwks": str(engines.secrets / "jwks.json"),
        "links_key_file": Path(engines.secrets / "links-key"),
        "smtp_url": "smtp://127.0.0.1:1",
        "mail_from": MAIL_FROM,
        "settle_seconds": 0.0,
    }
    return NotificationsSettings(**(given | changes))


def make_runtime(settings: NotificationsSettings) -> runtime.Runtime:
    clock = Clock()
    return runtime.Runtime("notifications", settings, clock, Database(settings.database_url, clock, size=2))


def receive(conn: psycopg.Connection[Any], *events: Event) -> None:
    """Handle events as the processor does."""
    handle(conn, *[arrived(event) for event in events])


def handle(conn: psycopg.Connection[Any], *events: tuple[Event, Envelope]) -> None:
    handlers = SERVICE.event_handlers()
    for typed, envelope in events:
        for handler in handlers.get(envelope.type, ()):
            handler(conn, typed, envelope)


def rows(conn: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """Every mail's row, in the order in which they were caused."""
    with conn.cursor(row_factory=dict_row) as cursor:
        return cursor.execute("SELECT * FROM messages ORDER BY position").fetchall()


@pytest.fixture
def present(engines: Engines, database_urls: dict[str, str]) -> Iterator[runtime.Runtime]:
    """The running service, on this worker's database."""
    made = make_runtime(make_settings(engines, database_urls["notifications"]))
    with runtime.use(made):
        yield made


@pytest.fixture
def client(present: runtime.Runtime, staff_token: Callable[[str], str]) -> Iterator[WebClient]:
    """A member of staff who may do everything here, and the mail provider."""
    with make_client(SERVICE.create_app(present)) as made:
        token = staff_token("notifications:read notifications:write notifications:bounces")
        made.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        yield made


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def smtp_url(sink: Sink) -> Iterator[str]:
    """Where the sink listens."""
    controller = Listening(sink)
    controller.start()
    yield f"smtp://127.0.0.1:{controller.port}"
    controller.stop()


class PostOffice:
    """Notifications on a database of its own, where everything commits; senders are made by hand."""

    def __init__(self, settings: NotificationsSettings) -> None:
        self.settings = settings
        self.runtime = make_runtime(settings)
        self.conn = psycopg.connect(settings.database_url, autocommit=True)
        self.senders: list[MailSender] = []

    def receive(self, *events: Event) -> None:
        for event in events:
            with runtime.use(self.runtime), self.conn.transaction():
                receive(self.conn, event)

    def subscribe(self, *emails: str) -> None:
        """Readers of the newsletter."""
        for email in emails:
            wish = SignUp(email=email)
            insert_imported(
                self.conn, wish, confirmed_at=datetime(2016, 1, 1, tzinfo=UTC), given_from="a list", wording="Yes."
            )

    def publish(self, **wanted: Any) -> Issue:
        """Write an issue, and make its mails due."""
        draft = {"slug": None, "subject": "Free training", "preheader": "", "library_types": [], "topics": []}
        with runtime.use(self.runtime), runtime.share_connection(self.conn):
            issue = newsletters.create(self.conn, {**draft, "archived": True, "body": "Come.", **wanted})
            newsletters.schedule(self.conn, issue, None)
            begin_issues()
            while fan_out():
                pass
        return issue

    def sender(self) -> MailSender:
        self.senders.append(sender := MailSender())
        return sender

    def send(self, sender: MailSender | None = None) -> int:
        """One round of a sender, which is due at once whatever was postponed."""
        self.conn.execute(
            "UPDATE messages SET next_attempt_at = now() WHERE state IN ('retry', 'in_doubt')"
            " AND next_attempt_at IS NOT NULL"
        )
        with runtime.use(self.runtime):
            return (sender or self.sender()).send_due()

    def settle(self, seconds: float) -> None:
        """Let so many seconds pass for every mail that waits."""
        self.conn.execute("UPDATE messages SET next_attempt_at = next_attempt_at - %s * interval '1 second'", [seconds])

    def rows(self) -> list[dict[str, Any]]:
        return rows(self.conn)

    def row(self) -> dict[str, Any]:
        """The only mail's row."""
        [row] = self.rows()
        return row

    def states(self) -> dict[str, int]:
        """How many mails are in each state."""
        found = self.conn.execute("SELECT state, count(*) FROM messages GROUP BY state")
        return {state: count for state, count in found}  # noqa: C416

    def close(self) -> None:
        for sender in self.senders:
            sender.close()
        self.conn.close()


@pytest.fixture
def post(engines: Engines, fresh_database: str, smtp_url: str) -> Iterator[PostOffice]:
    """A post office whose mail goes to the sink."""
    url = engines.database_url(fresh_database, "notifications")
    office = PostOffice(make_settings(engines, url, smtp_url=smtp_url))
    yield office
    office.close()


@pytest.fixture
def worker(environment: dict[str, str]) -> Iterator[Callable[[], Process]]:
    """Makes workers of notifications in the `environment` of the test, and ends them."""
    with running() as processes:

        def make() -> Process:
            processes.append(process := Process("services.notifications", "worker", environment=environment))
            return process

        yield make


def message_ids(mails: list[Any]) -> list[UUID]:
    """What stands before the @ of the mails' Message-IDs."""
    return [UUID(str(mail["Message-ID"]).strip("<>").partition("@")[0]) for mail in mails]


@pytest.fixture
def desk(conn: psycopg.Connection[Any], present: runtime.Runtime) -> "Desk":
    """Events in, mails out, without a mail server and without a commit."""
    return Desk(conn, present)


class Desk:
    """Handles events, and shows the mails that would be sent now."""

    def __init__(self, conn: psycopg.Connection[Any], present: runtime.Runtime) -> None:
        self.conn = conn
        self.present = present
        self.settings = present.settings

    def receive(self, *events: Event) -> None:
        receive(self.conn, *events)

    def handle(self, *events: tuple[Event, Envelope]) -> None:
        """Handle events in the envelopes in which they came, which may have come before."""
        handle(self.conn, *events)

    def pass_to(self, moment: datetime) -> None:
        """Let it be this moment of the programme, and remind of what is to be reminded of then."""
        offset = "SELECT set_config('convene.clock_offset', extract(epoch FROM %s::timestamptz - now())::text, false)"
        self.conn.execute(offset, [moment])
        while remind():
            pass

    def sign_up(self, email: str) -> None:
        """Somebody gives this address for the newsletter."""
        with runtime.use(self.present), runtime.share_connection(self.conn):
            subscriptions.request(self.conn, SignUp(email=email), ORIGIN)

    def subscribe(self, email: str, name: str = "", **wishes: Any) -> Subscription:
        """A reader of the newsletter, whom no mail has told so."""
        insert_imported(
            self.conn,
            SignUp(email=email, name=name, **wishes),
            confirmed_at=datetime(2016, 1, 1, tzinfo=UTC),
            given_from="a list",
            wording="Yes.",
        )
        found = lock_by_email(self.conn, email)
        assert found
        return found

    def leave(self, reader: Subscription) -> None:
        subscriptions.end(self.conn, reader, ORIGIN)

    def issue(self, body: str = "Come.", **wanted: Any) -> Issue:
        """A draft of the newsletter."""
        draft = {"slug": None, "subject": "Free training", "preheader": "", "library_types": [], "topics": []}
        return newsletters.create(self.conn, {**draft, "archived": True, "body": body, **wanted})

    def publish(self, issue: Issue) -> None:
        """Send an issue now: its mails are due."""
        with runtime.use(self.present), runtime.share_connection(self.conn):
            newsletters.schedule(self.conn, issue, None)
            begin_issues()
            self.work()

    def work(self) -> None:
        """What the newsletter's jobs have to do."""
        with runtime.use(self.present), runtime.share_connection(self.conn):
            while begin_issues() + begin_digest() + fan_out() + apply_issue_states():
                pass

    def rows(self) -> list[dict[str, Any]]:
        return rows(self.conn)

    def kinds(self) -> list[str]:
        """The kinds of all mails that were caused, in their order."""
        return [row["kind"] for row in self.rows()]

    def due(self) -> list[str]:
        """The kinds of the mails that are still due."""
        return [facts.kind for facts, about in self._facts() if not superseded_reason(facts, about)]

    def mails(self) -> list[EmailMessage]:
        """Every mail that was caused, as it would be sent now."""
        mail_settings = make_mail_settings(self.settings, load(self.conn))
        return [parse(write(facts, about, mail_settings)) for facts, about in self._facts()]

    def mail(self, kind: str) -> EmailMessage:
        """The only mail of this kind."""
        [found] = [mail for mail, name in zip(self.mails(), self.kinds(), strict=True) if name == kind]
        return found

    def _facts(self) -> list[tuple[MailContext, MailSource | None]]:
        found = select_mail_contexts(self.conn, [row["id"] for row in self.rows()])
        with runtime.use(self.present):
            about = read_mail_sources(self.conn, found)
        return [(facts, about.get(facts.id)) for facts in found]


def parse(content: bytes) -> EmailMessage:
    return BytesParser(policy=default).parsebytes(content)


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part
    return part.get_content()


def html_of(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part
    return part.get_content()


def entries_of(mail: EmailMessage) -> list[tuple[str, Calendar]]:
    """Each calendar in the mail: the content type of its part, and the iCalendar object."""
    parts = [part for part in mail.walk() if part.get_content_type() in ("text/calendar", "application/ics")]
    return [(part["Content-Type"], Calendar.from_ical(part.get_content())) for part in parts]


def entry_of(mail: EmailMessage) -> tuple[str, Any]:
    """The method of the mail's calendar, and its event; the alternative and the file say the same."""
    (kind, alternative), (_, file) = entries_of(mail)
    assert alternative.to_ical() == file.to_ical()
    [event] = alternative.walk("VEVENT")
    assert kind.endswith(f'method="{alternative["METHOD"]}"')
    return str(alternative["METHOD"]), event
