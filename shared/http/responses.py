"""Answers: JSON documents, most with a strong ETag made of their bytes, and the one that leads elsewhere."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response
from werkzeug.datastructures import Headers

from shared.http import conditional

PRIVATE = "private, no-cache"


class JSONResponse(Response):
    """A JSON document of any status that may have a body. Its headers go out as they are: it knows its length, and
    addresses of ours are URIs, so nothing is left that werkzeug would look for in a copy of them.
    """

    def get_wsgi_headers(self, environ: Mapping[str, Any]) -> Headers:  # noqa: ARG002
        return self.headers


def etag_for(document: Any) -> str:
    """The tag of the document as an answer."""
    return conditional.make_etag(orjson.dumps(document))


def json_response(document: Any, *, cache_control: str = PRIVATE, headers: dict[str, str] | None = None) -> Response:
    """Return the document as a response, or a 304 if the client has it."""
    body = orjson.dumps(document)
    etag = conditional.make_etag(body)
    response = conditional.not_modified(etag) or JSONResponse(body, content_type="application/json")
    response.headers.update(headers or {})
    return conditional.tag(response, etag, cache_control=cache_control)


def see_other(address: str) -> Response:
    """Leads on to another page, by GET (RFC 9110, 15.4.4): what was sent by a form is not sent again on a reload."""
    return Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
