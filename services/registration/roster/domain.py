"""How a session stands, for those who run it."""

from typing import Any

from psycopg import Connection

from services.registration.availability import domain as availability
from services.registration.catalog_projection.queries import Session
from services.registration.roster import queries


def describe(conn: Connection, session: Session) -> dict[str, Any]:
    """Its seats, as anybody is told of them, and how many were there. Raises NotFound."""
    return {**availability.describe(conn, session), "attended": queries.count_attended(conn, session.id)}
