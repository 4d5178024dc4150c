"""When entries become public, and withdrawals."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.catalog.entries.queries import ENTRIES, Entry
from shared.database import execute, fetch, fetch_value


def select_now(conn: Connection) -> datetime:
    """The programme's present moment."""
    return fetch_value(conn, "SELECT programme_now()")


def is_named(conn: Connection, organization_id: UUID) -> bool:
    """Whether an initiative or a session names the organization."""
    sql = """
        SELECT EXISTS (SELECT FROM involvements WHERE organization_id = %(organization_id)s)
            OR EXISTS (SELECT FROM presenters WHERE organization_id = %(organization_id)s)
            OR EXISTS (SELECT FROM initiatives WHERE funder_id = %(organization_id)s)
    """
    return fetch_value(conn, sql, organization_id=organization_id)


def select_public_parts(conn: Connection, initiative_id: UUID) -> list[UUID]:
    """The series, sessions and announcements of an initiative that are public."""
    sql = """
        SELECT id FROM entries
         WHERE published_at IS NOT NULL
           AND (id IN (SELECT id FROM series WHERE initiative_id = %(initiative_id)s)
                OR id IN (SELECT id FROM sessions WHERE initiative_id = %(initiative_id)s)
                OR id IN (SELECT id FROM announcements WHERE initiative_id = %(initiative_id)s))
    """
    return [row[0] for row in conn.execute(sql, {"initiative_id": initiative_id})]


def update_publish_at(conn: Connection, id: UUID, *, publish_at: datetime | None) -> None:
    """Say when a draft is to become public by itself."""
    sql = "UPDATE entries SET publish_at = %(publish_at)s WHERE id = %(id)s"
    execute(conn, sql, id=id, publish_at=publish_at)


def has_due_entries(conn: Connection) -> bool:
    """Whether the time at which a draft is to become public has come."""
    sql = "SELECT EXISTS (SELECT FROM entries WHERE publish_at <= programme_now())"
    return fetch_value(conn, sql)


def select_due_entries(conn: Connection, *, limit: int) -> list[Entry]:
    """Drafts whose time to become public has come, initiatives before what belongs to them."""
    sql = (
        ENTRIES
        + """
     WHERE publish_at <= programme_now()
     ORDER BY kind <> 'initiative', publish_at, entry.id LIMIT %(limit)s
    """
    )
    return fetch(conn, Entry, sql, limit=limit)


def withdraw_entries(conn: Connection, ids: list[UUID]) -> None:
    """Take entries from the public; of a draft it means that it is given up."""
    sql = """
        UPDATE entries
           SET published_at = NULL, publish_at = NULL, withdrawn_at = coalesce(withdrawn_at, programme_now())
         WHERE id = ANY(%(ids)s)
    """
    execute(conn, sql, ids=ids)
