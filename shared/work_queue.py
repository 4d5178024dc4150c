"""Work queues in tables."""

from psycopg import Connection

from shared.database import fetch_value


def register_worker(conn: Connection, number: int) -> bool:
    """Be the sender of this number for as long as the connection lasts; False where another one is."""
    sql = "SELECT pg_try_advisory_lock(hashtext('sender:' || current_schema()), %(number)s)"
    return fetch_value(conn, sql, number=number)
