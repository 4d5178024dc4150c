"""Forms with which staff revoke and correct certificates."""

from uuid import UUID

from flask import Response

from services.registration.certificates import certificate_commands
from services.registration.certificates.schemas import ReissueSchema, RevocationSchema
from shared.http.forms import load_form
from shared.http.pages import Pages
from shared.http.responses import see_other
from shared.runtime import transaction

pages = Pages("certificates-desk", url_prefix="/registration/staff/certificates")


@pages.form("/<uuid:id>/revoke")
@pages.staff("registration:write")
def revoke(id: UUID) -> Response:
    """Revoke a certificate for good; anyone who verifies it sees the reason."""
    wanted = load_form(RevocationSchema())
    with transaction() as conn:
        certificate_commands.revoke(conn, id, reason=wanted["reason"])
    return see_other(f"/registration/certificates/{id}")


@pages.form("/<uuid:id>/reissue")
@pages.staff("registration:write")
def reissue(id: UUID) -> Response:
    """Revoke a certificate and issue another from current data."""
    wanted = load_form(ReissueSchema())
    with transaction() as conn:
        another = certificate_commands.reissue(conn, id, reason=wanted["reason"])
    return see_other(f"/registration/certificates/{another.id}")
