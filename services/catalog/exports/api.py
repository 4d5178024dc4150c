"""`GET /catalog/v1/initiatives/…/export`."""

from flask import Response, abort, request

from services.catalog.entries import visibility
from services.catalog.exports.domain import export_programme
from services.catalog.program_documents.schemas import ProgrammeSchema
from services.catalog.program_documents.text_formats import WRITERS
from shared.http import Blueprint
from shared.runtime import connection

staff = Blueprint("exports", __name__, url_prefix="/catalog/v1/initiatives", description="Whole programs")
BODY = {"description": "The programme document", "content": {kind: {"schema": ProgrammeSchema} for kind in WRITERS}}


@staff.get("/<slug>/export")
@staff.staff(visibility.SCOPE)
@staff.response(200, ProgrammeSchema, content_type="application/yaml")
@staff.doc(responses={200: BODY})
def export_initiative(slug: str) -> Response:
    """Export an initiative with everything in it, including drafts and join links, as a document to import."""
    kind = request.accept_mimetypes.best_match(list(WRITERS), default="")
    if not kind:
        abort(406, description=f"There is {' and '.join(WRITERS)}.")
    with connection() as conn:
        body = WRITERS[kind](export_programme(conn, visibility.find_visible(conn, "initiative", slug)))
    return Response(body, content_type=kind, headers={"Cache-Control": "no-store"})
