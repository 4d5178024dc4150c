"""Taking a certificate back, by staff."""

from uuid import UUID

from flask import Response
from psycopg import Connection

from services.registration.certificates import domain
from services.registration.certificates.queries import Certificate
from services.registration.certificates.schemas import RevocationSchema
from shared.http.answers import see_other
from shared.http.audit import note
from shared.http.forms import load
from shared.http.pages import Pages
from shared.runtime import transaction

pages = Pages("certificates-desk", url_prefix="/registration/staff/certificates")


@pages.form("/<uuid:id>/revoke")
@pages.staff("registration:write")
def revoke(id: UUID) -> Response:
    """For good; the reason is shown to whoever verifies it."""
    wanted = load(RevocationSchema())
    with transaction() as conn:
        take_back(conn, id, reason=wanted["reason"])
    return see_other(f"/registration/certificates/{id}")


def take_back(conn: Connection, id: UUID, *, reason: str | None) -> Certificate:
    """Revoke a certificate as the one who asks. Raises what revoking raises."""
    revoked = domain.revoke(conn, id, reason=reason)
    note(conn, "certificate.revoke", id, {"reason": reason})
    return revoked
