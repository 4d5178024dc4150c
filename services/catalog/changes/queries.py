"""Public changes of the catalog, in commit order."""

from typing import Any

from psycopg import Connection

from shared.database import fetch_dicts


def select_changes(conn: Connection, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Public changes in the order in which they were committed, from after a position: none comes later before one
    that was seen.
    """
    sql = """
        SELECT position, revision, kind, entry_id AS id, slug, operation, changed_at, document
          FROM changes WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, after=after, limit=limit)
