"""Taking a certificate back, and correcting one, by staff."""

from uuid import UUID

from flask import Response
from psycopg import Connection

from services.registration.certificates import domain
from services.registration.certificates.queries import Certificate
from services.registration.certificates.schemas import ReissueSchema, RevocationSchema
from shared.http.audit_api import record_staff_action
from shared.http.forms import load_form
from shared.http.pages import Pages
from shared.http.responses import see_other
from shared.runtime import transaction

pages = Pages("certificates-desk", url_prefix="/registration/staff/certificates")


@pages.form("/<uuid:id>/revoke")
@pages.staff("registration:write")
def revoke(id: UUID) -> Response:
    """For good; the reason is shown to whoever verifies it."""
    wanted = load_form(RevocationSchema())
    with transaction() as conn:
        take_back(conn, id, reason=wanted["reason"])
    return see_other(f"/registration/certificates/{id}")


@pages.form("/<uuid:id>/reissue")
@pages.staff("registration:write")
def reissue(id: UUID) -> Response:
    """Revoke it, and issue another by what is known now."""
    wanted = load_form(ReissueSchema())
    with transaction() as conn:
        another = issue_anew(conn, id, reason=wanted["reason"])
    return see_other(f"/registration/certificates/{another.id}")


def issue_anew(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Correct a certificate by another, as the one who asks. Raises what reissuing raises."""
    another = domain.reissue(conn, id, reason=reason)
    record_staff_action(conn, "certificate.reissue", id, {"reason": reason, "certificate": str(another.id)})
    return another


def take_back(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Revoke a certificate as the one who asks. Raises what revoking raises."""
    revoked = domain.revoke(conn, id, reason=reason)
    record_staff_action(conn, "certificate.revoke", id, {"reason": reason})
    return revoked
