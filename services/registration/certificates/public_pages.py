"""The page by which anybody verifies a certificate."""

from typing import Any
from uuid import UUID

from flask import Response, redirect

from services.registration.certificates import domain
from shared.date_labels import label_long_date
from shared.http.pages import Pages, respond
from shared.runtime import connection

pages = Pages("verifying", url_prefix="/registration/certificates")


@pages.get("/<uuid:id>")
def show_certificate(id: UUID) -> Response:
    """Whose it is and for what, and whether it stands."""
    with connection() as conn:
        certificate = domain.get(conn, id)
    return respond(
        "certificate.html",
        certificate=certificate,
        files=_files(id),
        day=label_long_date(certificate.earned_at),
        cache_control="no-cache",
    )


@pages.get("/<uuid:id>.<any(pdf, json):form>")
def show_file(id: UUID, form: str) -> Any:
    """The certificate to print, or as an Open Badge: where mails lead to, by the address of the page."""
    return redirect(f"{_files(id)}.{form}", 302)


def _files(id: UUID) -> str:
    return f"/registration/v1/certificates/{id}"
