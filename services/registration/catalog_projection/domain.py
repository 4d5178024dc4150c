"""What others ask of the copy."""

from psycopg import Connection

from services.registration.catalog_projection import queries
from services.registration.catalog_projection.queries import Session
from shared.errors import NotFound


def find_session(conn: Connection, slug: str) -> Session:
    """A session by its slug. Raises NotFound, also while its event is still on the way."""
    session = queries.select_session(conn, slug)
    if session is None:
        raise NotFound("There is no such session.")
    return session
