"""`/catalog/v1/changes`: the feed by which a mirror stays exact."""

from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from services.catalog.announcements.representations import present_announcement
from services.catalog.changes import queries
from services.catalog.changes.schemas import ChangesQuery, ChangesSchema
from services.catalog.entries import urls
from services.catalog.entries.responses import answer
from shared.errors import Invalid
from shared.http import Blueprint
from shared.http.pagination import decode_cursor, encode_cursor
from shared.runtime import connection

public = Blueprint("changes", __name__, url_prefix="/catalog/v1", public=True, description="What changed")
LARGEST = 2**63 - 1


@public.get("/changes")
@public.arguments(ChangesQuery, location="query")
@public.response(200, ChangesSchema)
def list_changes(query: dict[str, Any]) -> Response:
    """List every public change in commit order. Start without `after`, then continue with the cursor of the last change
    you processed. No change is missed or repeated.
    """
    after = _position(query["after"])
    with connection() as conn:
        found = queries.select_changes(conn, after=after, limit=query["limit"] + 1)
    items = [_present_change(change) for change in found[: query["limit"]]]
    last = items[-1]["cursor"] if items else query["after"]
    more = last if len(found) > query["limit"] else None
    headers = {"Link": f'<{request.path}?{urlencode({**query, "after": more})}>; rel="next"'} if more else {}
    return answer({"items": items, "next": more, "last": last}, headers=headers)


def _position(cursor: str | None) -> int:
    try:
        (position,) = decode_cursor(cursor, int) or (0,)
    except Invalid:
        position = -1
    if not 0 <= position <= LARGEST:
        raise Invalid({"after": ["Not a cursor of this list."]})
    return position


def _present_change(change: dict[str, Any]) -> dict[str, Any]:
    cursor = encode_cursor(change.pop("position"))
    document, kind = change.pop("document"), change["kind"]
    if document and kind == "announcement":
        document = present_announcement(document)
    elif document:
        scheduled = kind == "session" and "starts_at" in document["when"]
        document["links"] = urls.links_of(kind, change["slug"], scheduled=scheduled)
    if document and kind == "session":
        document["registration"]["url"] = urls.registration_url()
    return {"cursor": cursor, **change, "document": document}
