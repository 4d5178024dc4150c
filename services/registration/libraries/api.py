"""The directory of libraries over HTTP."""

from typing import Any

from flask import Response

from services.registration.libraries import domain
from services.registration.libraries.schemas import LibrariesQuery, LibrariesSchema
from shared.http import Blueprint
from shared.http.responses import json_response
from shared.runtime import connection

bp = Blueprint("libraries", __name__, url_prefix="/registration/v1", description="The directory", public=True)


@bp.get("/libraries")
@bp.arguments(LibrariesQuery, location="query")
@bp.response(200, LibrariesSchema)
def list_libraries(query: dict[str, Any]) -> Response:
    """The libraries that somebody who is typing may mean; each word may be a beginning."""
    with connection() as conn:
        found = domain.find(conn, query["q"], state=query["state"], limit=query["limit"])
    return json_response(LibrariesSchema().dump({"items": found}), cache_control="public, max-age=3600")
