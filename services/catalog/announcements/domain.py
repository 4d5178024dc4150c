"""Writing announcements. The caller refreshes the entries that may have changed."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.announcements import queries
from services.catalog.announcements.schemas import AnnouncementPart
from services.catalog.entries import domain as entries_domain
from services.catalog.entries import queries as entries
from shared.markdown import render


def write_announcement(
    conn: Connection, part: AnnouncementPart, *, initiative_id: UUID, publish: bool, publish_at: datetime | None = None
) -> UUID:
    """Insert or update an announcement; return its id. The caller has checked its references."""
    values = entries.EntryValues(
        kind="announcement",
        slug=part.slug,
        title=part.title,
        summary=part.summary,
        description=part.body,
        description_html=render(part.body),
        publish=publish,
        publish_at=publish_at,
    )
    id = entries.upsert_entry(conn, values)
    queries.upsert_announcement(
        conn, id=id, initiative_id=initiative_id, announced_at=part.published_at, timezone=part.timezone
    )
    sessions = entries.select_ids(conn, "session", part.sessions)
    queries.delete_sessions(conn, id)
    queries.insert_sessions(conn, id, [sessions[slug] for slug in dict.fromkeys(part.sessions)])
    entries_domain.write_terms(conn, id, part.terms)
    return id
