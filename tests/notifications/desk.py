"""Notifications in a transaction that is rolled back: events in, emails out."""

from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import psycopg

from services.notifications.delivery.domain import write
from services.notifications.delivery.mail_sources import MailSource, read_mail_sources
from services.notifications.delivery.supersession import superseded_reason
from services.notifications.fanout.jobs import apply_issue_states, fan_out
from services.notifications.messages.mail_context_queries import MailContext, select_mail_contexts
from services.notifications.newsletters import domain as newsletters
from services.notifications.newsletters.jobs import begin_digest, begin_issues
from services.notifications.newsletters.queries import Issue
from services.notifications.reminders.jobs import remind
from services.notifications.rendering.mail_settings import make_mail_settings
from services.notifications.subscriptions import domain as subscriptions
from services.notifications.subscriptions.queries import Origin, SignUp, Subscription, insert_imported, lock_by_email
from services.notifications.template_overrides.domain import load
from shared import runtime
from shared.events.envelope import Envelope, Event
from tests.notifications.mails import parse
from tests.notifications.service import handle, receive, rows

ORIGIN = Origin("192.0.2.7", "192.0.2.0/24")


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
        """Run the newsletter's jobs until nothing is left to do."""
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
