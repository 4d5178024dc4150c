"""What a mail is about, as it is known now."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import Connection

from services.notifications.catalog_projection.queries import Session, select_sessions
from services.notifications.messages.queries import Facts
from services.notifications.newsletters.letters import read_letters
from services.notifications.rendering.letters import Letter

About = Session | Letter


def read_about(conn: Connection, mails: Sequence[Facts]) -> dict[UUID, About]:
    """By the ids of the mails the session, or the letter, that each is about; those about neither are left out."""
    sessions = {
        session.id: session for session in select_sessions(conn, {mail.session_id for mail in mails if mail.session_id})
    }
    about: dict[UUID, About] = {mail.id: sessions[mail.session_id] for mail in mails if mail.session_id}
    return about | read_letters(conn, mails)
