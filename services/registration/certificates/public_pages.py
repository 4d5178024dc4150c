"""Public pages of certificates."""

from typing import Any
from uuid import UUID

from flask import Response, redirect

from services.registration.certificates import domain
from services.registration.certificates.certificate_page import files_path, render_certificate
from shared.http.pages import Pages
from shared.runtime import connection

pages = Pages("verifying", url_prefix="/registration/certificates")


@pages.get("/<uuid:id>")
def show_certificate(id: UUID) -> Response:
    """Show whose certificate it is, what it is for, and whether it is valid."""
    with connection() as conn:
        certificate = domain.get(conn, id)
    return render_certificate(certificate)


@pages.get("/<uuid:id>.<any(pdf, json):form>")
def show_file(id: UUID, form: str) -> Any:
    """Redirect to the PDF or the Open Badge of a certificate; emails link here."""
    return redirect(f"{files_path(id)}.{form}", 302)
