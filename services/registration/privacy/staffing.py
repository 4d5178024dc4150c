"""What staff look up and erase, each with its line in the audit log."""

from typing import Any

from psycopg import Connection

from services.registration.privacy import domain
from services.registration.privacy.queries import Erasure
from shared.http.audit import note


def describe(conn: Connection, email: str) -> dict[str, Any]:
    """Everything held on the person with this folded address. Raises NotFound."""
    held = domain.describe(conn, email)
    subject = str(held["person"][0]["id"])
    note(conn, "person.export", subject)
    return held


def erase(conn: Connection, email: str) -> Erasure:
    """Forget a person in every service. Raises NotFound."""
    erasure = domain.erase(conn, email, cause="asked of staff")
    note(conn, "person.erase", erasure.id)
    return erasure
