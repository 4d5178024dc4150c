"""Counts in the header of every staff page."""

from psycopg import Connection

from shared.database import fetch_value


def count_waiting(conn: Connection) -> int:
    """Return the number of pending comments."""
    return fetch_value(conn, "SELECT count(*) FROM comments WHERE status = 'pending'")
