"""What staff did to templates, for the audit log."""

from psycopg import Connection

from services.notifications.wording.queries import Override
from shared.http.audit import note


def record(conn: Connection, action: str, kind: str, before: Override | None, after: str | None) -> None:
    """Write down how the one who asks worded a kind of mail, and how it was before."""
    changes = {"source": [before and before.source, after]}
    note(conn, action, kind, changes)
