"""Answers with a strong ETag made of their bytes, and the one that leads elsewhere."""

from typing import Any

import orjson
from flask import Response

from shared.http import conditional

PERSONAL = "private, no-cache"


def tag_of(document: Any) -> str:
    """The tag of the document as an answer."""
    return conditional.etag_of(orjson.dumps(document))


def answer(document: Any, *, cache_control: str = PERSONAL, headers: dict[str, str] | None = None) -> Response:
    """The document as an answer, or a 304 to whoever has it."""
    body = orjson.dumps(document)
    etag = conditional.etag_of(body)
    response = conditional.not_modified(etag) or Response(body, content_type="application/json")
    response.headers.update(headers or {})
    return conditional.tag(response, etag, cache_control=cache_control)


def see_other(address: str) -> Response:
    """Leads on to another page, by GET (RFC 9110, 15.4.4): what was sent by a form is not sent again on a reload."""
    return Response(status=303, headers={"Location": address, "Cache-Control": "no-store"})
