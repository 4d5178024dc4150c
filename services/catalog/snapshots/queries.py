"""Published entries, for snapshots and for the resync after a restore."""

from uuid import UUID

from psycopg import Connection

from services.catalog.entries.queries import ENTRIES, Entry
from shared.database import fetch, fetch_value


def raise_entry(conn: Connection, id: UUID) -> int | None:
    """Give an entry that is or was public its next revision without a change; return None if there is none."""
    sql = "UPDATE entries SET revision = next_revision(revision) WHERE id = %(id)s AND revision > 0 RETURNING revision"
    return fetch_value(conn, sql, id=id)


def select_published(conn: Connection, kind: str, ids: list[UUID]) -> list[Entry]:
    """Return entries of a kind that were ever public, only these ids if there are any."""
    sql = (
        ENTRIES
        + """
     WHERE kind = %(kind)s AND revision > 0 AND (cardinality(%(ids)s::uuid[]) = 0 OR entry.id = ANY(%(ids)s::uuid[]))
     ORDER BY number
    """
    )
    return fetch(conn, Entry, sql, kind=kind, ids=ids)
