"""Organizations."""

from dataclasses import dataclass
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch


@dataclass(frozen=True)
class OrganizationContent:
    id: UUID
    slug: str
    name: str
    url: str | None


def upsert_organization(conn: Connection, *, id: UUID, url: str | None) -> None:
    sql = """
        INSERT INTO organizations (id, url) VALUES (%(id)s, %(url)s)
        ON CONFLICT (id) DO UPDATE SET url = excluded.url
    """
    execute(conn, sql, id=id, url=url)


def select_organization_contents(conn: Connection, ids: list[UUID]) -> list[OrganizationContent]:
    sql = """
        SELECT id, slug, title AS name, url FROM organizations JOIN entries USING (id)
         WHERE id = ANY(%(ids)s) ORDER BY slug
    """
    return fetch(conn, OrganizationContent, sql, ids=ids)
