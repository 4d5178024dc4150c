"""Publishing and withdrawing recordings."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from psycopg import Connection
from uuid_utils.compat import uuid7

from services.catalog.publishing.domain import Outcome, Write
from services.catalog.recordings import queries
from services.catalog.sessions import domain as sessions
from services.catalog.sessions.queries import SessionRow
from shared.errors import Conflict, NotFound
from shared.events import catalog as events
from shared.messaging import outbox


def publish(conn: Connection, slug: str, **recording: Any) -> Outcome:
    """Publish or change a session's recording, with an event if anything changed.

    Raises NotFound, or Conflict if the session is a draft, canceled, or has not ended.
    """
    write = Write(conn)
    session = sessions.find_session(conn, slug)
    if refusal := find_obstacle(session):
        raise refusal
    if write_recording(conn, session.id, recording):
        announce(conn, session.id)
    return sessions.refresh_session(write, session)


def withdraw(conn: Connection, slug: str) -> Outcome:
    """Withdraw a session's recording. Raises NotFound, also if it has none."""
    write = Write(conn)
    session = sessions.find_session(conn, slug)
    published = queries.select_recording(conn, session.id)
    if published is None:
        raise NotFound("The session has no recording.")
    recording = replace(published, revision=queries.withdraw_recording(conn, session.id))
    outbox.add(conn, events.RecordingWithdrawn(recording=events.Recording(**vars(recording))))
    return sessions.refresh_session(write, session)


def find_obstacle(session: SessionRow) -> Conflict | None:
    """Return why the session cannot have a recording; None if it can."""
    if session.status == "cancelled":
        return Conflict("The session was canceled.", problem="session-cancelled")
    if not session.public:
        return Conflict("The session is a draft.", problem="session-not-published")
    if not session.ended:
        return Conflict("The session has not ended yet.", problem="session-not-held")
    return None


def write_recording(conn: Connection, session_id: UUID, recording: dict[str, Any]) -> bool:
    """Insert or update a recording; return whether anything changed. The caller then calls `announce`."""
    return queries.upsert_recording(conn, session_id, queries.RecordingValues(**recording), id=uuid7()) is not None


def announce(conn: Connection, session_id: UUID) -> None:
    """Publish the event of a session's recording."""
    published = queries.select_recording(conn, session_id)
    assert published
    outbox.add(conn, events.RecordingPublished(recording=events.Recording(**vars(published))))
