"""What is decided about recordings: whether a session can be watched, and who is told of it."""

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
    """Say where a session can be watched, and tell the world where that is new. Raises NotFound, or Conflict where
    the session is a draft, was cancelled or has not ended.
    """
    write = Write(conn)
    session = sessions.find_session(conn, slug)
    if refusal := find_obstacle(session):
        raise refusal
    if write_recording(conn, session.id, recording):
        announce(conn, session.id)
    return sessions.refresh_session(write, session)


def withdraw(conn: Connection, slug: str) -> Outcome:
    """Say that a session cannot be watched any more. Raises NotFound, also where it has no recording."""
    write = Write(conn)
    session = sessions.find_session(conn, slug)
    published = queries.select_recording(conn, session.id)
    if published is None:
        raise NotFound("The session has no recording.")
    recording = replace(published, revision=queries.withdraw_recording(conn, session.id))
    outbox.add(conn, events.RecordingWithdrawn(recording=events.Recording(**vars(recording))))
    return sessions.refresh_session(write, session)


def find_obstacle(session: SessionRow) -> Conflict | None:
    """Why nothing can be watched of a session; None where it can."""
    if session.status == "cancelled":
        return Conflict("The session was canceled.", problem="session-cancelled")
    if not session.public:
        return Conflict("The session is a draft.", problem="session-not-published")
    if not session.ended:
        return Conflict("The session has not ended yet.", problem="session-not-held")
    return None


def write_recording(conn: Connection, session_id: UUID, recording: dict[str, Any]) -> bool:
    """Say how a session can be watched; whether that is new. The caller tells it to the world then."""
    return queries.upsert_recording(conn, session_id, queries.RecordingValues(**recording), id=uuid7()) is not None


def announce(conn: Connection, session_id: UUID) -> None:
    """Tell the world of a session's recording."""
    published = queries.select_recording(conn, session_id)
    assert published
    outbox.add(conn, events.RecordingPublished(recording=events.Recording(**vars(published))))
