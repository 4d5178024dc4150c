"""The check that the catalog was never used."""

from psycopg import Connection

from shared.database import fetch_value


def has_held_anything(conn: Connection) -> bool:
    """True if anything was ever written to this catalog, even if it was deleted since: revisions, history and audit log
    only grow, and a restored database counts as used. A new catalog holds only the vocabularies that its migration
    inserts.
    """
    sql = """
        SELECT coalesce((SELECT revision FROM catalog_revision), 1) > 0
            OR NOT EXISTS (SELECT FROM entries WHERE kind = 'vocabulary')
            OR EXISTS (SELECT FROM entries WHERE kind <> 'vocabulary' OR revision > 0)
            OR EXISTS (SELECT FROM terms) OR EXISTS (SELECT FROM changes) OR EXISTS (SELECT FROM outbox)
            OR EXISTS (SELECT FROM audit_log) OR EXISTS (SELECT FROM restorations)
    """
    return bool(fetch_value(conn, sql))
