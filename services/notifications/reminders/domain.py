"""When a session is reminded of."""

from psycopg import Connection

from services.notifications.catalog_projection import domain as catalog
from services.notifications.reminders import queries
from services.notifications.reminders.queries import Reminders
from shared.errors import NotFound


def find(conn: Connection, slug: str) -> Reminders:
    """The reminders of a session. Raises NotFound, also while the session's event is on its way."""
    found = queries.select_reminders(conn, slug)
    if found is None:
        raise NotFound("There is no such session.")
    return found


def lock(conn: Connection, slug: str) -> Reminders:
    """As `find`, and nobody else changes them until the transaction ends. Raises NotFound."""
    catalog.lock_session(conn, find(conn, slug).session_id)
    return find(conn, slug)


def replace(conn: Connection, reminders: Reminders, before: list[str]) -> None:
    """Remind so long before the start from now on; what was reminded of already stays so."""
    queries.upsert_reminders(conn, reminders.session_id, before)
