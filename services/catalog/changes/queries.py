"""Public changes of the catalog, in commit order."""

from typing import Any

from psycopg import Connection

from shared.database import fetch_dicts


def select_changes(conn: Connection, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Return public changes in commit order, after a position. A change that commits later always has a higher
    position.
    """
    sql = """
        SELECT position, revision, kind, entry_id AS id, slug, operation, changed_at, document
          FROM changes WHERE position > %(after)s ORDER BY position LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, after=after, limit=limit)
