"""What was published at some time, and so may be held by others."""

from uuid import UUID

from psycopg import Connection


def select_published(conn: Connection, kind: str, ids: list[UUID] | None) -> list[UUID]:
    """Entries of a kind that are public, or were; of these ids, where any are given."""
    sql = """
        SELECT id FROM entries
         WHERE kind = %(kind)s AND revision > 0 AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s)) ORDER BY number
    """
    return [row[0] for row in conn.execute(sql, {"kind": kind, "ids": ids})]


def select_recorded(conn: Connection, ids: list[UUID] | None) -> list[UUID]:
    """Sessions with a recording; where ids are given, with one of these recordings."""
    sql = """
        SELECT session_id FROM recordings WHERE %(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s) ORDER BY published_at, id
    """
    return [row[0] for row in conn.execute(sql, {"ids": ids})]
