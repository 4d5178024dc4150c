"""`/catalog/v1/sessions/…`: public reads of one session."""

from typing import Any

import orjson
from flask import Response

from services.catalog.availability.representations import present_entry
from services.catalog.entries import visibility
from services.catalog.entries.responses import answer_bytes
from services.catalog.sessions import details, schemas
from shared.http import Blueprint
from shared.runtime import connection

public = Blueprint("sessions", __name__, url_prefix="/catalog/v1", public=True, description="What one can attend")


@public.get("/sessions/<slug>")
@public.arguments(schemas.DetailQuery, location="query")
@public.response(200, schemas.SessionSchema)
def show_session(query: dict[str, Any], slug: str) -> Response:
    """Show a session. A PUT must quote its ETag."""
    with connection() as conn:
        entry = visibility.find_visible(conn, "session", slug)
        document = present_entry(conn, entry)
    [body] = details.choose([orjson.dumps(document)], fields=query["fields_"], include=query["include"])
    return answer_bytes(body, "application/json", version=entry.changed_in)
