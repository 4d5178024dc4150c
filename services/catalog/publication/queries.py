"""When entries become public, and withdrawals."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.entries.queries import ENTRIES, Entry
from shared.database import execute, fetch, fetch_value


def select_now(conn: Connection) -> datetime:
    """Return the program's current time."""
    return fetch_value(conn, "SELECT programme_now()")


def is_named(conn: Connection, organization_id: UUID) -> bool:
    """True if an initiative or a session names the organization."""
    sql = """
        SELECT EXISTS (SELECT FROM involvements WHERE organization_id = %(organization_id)s)
            OR EXISTS (SELECT FROM presenters WHERE organization_id = %(organization_id)s)
            OR EXISTS (SELECT FROM initiatives WHERE funder_id = %(organization_id)s)
    """
    return fetch_value(conn, sql, organization_id=organization_id)


def select_public_parts(conn: Connection, initiative_id: UUID) -> list[UUID]:
    """Return the public series, sessions and announcements of an initiative."""
    sql = """
        SELECT id FROM entries
         WHERE published_at IS NOT NULL
           AND (id IN (SELECT id FROM series WHERE initiative_id = %(initiative_id)s)
                OR id IN (SELECT id FROM sessions WHERE initiative_id = %(initiative_id)s)
                OR id IN (SELECT id FROM announcements WHERE initiative_id = %(initiative_id)s))
    """
    return [row[0] for row in conn.execute(sql, {"initiative_id": initiative_id})]


def update_publish_at(conn: Connection, id: UUID, *, publish_at: datetime | None) -> None:
    """Set or clear when a draft becomes public."""
    sql = "UPDATE entries SET publish_at = %(publish_at)s WHERE id = %(id)s"
    execute(conn, sql, id=id, publish_at=publish_at)


def has_due_entries(conn: Connection) -> bool:
    """True if a draft is due for publication."""
    sql = "SELECT EXISTS (SELECT FROM entries WHERE publish_at <= programme_now())"
    return fetch_value(conn, sql)


def select_due_entries(conn: Connection, *, limit: int) -> list[Entry]:
    """Return drafts that are due, initiatives before their parts."""
    sql = (
        ENTRIES
        + """
     WHERE publish_at <= programme_now()
     ORDER BY kind <> 'initiative', publish_at, entry.id LIMIT %(limit)s
    """
    )
    return fetch(conn, Entry, sql, limit=limit)


def withdraw_entries(conn: Connection, ids: list[UUID]) -> None:
    """Withdraw entries; drafts are discarded."""
    sql = """
        UPDATE entries
           SET published_at = NULL, publish_at = NULL, withdrawn_at = coalesce(withdrawn_at, programme_now())
         WHERE id = ANY(%(ids)s)
    """
    execute(conn, sql, ids=ids)
