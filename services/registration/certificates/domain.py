"""Issuing, revoking and correcting certificates. What one says stays as it was when it was issued."""

from dataclasses import replace
from uuid import UUID

from psycopg import Connection

from services.registration.certificates import queries
from services.registration.certificates.queries import Certificate, Issuing
from services.registration.people import queries as people
from services.registration.people.domain import Erased
from shared import runtime
from shared.errors import Conflict, NotFound
from shared.events import registration as events
from shared.messaging import outbox


def issue_due(conn: Connection, *, limit: int) -> int:
    """Issue the certificates that were earned; how many. Issued once, also where one was revoked."""
    issuer = _issuing()
    queries.note_issuer(conn, issuer)
    ids = queries.issue_for_attendance(conn, issuer, limit=limit)
    ids += queries.issue_for_completion(conn, issuer, limit=limit)
    issued = [one for one in queries.select_many(conn, ids) if one.revoked_at is None]
    outbox.add(conn, *[events.CertificateIssued(certificate=_state(one)) for one in issued])
    return len(issued)


def get(conn: Connection, id: UUID) -> Certificate:
    """A certificate, revoked or not. Raises NotFound."""
    found = queries.select_many(conn, [id])
    if not found:
        raise NotFound("There is no such certificate.")
    [certificate] = found
    issuer = _issuing()
    return replace(
        certificate,
        issuer_name=certificate.issuer_name or issuer.name,
        issuer_url=certificate.issuer_url or issuer.url,
    )


def revoke(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Take a certificate back, for good. Again changes nothing. Raises NotFound."""
    get(conn, id)
    if queries.revoke(conn, id, reason=reason):
        outbox.add(conn, events.CertificateRevoked(certificate=_state(get(conn, id))))
    return get(conn, id)


def reissue(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Correct a certificate: revoke it, unless it is, and issue another by what is known now; that one.

    Raises NotFound, Gone (person-erased), or Conflict (certificate-replaced; not-earned where it would not be
    issued any more).
    """
    if not people.share_living(conn, get(conn, id).person_id):
        raise Erased
    queries.lock(conn, id)
    revoke(conn, id, reason=reason)
    if not queries.set_aside(conn, id):
        raise Conflict("Another certificate was issued in the place of this one.", problem="certificate-replaced")
    issued = queries.issue_in_place_of(conn, id, _issuing())
    if issued is None:
        raise Conflict("This certificate would not be earned any more.", problem="not-earned")
    another = get(conn, issued)
    outbox.add(conn, events.CertificateIssued(certificate=_state(another)))
    return another


def _issuing() -> Issuing:
    settings = runtime.settings()
    return Issuing(settings.issuer_name, settings.issuer_url)


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
