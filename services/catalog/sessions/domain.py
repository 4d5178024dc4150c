"""Writing sessions."""

from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg import Connection

from services.catalog.entries import domain as entries_domain
from services.catalog.entries import queries as entries
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.sessions import queries
from services.catalog.sessions.document_part import SessionPart
from services.catalog.sessions.queries import SessionRow
from services.catalog.sessions.representations import SESSION
from shared.database import constraint_name
from shared.errors import Conflict, NotFound


def write_presenters(conn: Connection, session_id: UUID, presenters: list[dict[str, Any]]) -> None:
    """Replace the presenters of a session."""
    slugs = [one["organization"] for one in presenters if one["organization"]]
    ids = entries.select_ids(conn, "organization", slugs)
    queries.delete_presenters(conn, session_id)
    queries.insert_presenters(
        conn, session_id, [one | {"organization": ids.get(one["organization"])} for one in presenters]
    )


def write_session(
    conn: Connection, part: SessionPart, *, initiative_id: UUID, publish: bool, publish_at: datetime | None = None
) -> UUID:
    """Insert or update a session, except for its recording; return its id. The caller has checked its references and
    refreshes what may have changed.

    Raises Conflict if it leaves a series that counts it for completion.
    """
    id = entries_domain.write_described_entry(conn, "session", part, publish=publish, publish_at=publish_at)
    try:
        queries.upsert_session(conn, _values(conn, part, id=id, initiative_id=initiative_id))
    except psycopg.errors.ForeignKeyViolation as error:
        if constraint_name(error) != "completion_of_own_sessions":
            raise
        raise Conflict(
            f"The session {part.slug} counts for completing the series that it would leave.", problem="completes-series"
        ) from None
    entries_domain.write_involvements(conn, id, part.organizations)
    write_presenters(conn, id, part.presenters)
    entries_domain.write_terms(conn, id, part.terms)
    return id


def _values(conn: Connection, part: SessionPart, *, id: UUID, initiative_id: UUID) -> queries.SessionValues:
    series = entries.select_ids(conn, "series", [part.series]) if part.series else {}
    return queries.SessionValues(
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


def find_session(conn: Connection, slug: str) -> SessionRow:
    """Return the session with this slug, draft or public. Raises NotFound."""
    if session := queries.select_session(conn, slug):
        return session
    raise NotFound("There is no such session.")


def refresh_session(write: Write, session: SessionRow) -> Outcome:
    """Refresh only the session: other entries show its title, but not its time, state or recording."""
    [outcome] = write.refresh(SESSION, [session.id])
    return outcome
