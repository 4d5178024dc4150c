"""What staff did to suppressions, for the audit log."""

from uuid import UUID

from psycopg import Connection

from shared import audit
from shared.http import auth


def note(conn: Connection, action: str, id: UUID) -> None:
    """Write down what the one who asks did."""
    audit.record(conn, actor=auth.actor(), action=action, subject=str(id), changes={})
