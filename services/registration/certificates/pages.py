"""The page by which anybody verifies a certificate."""

from uuid import UUID

from flask import Response

from services.registration import addresses
from services.registration.certificates import domain
from services.registration.certificates.documents import label_day
from shared import runtime
from shared.http.pages import Pages, respond
from shared.runtime import connection

pages = Pages("verifying", url_prefix="/registration/certificates")


@pages.get("/<uuid:id>")
def show_certificate(id: UUID) -> Response:
    """Whose it is and for what, and whether it stands."""
    settings = runtime.settings()
    with connection() as conn:
        certificate = domain.get(conn, id)
    return respond(
        "certificate.html",
        certificate=certificate,
        issuer=settings.issuer_name,
        issuer_url=settings.issuer_url,
        files=f"/registration/v1/certificates/{id}",
        address=f"{settings.public_url}{addresses.certificate(id)}",
        day=label_day(certificate.earned_at),
        cache_control="no-cache",
    )
