"""What staff did to a thing of the catalog, for the audit log: the same record by whichever door."""

from psycopg import Connection

from services.catalog.publishing.domain import Outcome
from shared.http.audit_api import record_staff_action


def record_outcome(conn: Connection, action: str, outcome: Outcome) -> None:
    """Write down what the one who asks did, and what that changed."""
    record_staff_action(conn, action, outcome.slug, outcome.difference())
