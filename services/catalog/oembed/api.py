"""`/catalog/oembed`: how other sites embed a page."""

from typing import Any

from flask import Response, abort
from psycopg import Connection

from services.catalog.entries import visibility
from services.catalog.entries.queries import Document
from services.catalog.entries.responses import answer, answer_bytes
from services.catalog.kinds import domain as kinds
from services.catalog.oembed import representations
from services.catalog.oembed.schemas import OEmbedQuery, OEmbedSchema
from shared.errors import Moved, NotFound
from shared.http import Blueprint
from shared.runtime import connection

public = Blueprint("oembed", __name__, url_prefix="/catalog", public=True, description="Embedding pages elsewhere")


@public.get("/oembed")
@public.arguments(OEmbedQuery, location="query")
@public.response(200, OEmbedSchema)
@public.alt_response(404, description="Not the address of a page that can be embedded")
@public.alt_response(501, description="Another format")
def show_oembed(query: dict[str, Any]) -> Response:
    """Describe how another site embeds a page of this catalog (https://oembed.com)."""
    if query["format"] not in ("json", "xml"):
        abort(501, description="Formats are json and xml.")
    found = representations.find_page(query["url"])
    if found is None:
        raise NotFound("This is not the address of a session, a series or an announcement of this catalog.")
    with connection() as conn:
        document = _read(conn, *found)
    described = representations.describe(found[0], document, width=query["maxwidth"], height=query["maxheight"])
    if query["format"] == "xml":
        return answer_bytes(representations.write_xml(described), "text/xml; charset=utf-8")
    return answer(described)


def _read(conn: Connection, kind: str, slug: str) -> Document:
    """Return the document with this slug or former slug, since pages that embed it are not edited."""
    try:
        entry = visibility.find_visible(conn, kind, slug)
    except Moved as moved:
        entry = visibility.find_visible(conn, kind, moved.slug)
    return kinds.present_entry(conn, entry)
