"""Writing organizations."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.entries import queries as entries
from services.catalog.organizations import queries
from services.catalog.organizations.schemas import OrganizationPart


def write_organizations(
    conn: Connection, parts: list[OrganizationPart], *, publish: bool, publish_at: datetime | None = None
) -> list[UUID]:
    """Insert or update organizations; return their ids."""
    ids = [
        entries.upsert_entry(
            conn,
            entries.EntryValues(
                kind="organization", slug=part.slug, title=part.name, publish=publish, publish_at=publish_at
            ),
        )
        for part in parts
    ]
    for id, part in zip(ids, parts, strict=True):
        queries.upsert_organization(conn, id=id, url=part.url)
    return ids
