"""The session or newsletter issue that an email is about, as it is known now."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection

from services.notifications.catalog_projection.queries import Session, select_sessions
from services.notifications.messages.mail_context_queries import MailContext
from services.notifications.newsletters.issue_composition import read_issue_mails
from services.notifications.rendering.issue_mails import IssueMail

MailSource = Session | IssueMail


def read_mail_sources(conn: Connection, mails: Sequence[MailContext]) -> dict[UUID, MailSource]:
    """Returns the session or issue of each email, by the email's id; emails about neither are left out."""
    sessions = {
        session.id: session for session in select_sessions(conn, {mail.session_id for mail in mails if mail.session_id})
    }
    source: dict[UUID, MailSource] = {mail.id: sessions[mail.session_id] for mail in mails if mail.session_id}
    return source | read_issue_mails(conn, mails)
