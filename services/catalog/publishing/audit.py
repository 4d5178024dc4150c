"""Audit records of writes."""

from psycopg import Connection

from services.catalog.publishing.domain import Outcome
from shared.http.audit_api import record_staff_action


def record_outcome(conn: Connection, action: str, outcome: Outcome) -> None:
    """Write an audit record of who did this and what changed."""
    record_staff_action(conn, action, outcome.slug, outcome.difference())
