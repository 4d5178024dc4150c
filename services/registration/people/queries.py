"""People."""

from uuid import UUID

from psycopg import Connection

from shared.database import execute, fetch
from shared.events.registration import Person


def select_many(conn: Connection, ids: list[UUID]) -> dict[UUID, Person]:
    sql = "SELECT id, email, name FROM people WHERE id = ANY(%(ids)s)"
    return {person.id: person for person in fetch(conn, Person, sql, ids=ids)}


def lock(conn: Connection, ids: list[UUID]) -> None:
    """Let nobody else judge the progress of these people until the transaction ends."""
    sql = "SELECT FROM people WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
    execute(conn, sql, ids=ids)
