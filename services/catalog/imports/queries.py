"""What an import asks of the whole catalog."""

from psycopg import Connection

from shared.database import fetch_value


def has_held_anything(conn: Connection) -> bool:
    """Whether anything was ever written to this catalog, also where that is gone: its revision is only raised, its
    history and audit log are only added to, and a restored database is one that was used. A catalog that is new holds
    the vocabularies that its migration made, and these alone.
    """
    sql = """
        SELECT coalesce((SELECT revision FROM catalog_revision), 1) > 0
            OR NOT EXISTS (SELECT FROM entries WHERE kind = 'vocabulary')
            OR EXISTS (SELECT FROM entries WHERE kind <> 'vocabulary' OR revision > 0)
            OR EXISTS (SELECT FROM terms) OR EXISTS (SELECT FROM changes) OR EXISTS (SELECT FROM outbox)
            OR EXISTS (SELECT FROM audit_log) OR EXISTS (SELECT FROM restorations)
    """
    return bool(fetch_value(conn, sql))
