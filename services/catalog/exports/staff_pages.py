"""`/catalog/staff/initiatives/…/export`: download of a program document."""

from flask import Response

from services.catalog.entries import domain as entries
from services.catalog.entries import visibility
from services.catalog.exports.domain import export_programme
from services.catalog.program_documents.text_formats import WRITERS
from shared.http.pages import Pages
from shared.runtime import connection

pages = Pages("exports-desk", url_prefix="/catalog/staff")


@pages.get("/initiatives/<slug>/export.<any(yaml, json):form>")
@pages.staff(visibility.SCOPE)
def export(slug: str, form: str) -> Response:
    """Download an initiative with everything in it, as a file that can be imported again."""
    kind = f"application/{form}"
    with connection() as conn:
        body = WRITERS[kind](export_programme(conn, entries.find_entry(conn, "initiative", slug)))
    named = f'attachment; filename="{slug}.{form}"'
    return Response(body, content_type=kind, headers={"Cache-Control": "no-store", "Content-Disposition": named})
