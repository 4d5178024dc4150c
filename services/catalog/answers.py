"""Answers to the public, with a strong ETag and a short life in caches."""

import hashlib
from typing import Any

import orjson
from flask import Response, request

from shared.http import conditional

# Readers see a change within a second; a cache may give the old answer while it fetches the new one.
CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=5"


def answer(document: Any, *, version: int | None = None, headers: dict[str, str] | None = None) -> Response:
    """The document as an answer, or a 304 to whoever has it. The tag is made of the bytes: whatever changes them, a
    write, a seat taken or the time, changes it. It begins with the `version` that a PUT is checked by, where there is
    one.
    """
    return _answer(orjson.dumps(document), "application/json", version=version, headers=headers)


def answer_bytes(body: bytes, content_type: str, *, headers: dict[str, str] | None = None) -> Response:
    """As `answer`, for what is not JSON."""
    return _answer(body, content_type, version=None, headers=headers)


def _answer(body: bytes, content_type: str, *, version: int | None, headers: dict[str, str] | None) -> Response:
    digest = hashlib.blake2b(body, digest_size=16).hexdigest()
    etag = digest if version is None else f"{version}-{digest}"
    response = conditional.not_modified(etag) or Response(body, content_type=content_type)
    response.headers.update(headers or {})
    # What staff read may be a draft, and what they read after a write must be new.
    cache_control = "no-store" if "Authorization" in request.headers else CACHE_CONTROL
    return conditional.tag(response, etag, cache_control=cache_control)
