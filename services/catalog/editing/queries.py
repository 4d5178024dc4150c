"""Statements for editing single entries."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch_dicts, fetch_value


def select_slug(conn: Connection, id: UUID) -> str | None:
    sql = "SELECT slug FROM entries WHERE id = %(id)s"
    return fetch_value(conn, sql, id=id)


def update_follows(conn: Connection, *, former: str, slug: str) -> None:
    """Update the initiatives that follow a renamed one."""
    sql = "UPDATE initiatives SET follows = %(slug)s WHERE follows = %(former)s"
    execute(conn, sql, former=former, slug=slug)


def select_states(
    conn: Connection, *, kind: str | None, state: str | None, after: tuple[str, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Return all entries in any state by kind and slug, after a place in that order."""
    sql = """
        SELECT id, kind, slug, title, state, publish_at, published_at, withdrawn_at, updated_at
          FROM entries
         WHERE (%(kind)s::text IS NULL OR kind = %(kind)s)
           AND (%(state)s::text IS NULL OR state = %(state)s)
           AND (%(after_kind)s::text IS NULL OR (kind, slug) > (%(after_kind)s, %(after_slug)s))
         ORDER BY kind, slug LIMIT %(limit)s
    """
    after_kind, after_slug = after or (None, None)
    return fetch_dicts(conn, sql, kind=kind, state=state, after_kind=after_kind, after_slug=after_slug, limit=limit)
