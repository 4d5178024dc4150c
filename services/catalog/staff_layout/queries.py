"""What the header of every staff page shows."""

from psycopg import Connection

from shared.database import fetch_value


def count_waiting(conn: Connection) -> int:
    """How many comments wait for a decision."""
    return fetch_value(conn, "SELECT count(*) FROM comments WHERE status = 'pending'")
