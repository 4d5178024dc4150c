"""`/catalog/sitemap.xml` and `/catalog/oembed`: what leads programs to the pages."""

from typing import Any

from flask import Response, abort
from psycopg import Connection

from services.catalog import reading
from services.catalog.answers import answer, answer_bytes
from services.catalog.pages import oembed, queries, sitemap
from services.catalog.pages.schemas import OEmbedQuery, OEmbedSchema
from services.catalog.publishing.domain import Document
from shared.errors import Moved, NotFound
from shared.http import Blueprint
from shared.runtime import connection

XML = "application/xml"

public = Blueprint("pages-api", __name__, url_prefix="/catalog", public=True, description="What leads to the pages")


@public.get("/sitemap.xml")
@public.response(200, {"type": "string"}, content_type=XML)
def show_sitemap() -> Response:
    """The addresses of all pages; of parts of the sitemap where there are many."""
    with connection() as conn:
        parts = queries.select_parts(conn, size=sitemap.SIZE)
        if len(parts) > 1:
            return answer_bytes(sitemap.index(parts), XML)
        found = queries.select_addresses(conn, first=parts[0].first, limit=sitemap.SIZE) if parts else []
    return answer_bytes(sitemap.urlset(found, with_home=True), XML)


@public.get("/sitemap-<int:number>.xml")
@public.response(200, {"type": "string"}, content_type=XML)
def show_sitemap_part(number: int) -> Response:
    """A part of the sitemap, as it names them."""
    with connection() as conn:
        parts = queries.select_parts(conn, size=sitemap.SIZE)
        if not 1 <= number <= len(parts):
            raise NotFound("The sitemap has no such part.")
        found = queries.select_addresses(conn, first=parts[number - 1].first, limit=sitemap.SIZE)
    return answer_bytes(sitemap.urlset(found, with_home=number == 1), XML)


@public.get("/oembed")
@public.arguments(OEmbedQuery, location="query")
@public.response(200, OEmbedSchema)
@public.alt_response(404, description="Not the address of a page that can be embedded")
@public.alt_response(501, description="Another format")
def show_oembed(query: dict[str, Any]) -> Response:
    """How to show a page of this catalog within another site (https://oembed.com)."""
    if query["format"] not in ("json", "xml"):
        abort(501, description="Formats are json and xml.")
    found = oembed.find_page(query["url"])
    if found is None:
        raise NotFound("This is not the address of a session, a series or an announcement of this catalog.")
    with connection() as conn:
        document = _read(conn, *found)
    described = oembed.describe(found[0], document, width=query["maxwidth"], height=query["maxheight"])
    if query["format"] == "xml":
        return answer_bytes(oembed.write_xml(described), "text/xml; charset=utf-8")
    return answer(described)


def _read(conn: Connection, kind: str, slug: str) -> Document:
    """What is found under a slug, also under one that it no longer has: embedded pages are not edited."""
    try:
        entry = reading.find(conn, kind, slug)
    except Moved as moved:
        entry = reading.find(conn, kind, moved.slug)
    return reading.present(conn, entry)
