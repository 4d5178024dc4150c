"""SQL of erased people."""

from collections.abc import Iterable
from uuid import UUID

from psycopg import Connection


def select_erased(conn: Connection, people: Iterable[UUID]) -> set[UUID]:
    """Those of these people who are to be erased. Whoever asks, and those who erase them, take turns until their
    transactions end.
    """
    return {row[0] for row in conn.execute("SELECT erased_among(%(people)s)", {"people": list(people)})}
