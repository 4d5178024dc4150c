"""What staff look up and erase, each with its line in the audit log."""

from typing import Any

from psycopg import Connection

from services.registration.privacy import domain
from services.registration.privacy.queries import Erasure
from shared import audit
from shared.http import auth


def describe(conn: Connection, email: str) -> dict[str, Any]:
    """Everything held on the person with this folded address. Raises NotFound."""
    held = domain.describe(conn, email)
    subject = str(held["person"][0]["id"])
    audit.record(conn, actor=auth.actor(), action="person.export", subject=subject, changes={})
    return held


def erase(conn: Connection, email: str) -> Erasure:
    """Forget a person in every service. Raises NotFound."""
    erasure = domain.erase(conn, email, cause="asked of staff")
    audit.record(conn, actor=auth.actor(), action="person.erase", subject=str(erasure.id), changes={})
    return erasure
