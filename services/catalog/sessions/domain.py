"""What is decided about sessions: their content, their time, who may register, their recording, their end."""

from datetime import datetime
from uuid import UUID

import psycopg
from psycopg import Connection

from services.catalog.dates.domain import When
from services.catalog.programmes import references
from services.catalog.publishing import queries as entries
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.publishing.queries import lock_catalog
from services.catalog.sessions import queries
from services.catalog.sessions.documents import SESSION
from services.catalog.sessions.queries import SessionRow
from services.catalog.sessions.schemas import SessionPart
from shared.database import constraint_name
from shared.errors import Conflict, NotFound
from shared.markdown import render

BATCH = 50


def write_session(
    conn: Connection, part: SessionPart, *, initiative_id: UUID, publish: bool, publish_at: datetime | None = None
) -> UUID:
    """Say what a session is, but for its recording; its references were checked before. The caller refreshes what may
    have changed with it.

    Raises Conflict where it leaves a series for whose completion it counts.
    """
    id = entries.upsert_entry(
        conn,
        kind="session",
        slug=part.slug,
        title=part.title,
        summary=part.summary,
        description=part.description,
        description_html=render(part.description),
        publish=publish,
        publish_at=publish_at,
    )
    series = entries.select_ids(conn, "series", [part.series] if part.series else [])
    try:
        queries.upsert_session(
            conn,
            id=id,
            initiative_id=initiative_id,
            series_id=series[part.series] if part.series else None,
            format=part.format,
            when=part.when,
            timezone=part.timezone,
            **vars(part.registration),
            venue=part.venue,
            online=part.online,
            contact_hours=part.contact_hours,
            learning_outcomes=part.learning_outcomes,
            who_should_attend=part.who_should_attend,
            materials=part.materials,
        )
    except psycopg.errors.ForeignKeyViolation as error:
        if constraint_name(error) != "completion_of_own_sessions":
            raise
        raise Conflict(
            f"The session {part.slug} counts for completing the series that it would leave.", problem="completes-series"
        ) from None
    references.write_involvements(conn, id, part.organizations)
    references.write_presenters(conn, id, part.presenters)
    references.write_terms(conn, id, part.terms)
    return id


def schedule(conn: Connection, slug: str, *, when: When, timezone: str | None = None) -> Outcome:
    """Give a session of uncertain date its exact time. Raises NotFound, and Conflict where it has one or was
    cancelled.
    """
    lock_catalog(conn)
    if find(conn, slug).status in ("scheduled", "held"):
        raise Conflict("It has its time already: reschedule it.", problem="already-scheduled")
    return reschedule(conn, slug, when=when, timezone=timezone)


def reschedule(conn: Connection, slug: str, *, when: When, timezone: str | None = None) -> Outcome:
    """Give a session another time. Raises NotFound, or Conflict where it was cancelled."""
    write = Write(conn)
    session = find(conn, slug)
    _refuse_status(session, "cancelled")
    queries.update_when(conn, session.id, when=when, timezone=timezone)
    return refresh(write, session)


def open_registration(conn: Connection, slug: str) -> Outcome:
    """Let everybody register. Raises NotFound, or Conflict where the session was held or cancelled."""
    write = Write(conn)
    session = find(conn, slug)
    _refuse_status(session, "held", "cancelled")
    queries.open_registration(conn, session.id)
    return refresh(write, session)


def close_registration(conn: Connection, slug: str) -> Outcome:
    """Let nobody register any more. Raises NotFound, or Conflict where the session was held or cancelled."""
    write = Write(conn)
    session = find(conn, slug)
    _refuse_status(session, "held", "cancelled")
    queries.close_registration(conn, session.id)
    return refresh(write, session)


def cancel(conn: Connection, slug: str) -> Outcome:
    """Say that a session will not take place. Raises NotFound, or Conflict where it was held."""
    write = Write(conn)
    session = find(conn, slug)
    _refuse_status(session, "held")
    queries.update_status(conn, session.id, "cancelled")
    return refresh(write, session)


def hold_ended(conn: Connection) -> int:
    """Say of sessions whose end has passed that they were held; returns of how many, at most a batch."""
    if not queries.has_ended_sessions(conn):
        return 0
    write = Write(conn)
    ended = queries.hold_ended_sessions(conn, limit=BATCH)
    return len(write.refresh(SESSION, ended))


def find(conn: Connection, slug: str) -> SessionRow:
    """The session of this slug, draft or public. Raises NotFound."""
    if session := queries.select_session(conn, slug):
        return session
    raise NotFound("There is no such session.")


def _refuse_status(session: SessionRow, *refused: str) -> None:
    if session.status in refused:
        raise Conflict(f"The session was {session.status}.", problem=f"session-{session.status}")


def refresh(write: Write, session: SessionRow) -> Outcome:
    """Only the session tells its time, state and recording: others name it by its title."""
    [outcome] = write.refresh(SESSION, [session.id])
    return outcome
