"""A session's time, registration window and status."""

from uuid import UUID

from psycopg import Connection

from services.catalog.dates.edtf_dates import When
from shared.database import execute, fetch_value


def update_when(conn: Connection, id: UUID, *, when: When, timezone: str | None) -> None:
    """Change the time of a session; a held one becomes scheduled again."""
    sql = """
        UPDATE sessions
           SET edtf = %(edtf)s, starts_earliest = %(earliest)s, starts_latest = %(latest)s,
               starts_at = %(starts_at)s, ends_at = %(ends_at)s, timezone = coalesce(%(timezone)s, timezone),
               status = CASE WHEN %(starts_at)s::timestamptz IS NULL THEN 'planned'
                             WHEN status = 'held' AND starts_at = %(starts_at)s AND ends_at = %(ends_at)s THEN 'held'
                             ELSE 'scheduled' END
         WHERE id = %(id)s
    """
    execute(
        conn,
        sql,
        id=id,
        edtf=when.edtf,
        earliest=when.earliest,
        latest=when.latest,
        starts_at=when.starts_at,
        ends_at=when.ends_at,
        timezone=timezone,
    )


def update_status(conn: Connection, id: UUID, status: str) -> None:
    sql = "UPDATE sessions SET status = %(status)s WHERE id = %(id)s"
    execute(conn, sql, id=id, status=status)


def open_registration(conn: Connection, id: UUID) -> None:
    """Open registration to everybody, even if it was closed."""
    sql = """
        UPDATE sessions SET policy = 'open',
                            opens_at = CASE WHEN opens_at > programme_now() THEN programme_now() ELSE opens_at END,
                            closes_at = CASE WHEN closes_at > programme_now() THEN closes_at END
         WHERE id = %(id)s
    """
    execute(conn, sql, id=id)


def close_registration(conn: Connection, id: UUID) -> None:
    """Close registration now."""
    sql = """
        UPDATE sessions SET closes_at = date_trunc('second', programme_now()),
                            opens_at = CASE WHEN opens_at < date_trunc('second', programme_now()) THEN opens_at END
         WHERE id = %(id)s AND (closes_at IS NULL OR closes_at > programme_now())
    """
    execute(conn, sql, id=id)


def has_ended_sessions(conn: Connection) -> bool:
    """True if a public session has ended and is not marked as held."""
    sql = """
        SELECT EXISTS (SELECT FROM sessions AS session JOIN entries AS entry ON entry.id = session.id
                        WHERE status = 'scheduled' AND ends_at <= programme_now() AND published_at IS NOT NULL)
    """
    return fetch_value(conn, sql)


def hold_ended_sessions(conn: Connection, *, limit: int) -> list[UUID]:
    """Mark public sessions that have ended as held, earliest end first."""
    sql = """
        UPDATE sessions SET status = 'held'
         WHERE id IN (SELECT session.id FROM sessions AS session JOIN entries AS entry ON entry.id = session.id
                       WHERE status = 'scheduled' AND ends_at <= programme_now() AND published_at IS NOT NULL
                       ORDER BY ends_at LIMIT %(limit)s)
        RETURNING id
    """
    return [row[0] for row in conn.execute(sql, {"limit": limit})]
