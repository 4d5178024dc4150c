"""What others may rely on of the copy of the catalog."""

from uuid import UUID

from psycopg import Connection

from services.notifications.catalog_projection import queries
from shared.messaging.handlers import NotYetKnown


def share_session(conn: Connection, id: UUID) -> None:
    """Let what happens to one person's part in a session, and what happens to the session, take place one after the
    other, in either order: so a mail that one of the two makes due is seen by the other. Raises NotYetKnown.
    """
    if queries.share_session(conn, id) is None:
        raise NotYetKnown


def lock_session(conn: Connection, id: UUID) -> None:
    """As `share_session`, for what happens to the session. Raises NotYetKnown."""
    if queries.lock_session(conn, id) is None:
        raise NotYetKnown
