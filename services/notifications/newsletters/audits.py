"""What staff did to issues, for the audit log."""

from typing import Any

from psycopg import Connection

from services.notifications.newsletters.queries import Issue
from shared import audit
from shared.http import auth


def note(conn: Connection, action: str, issue: Issue, changes: dict[str, Any] | None = None) -> None:
    """Write down what the one who asks did to an issue."""
    audit.record(conn, actor=auth.actor(), action=action, subject=issue.slug, changes=changes or {})
