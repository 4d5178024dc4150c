"""What belongs together, and so may change together: an initiative with its series, sessions and announcements."""

from uuid import UUID

from services.catalog.announcements.documents import ANNOUNCEMENT
from services.catalog.programmes import queries
from services.catalog.programmes.documents import INITIATIVE, SERIES
from services.catalog.publishing.domain import Write
from services.catalog.sessions.documents import SESSION

KINDS = {"initiative": INITIATIVE, "series": SERIES, "session": SESSION, "announcement": ANNOUNCEMENT}


def refresh_family(write: Write, initiative_id: UUID | None, *, organization_ids: list[UUID] | None = None) -> None:
    """Make public what became of an initiative, of all that belongs to it, and of all that names these
    organizations.
    """
    family = queries.select_family(write.conn, initiative_id, organization_ids=organization_ids or [])
    for name, kind in KINDS.items():
        write.refresh(kind, family.get(name, []))
