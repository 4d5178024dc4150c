"""Certificates over HTTP: for anyone who has the link, in the form that they ask for."""

from typing import Any
from uuid import UUID

import orjson
from flask import Response, request

from services.registration.certificates import certificate_commands, domain, queries
from services.registration.certificates.certificate_page import render_certificate
from services.registration.certificates.open_badges import LIST_SIZE, Issuer
from services.registration.certificates.pdf import print_certificate
from services.registration.certificates.queries import Certificate
from services.registration.certificates.schemas import (
    CredentialSchema,
    ProfileSchema,
    ReissuedSchema,
    ReissueSchema,
    RevocationSchema,
    RevokedSchema,
)
from services.registration.links import page_urls
from shared import runtime
from shared.errors import Gone, NotFound
from shared.http import Blueprint
from shared.http.idempotency import idempotent
from shared.http.responses import json_response
from shared.runtime import connection, transaction

bp = Blueprint("certificates", __name__, url_prefix="/registration/v1", description="Certificates", public=True)
staff = Blueprint("revocations", __name__, url_prefix="/registration/v1", description="Certificates, for staff")

JSON, PDF, HTML = "application/json", "application/pdf", "text/html"
# Others verify what they hold as often as they like; that it was revoked they learn within this time.
CACHE = "public, max-age=300"


@bp.get("/certificates/<uuid:id>")
@bp.response(200, CredentialSchema)
def show_certificate(id: UUID) -> Response:
    """A certificate: as a page that anybody can verify it by, as an Open Badge, or as a PDF, by `Accept`."""
    kind = request.accept_mimetypes.best_match([JSON, HTML, PDF], default=JSON)
    shown = {JSON: _badge, PDF: _document, HTML: _page}[kind](id)
    shown.headers["Vary"] = "Accept"
    return shown


@bp.get("/certificates/<uuid:id>.json")
@bp.response(200, CredentialSchema)
def show_badge(id: UUID) -> Response:
    """The certificate as a signed Open Badges 3.0 credential; whether it was revoked stands in its status list."""
    return _badge(id)


@bp.get("/certificates/<uuid:id>.pdf")
@bp.response(200, content_type=PDF)
def show_document(id: UUID) -> Response:
    """The certificate to print: a tagged PDF. One that was revoked is not printed any more: 410."""
    return _document(id)


@bp.get("/certificates/status/<int:number>")
@bp.response(200, CredentialSchema)
def show_status_list(number: int) -> Response:
    """Which certificates were revoked, as a Bitstring Status List credential."""
    with connection() as conn:
        if number >= queries.count_lists(conn, size=LIST_SIZE):
            raise NotFound("There is no such status list.")
        revoked = queries.select_revoked_indexes(conn, first=number * LIST_SIZE, number=LIST_SIZE)
    return _json(_issuer().status_list(number, revoked, at=runtime.current().clock.now()))


@bp.get("/issuer")
@bp.response(200, ProfileSchema)
def show_issuer() -> Response:
    """Who issues certificates, and the key that they are signed with."""
    return _json(_issuer().profile())


@staff.delete("/certificates/<uuid:id>")
@staff.staff("registration:write")
@staff.arguments(RevocationSchema, location="query")
@staff.response(200, RevokedSchema)
def revoke_certificate(wanted: dict[str, Any], id: UUID) -> Certificate:
    """Take a certificate back, for good; the reason is shown to whoever verifies it."""
    with transaction() as conn:
        return certificate_commands.revoke(conn, id, reason=wanted["reason"])


@staff.post("/certificates/<uuid:id>/reissue")
@staff.staff("registration:write")
@idempotent
@staff.arguments(ReissueSchema)
@staff.response(201, ReissuedSchema)
def reissue_certificate(wanted: dict[str, Any], id: UUID) -> Response:
    """Correct a certificate: revoke it, and issue another with a new id, by the name, the title and the contact hours
    as they are now. What one says stays as it was when it was issued.
    """
    with transaction() as conn:
        another = certificate_commands.reissue(conn, id, reason=wanted["reason"])
    location = f"/registration/v1/certificates/{another.id}"
    response = json_response(ReissuedSchema().dump(another), headers={"Location": location})
    response.status_code = 201
    return response


def _badge(id: UUID) -> Response:
    return _json(_issuer().badge(_find(id)))


def _page(id: UUID) -> Response:
    return render_certificate(_find(id))


def _document(id: UUID) -> Response:
    certificate = _find(id)
    if certificate.revoked_at:
        raise Gone("This certificate was revoked.", problem="certificate-revoked")
    response = Response(print_certificate(certificate, address=_address(id)), content_type=PDF)
    response.headers["Content-Disposition"] = f'inline; filename="certificate-{certificate.slug}.pdf"'
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _find(id: UUID) -> Certificate:
    with connection() as conn:
        return domain.get(conn, id)


def _issuer() -> Issuer:
    return Issuer(runtime.settings())


def _address(id: UUID) -> str:
    return f"{runtime.settings().public_url}{page_urls.certificate(id)}"


def _json(document: Any) -> Response:
    response = Response(orjson.dumps(document), content_type=JSON)
    response.headers["Cache-Control"] = CACHE
    return response
