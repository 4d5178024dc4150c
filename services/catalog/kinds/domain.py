"""All kinds of published entries in one table, and refreshing everything that may have changed together."""

from uuid import UUID

from psycopg import Connection

from services.catalog.announcements import representations as announcements
from services.catalog.announcements.representations import ANNOUNCEMENT
from services.catalog.availability import representations as availability
from services.catalog.entries import queries as entries
from services.catalog.entries.queries import Document, Entry
from services.catalog.entries.representations import present_plain
from services.catalog.initiatives.representations import INITIATIVE
from services.catalog.kinds import queries
from services.catalog.organizations.representations import ORGANIZATION
from services.catalog.publishing.domain import Outcome, Write
from services.catalog.series.representations import SERIES
from services.catalog.sessions.representations import SESSION


def refresh_entry(write: Write, kind: str, id: UUID) -> Outcome:
    """Publish the changes of an entry and of everything that may name it."""
    [entry] = entries.select_entries(write.conn, [id])
    if kind == "organization":
        write.refresh(ORGANIZATION, [id])
        refresh_family(write, None, organization_ids=[id])
    else:
        refresh_family(write, entry.initiative_id)
    return next(outcome for outcome in write.outcomes if outcome.id == id)


KINDS = {"initiative": INITIATIVE, "series": SERIES, "session": SESSION, "announcement": ANNOUNCEMENT}


def refresh_family(write: Write, initiative_id: UUID | None, *, organization_ids: list[UUID] | None = None) -> None:
    """Publish the changes of an initiative, of its parts, and of everything that names these organizations."""
    family = queries.select_family(write.conn, initiative_id, organization_ids=organization_ids or [])
    for name, kind in KINDS.items():
        write.refresh(kind, family.get(name, []))


# Kinds whose documents get more than links when they are read.
PRESENTERS = {"session": availability.present_entry, "announcement": announcements.present_entry}


def present_entry(conn: Connection, entry: Entry) -> Document:
    """Return the public document of an entry of any kind, as it is now."""
    return PRESENTERS.get(entry.kind, present_plain)(conn, entry)
