"""A mail of the log as staff see it: what became of it, and how it reads by what is known now."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from services.notifications.delivery.mail_sources import read_mail_sources
from services.notifications.mail_log import queries
from services.notifications.messages.mail_context_queries import select_mail_contexts
from services.notifications.rendering.domain import render
from services.notifications.rendering.mail_settings import make_mail_settings
from services.notifications.rendering.templates import Texts
from services.notifications.settings import NotificationsSettings
from services.notifications.template_overrides import domain as templates
from shared.errors import Conflict, NotFound
from shared.http.audit_api import record_staff_action

Row = dict[str, Any]


def find(conn: Connection, id: UUID) -> Row:
    """An entry of the log, with its session. Raises NotFound."""
    row = queries.select_message(conn, id)
    if row is None:
        raise NotFound("No mail has this id.")
    return with_session(row)


def preview(conn: Connection, id: UUID, settings: NotificationsSettings) -> Texts | None:
    """How a mail reads by what is known now, personal links without their tokens; None where the person was erased."""
    mail = next(iter(select_mail_contexts(conn, [id])), None)
    if mail is None:
        return None
    source = read_mail_sources(conn, [mail]).get(id)
    return render(mail, source, make_mail_settings(settings, templates.load(conn), shown=True)).texts


def resend(conn: Connection, id: UUID) -> Row:
    """Let a mail go out again, as the one who asks wants it. Raises NotFound, Conflict (wrong-state)."""
    row = find(conn, id)
    if not queries.requeue(conn, id):
        raise Conflict(f"This mail is {row['state']}.", problem="wrong-state", state=row["state"])
    record_staff_action(conn, "message.resend", id, {"was": row["state"]})
    return find(conn, id)


def with_session(row: Row) -> Row:
    """A row of the log with its session as a part of its own."""
    session = {"id": row["session_id"], "slug": row["session_slug"], "title": row["session_title"]}
    return {**row, "session": session if row["session_id"] else None}
