"""SQL of the copy of who takes part in what."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch_value


def upsert_registration(conn: Connection, **facts: Any) -> bool:
    """Keep a registration as it is now, unless a later revision is here, and its session from changing until the
    transaction ends; False where the session is not known.
    """
    sql = """
        WITH session AS MATERIALIZED (
            SELECT id FROM sessions WHERE id = %(session_id)s FOR SHARE
        ), kept AS (
            INSERT INTO registrations AS known (id, revision, status, status_since, session_id, person_id, email, name,
                                                registered_at, timezone)
            SELECT %(id)s, %(revision)s, %(status)s, %(revision)s, session.id, %(person_id)s, %(email)s, %(name)s,
                   %(registered_at)s, %(timezone)s
              FROM session
            ON CONFLICT (id) DO UPDATE
               SET revision = excluded.revision, status = excluded.status, email = excluded.email,
                   name = excluded.name, timezone = excluded.timezone,
                   status_since = CASE WHEN known.status = excluded.status
                                       THEN known.status_since ELSE excluded.revision END
             WHERE excluded.revision > known.revision
        )
        SELECT EXISTS (SELECT FROM session)
    """
    return fetch_value(conn, sql, **facts)


def upsert_notice(conn: Connection, *, series_id: UUID | None = None, **facts: Any) -> None:
    """Keep what a mail to one person is about as it is now, unless a later revision is here."""
    sql = """
        INSERT INTO notices AS known (id, revision, status, person_id, email, name, expires_at, series_id)
        VALUES (%(id)s, %(revision)s, %(status)s, %(person_id)s, %(email)s, %(name)s, %(expires_at)s, %(series_id)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, status = excluded.status, email = excluded.email, name = excluded.name,
               expires_at = excluded.expires_at
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, series_id=series_id, **facts)


def upsert_invitation(conn: Connection, **facts: Any) -> None:
    """Keep an invitation as it is now, unless a later revision is here."""
    sql = """
        INSERT INTO invitations AS known (id, revision, status, session_id, series_slug, person_id, email, name,
                                          expires_at)
        VALUES (%(id)s, %(revision)s, %(status)s, %(session_id)s, %(series_slug)s, %(person_id)s, %(email)s, %(name)s,
                %(expires_at)s)
        ON CONFLICT (id) DO UPDATE
           SET revision = excluded.revision, status = excluded.status, email = excluded.email, name = excluded.name,
               expires_at = excluded.expires_at
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, **facts)


def upsert_attendance(conn: Connection, **facts: Any) -> None:
    """Keep whether somebody came as it is known now, unless a later revision is here."""
    sql = """
        INSERT INTO attendance AS known (id, revision, session_id, person_id, attended)
        VALUES (%(id)s, %(revision)s, %(session_id)s, %(person_id)s, %(attended)s)
        ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, attended = excluded.attended
         WHERE excluded.revision > known.revision
    """
    execute(conn, sql, **facts)


def insert_completion(conn: Connection, *, series_id: UUID, person_id: UUID) -> None:
    sql = """
        INSERT INTO completions (series_id, person_id) VALUES (%(series_id)s, %(person_id)s) ON CONFLICT DO NOTHING
    """
    execute(conn, sql, series_id=series_id, person_id=person_id)
