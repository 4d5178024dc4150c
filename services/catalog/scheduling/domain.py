"""Scheduling: a session's time, its registration window, its cancellation and its end."""

from psycopg import Connection

from services.catalog.dates.edtf_dates import When
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.publishing.queries import lock_catalog
from services.catalog.scheduling import queries
from services.catalog.sessions.domain import find_session, refresh_session
from services.catalog.sessions.queries import SessionRow
from services.catalog.sessions.representations import SESSION
from shared.errors import Conflict

BATCH = 50


def schedule(conn: Connection, slug: str, *, when: When, timezone: str | None = None) -> Outcome:
    """Set the exact time of a session with an uncertain date. Raises NotFound, and Conflict if it has a time or was
    canceled.
    """
    lock_catalog(conn)
    if find_session(conn, slug).status in ("scheduled", "held"):
        raise Conflict("It has its time already: reschedule it.", problem="already-scheduled")
    return reschedule(conn, slug, when=when, timezone=timezone)


def reschedule(conn: Connection, slug: str, *, when: When, timezone: str | None = None) -> Outcome:
    """Change the time of a session. Raises NotFound, or Conflict if it was canceled."""
    write = Write(conn)
    session = find_session(conn, slug)
    _refuse_status(session, "cancelled")
    queries.update_when(conn, session.id, when=when, timezone=timezone)
    return refresh_session(write, session)


def open_registration(conn: Connection, slug: str) -> Outcome:
    """Open registration to everybody. Raises NotFound, or Conflict if the session was held or canceled."""
    write = Write(conn)
    session = find_session(conn, slug)
    _refuse_status(session, "held", "cancelled")
    queries.open_registration(conn, session.id)
    return refresh_session(write, session)


def close_registration(conn: Connection, slug: str) -> Outcome:
    """Close registration. Raises NotFound, or Conflict if the session was held or canceled."""
    write = Write(conn)
    session = find_session(conn, slug)
    _refuse_status(session, "held", "cancelled")
    queries.close_registration(conn, session.id)
    return refresh_session(write, session)


def cancel(conn: Connection, slug: str) -> Outcome:
    """Cancel a session. Raises NotFound, or Conflict if it was held."""
    write = Write(conn)
    session = find_session(conn, slug)
    _refuse_status(session, "held")
    queries.update_status(conn, session.id, "cancelled")
    return refresh_session(write, session)


def hold_ended(conn: Connection) -> int:
    """Mark sessions that have ended as held, at most a batch; return how many."""
    if not queries.has_ended_sessions(conn):
        return 0
    write = Write(conn)
    ended = queries.hold_ended_sessions(conn, limit=BATCH)
    return len(write.refresh(SESSION, ended))


def _refuse_status(session: SessionRow, *refused: str) -> None:
    if session.status in refused:
        raise Conflict(f"The session was {session.status}.", problem=f"session-{session.status}")
