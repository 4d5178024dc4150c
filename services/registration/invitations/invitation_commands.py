"""What staff do with invitations, each with its line in the audit log."""

from datetime import datetime
from uuid import UUID

from psycopg import Connection

from services.registration.catalog_projection import domain as projection
from services.registration.invitations import domain
from services.registration.invitations.queries import Invitation
from shared.email_addresses import fold_email
from shared.http.audit_api import record_staff_action


def issue(conn: Connection, slug: str, *, email: str, name: str, expires_at: datetime | None) -> Invitation:
    """Invite somebody who has not earned it. Raises Invalid for the address, and what issuing raises."""
    issued = domain.issue(conn, slug=slug, email=fold_email(email), name=name, expires_at=expires_at)
    _note(conn, "invitation.issue", issued.id, slug)
    return issued


def revoke(conn: Connection, slug: str, id: UUID) -> Invitation:
    """Take an invitation back that was not accepted yet. Raises what revoking raises."""
    revoked = domain.revoke(conn, id, session_id=projection.find_session(conn, slug).id)
    _note(conn, "invitation.revoke", id, slug)
    return revoked


def _note(conn: Connection, action: str, id: UUID, slug: str) -> None:
    record_staff_action(conn, action, id, {"session": slug})
