"""Revoke and correct certificates for staff, with an entry in the audit log for each."""

from uuid import UUID

from psycopg import Connection

from services.registration.certificates import domain
from services.registration.certificates.queries import Certificate
from shared.http.audit_api import record_staff_action


def reissue(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Replace a certificate with another and log it. Raises what `domain.reissue` raises."""
    another = domain.reissue(conn, id, reason=reason)
    record_staff_action(conn, "certificate.reissue", id, {"reason": reason, "certificate": str(another.id)})
    return another


def revoke(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Revoke a certificate and log it. Raises what `domain.revoke` raises."""
    revoked = domain.revoke(conn, id, reason=reason)
    record_staff_action(conn, "certificate.revoke", id, {"reason": reason})
    return revoked
