"""What staff did to templates, for the audit log."""

from psycopg import Connection

from services.notifications.template_overrides.queries import TemplateOverride
from shared.http.audit_api import record_staff_action


def record(conn: Connection, action: str, kind: str, before: TemplateOverride | None, after: str | None) -> None:
    """Write down how the one who asks worded a kind of mail, and how it was before."""
    changes = {"source": [before and before.source, after]}
    record_staff_action(conn, action, kind, changes)
