"""Issuing and revoking certificates."""

from uuid import UUID

from psycopg import Connection

from services.registration.certificates import queries
from services.registration.certificates.queries import Certificate
from shared.errors import NotFound
from shared.events import registration as events
from shared.messaging import outbox


def issue_due(conn: Connection, *, limit: int) -> int:
    """Issue the certificates that were earned; how many. Issued once, also where one was revoked."""
    ids = queries.issue_for_attendance(conn, limit=limit) + queries.issue_for_completion(conn, limit=limit)
    issued = [one for one in queries.select_many(conn, ids) if one.revoked_at is None]
    outbox.add(conn, *[events.CertificateIssued(certificate=_state(one)) for one in issued])
    return len(issued)


def get(conn: Connection, id: UUID) -> Certificate:
    """A certificate, revoked or not. Raises NotFound."""
    found = queries.select_many(conn, [id])
    if not found:
        raise NotFound("There is no such certificate.")
    return found[0]


def revoke(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Take a certificate back, for good. Again changes nothing. Raises NotFound."""
    get(conn, id)
    if queries.revoke(conn, id, reason=reason):
        outbox.add(conn, events.CertificateRevoked(certificate=_state(get(conn, id))))
    return get(conn, id)


def _state(certificate: Certificate) -> events.Certificate:
    return events.Certificate(
        id=certificate.id,
        revision=certificate.revision,
        kind=certificate.kind,  # pyright: ignore[reportArgumentType] - a CHECK in the database
        status="revoked" if certificate.revoked_at else "issued",
        title=certificate.title,
        contact_hours=float(certificate.contact_hours) if certificate.contact_hours else None,
        person=events.Person(id=certificate.person_id, email=certificate.email, name=certificate.name),
        issued_at=certificate.issued_at,
    )
