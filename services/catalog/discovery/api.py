"""`/catalog/v1/sessions`, `recordings` and `changes`: what there is, and how a mirror stays exact."""

from typing import Any, cast
from urllib.parse import parse_qsl, urlencode

import marshmallow as ma
from flask import Response, request
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from services.catalog import addresses
from services.catalog.announcements import documents as announcements
from services.catalog.answers import answer, answer_list, etag_of_bytes, list_body
from services.catalog.discovery import cursors, listing, queries
from services.catalog.discovery.schemas import (
    ChangesQuery,
    ChangesSchema,
    RecordingListSchema,
    RecordingQuery,
    SessionListSchema,
    SessionQuery,
)
from services.catalog.sessions import details
from shared.errors import Invalid
from shared.http import Blueprint
from shared.http.kept import Direct
from shared.http.pagination import decode_cursor, encode_cursor, next_page
from shared.runtime import connection

LARGEST = 2**63 - 1
SESSIONS = "/catalog/v1/sessions"
SESSION_QUERY = SessionQuery()

public = Blueprint(
    "discovery", __name__, url_prefix="/catalog/v1", public=True, description="What there is, and what changed"
)


@public.get("/sessions")
@public.arguments(SessionQuery, location="query")
@public.response(200, SessionListSchema)
def list_sessions(query: dict[str, Any]) -> Response:
    """Sessions, those that may start first first.

    Several values of one filter widen the list, several filters narrow it. A session without an exact time is found
    by the interval in which it may start.
    """
    items, more, facets = _find(query, sort=query["sort"], facets=query["facets"])
    return answer_list(items, more, facets=facets)


def list_sessions_directly(query_string: str) -> Direct | None:
    """The same without Flask, which costs more than to find them; None for what may be refused or asks the database."""
    asked = MultiDict(parse_qsl(query_string, keep_blank_values=True))
    if "q" in asked or "include" in asked or not query_string.isascii():
        return None
    try:
        query = cast("dict[str, Any]", SESSION_QUERY.load(MultiDictProxy(asked, SESSION_QUERY), unknown=ma.RAISE))
        items, more, facets = _find(query, sort=query["sort"], facets=query["facets"])
    except (ma.ValidationError, Invalid):
        return None
    body = list_body(items, more, facets=facets)
    link = next_page(SESSIONS, asked.items(multi=True), more) if more else None
    return Direct(body, etag_of_bytes(body), link)


@public.get("/recordings")
@public.arguments(RecordingQuery, location="query")
@public.response(200, RecordingListSchema)
def list_recordings(query: dict[str, Any]) -> Response:
    """Sessions that have a published recording, the newest first."""
    items, more, _ = _find({**query, "recorded": True}, sort="-recorded", facets=False)
    return answer_list(items, more)


def _find(query: dict[str, Any], *, sort: str, facets: bool) -> tuple[list[bytes], str | None, dict[str, Any] | None]:
    """The items of a page, the cursor of the next, and the facets."""
    after = cursors.decode(sort, query["cursor"])
    found = listing.find(query, sort=sort, after=after, limit=query["limit"], facets=facets)
    items = details.choose(found.items, fields=query["fields_"], include=query["include"])
    return items, cursors.encode(sort, found.more) if found.more else None, found.facets


@public.get("/changes")
@public.arguments(ChangesQuery, location="query")
@public.response(200, ChangesSchema)
def list_changes(query: dict[str, Any]) -> Response:
    """Every public change in the order of commits.

    Start without `after`; go on with the cursor of the last change that you took in. Nothing is missed or comes twice.
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
        document = announcements.present(document)
    elif document:
        scheduled = kind == "session" and "starts_at" in document["when"]
        document["links"] = addresses.links_of(kind, change["slug"], scheduled=scheduled)
    if document and kind == "session":
        document["registration"]["url"] = addresses.registration_url()
    return {"cursor": cursor, **change, "document": document}
