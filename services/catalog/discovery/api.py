"""`/catalog/v1/sessions` and `/catalog/v1/recordings`: filtered lists."""

from typing import Any, cast

import marshmallow as ma
import orjson
from flask import Response
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from services.catalog.discovery import listing, session_cursors
from services.catalog.discovery.schemas import RecordingListSchema, RecordingQuery, SessionListSchema, SessionQuery
from services.catalog.entries.responses import answer_bytes, etag_of_bytes
from services.catalog.sessions import details
from shared.errors import Invalid
from shared.http import Blueprint
from shared.http.pagination import link_next, next_page
from shared.http.response_cache import FastPathResponse

SESSIONS = "/catalog/v1/sessions"
SESSION_QUERY = SessionQuery()
REPEATED = MultiDictProxy(MultiDict(), SESSION_QUERY).multiple_keys
public = Blueprint(
    "discovery", __name__, url_prefix="/catalog/v1", public=True, description="What there is, and what changed"
)


@public.get("/sessions")
@public.arguments(SESSION_QUERY, location="query")
@public.response(200, SessionListSchema)
def list_sessions(query: dict[str, Any]) -> Response:
    """List sessions, by default by their earliest possible start.

    Several values of one filter widen the list, several filters narrow it. A session without an exact time matches by
    the interval in which it may start.
    """
    return _answer(*_list(query, sort=query["sort"], facets=query["facets"]))


def list_sessions_directly(asked: MultiDict[str, str]) -> FastPathResponse | None:
    """Fast path: the same list without Flask, which costs more than the lookup. Returns None if the request is invalid,
    so that Flask answers it.
    """
    try:
        # Like webargs' parser, which raises and catches an exception for each missing parameter.
        given = {name: asked.getlist(name) if name in REPEATED else asked[name] for name in asked}
        query = cast("dict[str, Any]", SESSION_QUERY.load(given, unknown=ma.RAISE))
        body, more = _list(query, sort=query["sort"], facets=query["facets"])
    except (ma.ValidationError, Invalid):
        return None
    return FastPathResponse(body, etag_of_bytes(body), next_page(SESSIONS, asked, more) if more else None)


@public.get("/recordings")
@public.arguments(RecordingQuery, location="query")
@public.response(200, RecordingListSchema)
def list_recordings(query: dict[str, Any]) -> Response:
    """List sessions that have a published recording, newest first."""
    return _answer(*_list({**query, "recorded": True}, sort="-recorded", facets=False))


def _list(query: dict[str, Any], *, sort: str, facets: bool) -> tuple[bytes, str | None]:
    """Return a page as JSON, and the cursor of the next one."""
    after = session_cursors.decode(sort, query["cursor"])
    found = listing.find(query, sort=sort, after=after, limit=query["limit"], facets=facets)
    items = details.choose(found.items, fields=query["fields_"], include=query["include"])
    more = session_cursors.encode(sort, found.more) if found.more else None
    counted = b"" if found.facets is None else b',"facets":' + orjson.dumps(found.facets)
    return b'{"items":[%s],"next":%s%s}' % (b",".join(items), orjson.dumps(more), counted), more


def _answer(body: bytes, more: str | None) -> Response:
    return answer_bytes(body, "application/json", headers=link_next(more))
