"""The audit records of an entry."""

from typing import Any
from uuid import UUID

from psycopg import Connection

from shared.database import fetch_dicts


def select_history(conn: Connection, id: UUID, *, limit: int) -> list[dict[str, Any]]:
    """Return what was done to an entry under any of its slugs, directly or by an import, newest first."""
    sql = """
        WITH thing AS (
            SELECT kind, slug FROM entries WHERE id = %(id)s
             UNION ALL
            SELECT kind, slug FROM former_slugs WHERE entry_id = %(id)s
        )
        SELECT log.id, at, actor, action,
               CASE WHEN action = 'import' THEN changes -> (thing.kind || '/' || thing.slug) ELSE changes END AS changes
          FROM audit_log AS log
          JOIN thing ON (log.subject = thing.slug AND starts_with(log.action, thing.kind || '.'))
                     OR (log.action = 'import' AND jsonb_exists(changes, thing.kind || '/' || thing.slug))
         ORDER BY log.id DESC LIMIT %(limit)s
    """
    return fetch_dicts(conn, sql, id=id, limit=limit)
