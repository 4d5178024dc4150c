"""Notifications on a database of its own, where everything commits."""

from datetime import UTC, datetime
from typing import Any

import psycopg

from services.notifications.delivery.jobs import MailSender
from services.notifications.fanout.jobs import fan_out
from services.notifications.newsletters import domain as newsletters
from services.notifications.newsletters.jobs import begin_issues
from services.notifications.newsletters.queries import Issue
from services.notifications.settings import NotificationsSettings
from services.notifications.subscriptions.queries import SignUp, insert_imported
from shared import runtime
from shared.events.envelope import Event
from tests.notifications.service import make_runtime, receive, rows


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
        """Return the number of emails in each state."""
        found = self.conn.execute("SELECT state, count(*) FROM messages GROUP BY state")
        return {state: count for state, count in found}  # noqa: C416

    def close(self) -> None:
        for sender in self.senders:
            sender.close()
        self.conn.close()
