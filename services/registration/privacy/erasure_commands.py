"""What staff look up and erase, each with its line in the audit log."""

from typing import Any

from psycopg import Connection

from services.registration.privacy import domain
from services.registration.privacy.queries import Erasure
from shared.http.audit_api import record_staff_action


def describe(conn: Connection, email: str) -> dict[str, Any]:
    """Everything that registration holds on the person with this folded address."""
    held = domain.describe(conn, email)
    record_staff_action(conn, "person.export", held["person"][0]["id"] if held["person"] else "nobody")
    return held


def erase(conn: Connection, email: str) -> Erasure:
    """Erase a person in every service."""
    erasure = domain.erase(conn, email, cause="asked of staff")
    record_staff_action(conn, "person.erase", erasure.id)
    return erasure
