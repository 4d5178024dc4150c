"""The HTML page with which anyone verifies a certificate."""

from uuid import UUID

from flask import Response

from services.registration.certificates.queries import Certificate
from shared.date_labels import label_long_date
from shared.http.pages import respond


def render_certificate(certificate: Certificate) -> Response:
    """Returns the page of a certificate, with links to its files."""
    return respond(
        "certificate.html",
        certificate=certificate,
        files=files_path(certificate.id),
        day=label_long_date(certificate.earned_at),
        cache_control="no-cache",
    )


def files_path(id: UUID) -> str:
    """Returns the path of a certificate's files, without their extension."""
    return f"/registration/v1/certificates/{id}"
