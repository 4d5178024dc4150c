"""`/catalog/sitemap.xml`: the URLs of all pages."""

from flask import Response

from services.catalog.entries.responses import answer_bytes
from services.catalog.sitemap import queries, sitemap_xml
from shared.errors import NotFound
from shared.http import Blueprint
from shared.runtime import connection

XML = "application/xml"
public = Blueprint("sitemap", __name__, url_prefix="/catalog", public=True, description="What leads to the pages")


@public.get("/sitemap.xml")
@public.response(200, {"type": "string"}, content_type=XML)
def show_sitemap() -> Response:
    """List the URLs of all pages, or of the sitemap's parts if there are many."""
    with connection() as conn:
        parts = queries.select_parts(conn, size=sitemap_xml.SIZE)
        if len(parts) > 1:
            return answer_bytes(sitemap_xml.index(parts), XML)
        found = queries.select_pages(conn, first=parts[0].first, limit=sitemap_xml.SIZE) if parts else []
    return answer_bytes(sitemap_xml.urlset(found, with_home=True), XML)


@public.get("/sitemap-<int:number>.xml")
@public.response(200, {"type": "string"}, content_type=XML)
def show_sitemap_part(number: int) -> Response:
    """List the URLs of one part of the sitemap."""
    with connection() as conn:
        parts = queries.select_parts(conn, size=sitemap_xml.SIZE)
        if not 1 <= number <= len(parts):
            raise NotFound("The sitemap has no such part.")
        found = queries.select_pages(conn, first=parts[number - 1].first, limit=sitemap_xml.SIZE)
    return answer_bytes(sitemap_xml.urlset(found, with_home=number == 1), XML)
