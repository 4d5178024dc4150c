"""The public document of an organization."""

from collections.abc import Iterable
from uuid import UUID

from psycopg import Connection

from services.catalog.organizations import queries
from services.catalog.publishing.domain import EntryContent, EntryKind
from services.catalog.publishing.representations import without_members


def compose_organizations(conn: Connection, ids: list[UUID]) -> Iterable[EntryContent]:
    for row in queries.select_organization_contents(conn, ids):
        yield EntryContent(row.id, {"id": str(row.id), "slug": row.slug, "name": row.name, "url": row.url})


ORGANIZATION = EntryKind(compose_organizations, without_members, None)
