"""Taken seats, and public sessions with the columns that decide whether registration is open."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.availability.registration_window import RegistrationWindow
from shared.database import execute, fetch


@dataclass(frozen=True)
class PublicSession:
    """A session's stored document with the columns that decide whether registration is open."""

    id: UUID
    document: bytes
    changed_in: int
    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    capacity: int | None
    confirmed: int

    @property
    def window(self) -> RegistrationWindow:
        return RegistrationWindow(
            status=self.status,
            opens_at=self.opens_at,
            closes_at=self.closes_at,
            capacity=self.capacity,
            confirmed=self.confirmed,
        )


def upsert_availability(conn: Connection, *, session_id: UUID, revision: int, confirmed: int, waitlisted: int) -> None:
    """Store registration's seat counts unless a newer revision is stored, and invalidate cached responses."""
    sql = """
        WITH news AS (
            UPDATE reading_revision SET revision = revision + 1
             WHERE NOT EXISTS (SELECT FROM availability WHERE session_id = %(session_id)s AND revision >= %(revision)s)
            RETURNING revision, pg_notify(current_schema() || '_revision', '')
        )
        INSERT INTO availability AS known (session_id, revision, confirmed, waitlisted, changed_in)
        SELECT %(session_id)s, %(revision)s, %(confirmed)s, %(waitlisted)s, news.revision FROM news
        ON CONFLICT (session_id) DO UPDATE
           SET revision = excluded.revision, confirmed = excluded.confirmed, waitlisted = excluded.waitlisted,
               changed_in = excluded.changed_in
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, session_id=session_id, revision=revision, confirmed=confirmed, waitlisted=waitlisted)


def select_session_documents(conn: Connection, slugs: list[str]) -> list[PublicSession]:
    """Return the sessions with these slugs, in any state."""
    sql = """
        SELECT session.id, convert_to(entry.document::text, 'UTF8') AS document, entry.changed_in, session.status,
               session.opens_at, coalesce(session.closes_at, session.starts_at) AS closes_at, session.capacity,
               coalesce(availability.confirmed, 0) AS confirmed
          FROM entries AS entry
          JOIN sessions AS session ON session.id = entry.id
          LEFT JOIN availability ON availability.session_id = session.id
         WHERE entry.kind = 'session' AND entry.slug = ANY(%(slugs)s)
    """
    return fetch(conn, PublicSession, sql, slugs=slugs)


def select_session_document(conn: Connection, slug: str) -> PublicSession | None:
    """Return the session with this slug, in any state."""
    return next(iter(select_session_documents(conn, [slug])), None)
