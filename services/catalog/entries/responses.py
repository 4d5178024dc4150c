"""Answers to the public: with a strong ETag, a short life in caches, and kept here until something changes."""

from typing import Any

import orjson
import xxhash
from flask import Response, g, request

from shared.http import conditional, response_cache

# Readers see a change within a second; a cache may give the old answer while it fetches the new one.
CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=5"


def answer(document: Any, *, version: int | None = None, headers: dict[str, str] | None = None) -> Response:
    """The document as JSON."""
    return answer_bytes(orjson.dumps(document), "application/json", version=version, headers=headers)


def etag_of_bytes(body: bytes) -> str:
    """A strong tag made of the bytes: whatever changes them, a write, a seat taken or the time, changes it.

    Nobody gains by two answers with one tag, so it need not withstand attacks; 128 bits keep it from happening.
    """
    return xxhash.xxh3_128_hexdigest(body)


def answer_bytes(
    body: bytes, content_type: str, *, version: int | None = None, headers: dict[str, str] | None = None
) -> Response:
    """The bytes as an answer, or a 304 to whoever has them. Their tag begins with the `version` that a PUT is checked
    by, where there is one.

    What staff read is not kept: it may be a draft, and what they read after a write must be new.
    """
    digest = etag_of_bytes(body)
    etag = digest if version is None else f"{version}-{digest}"
    response = conditional.not_modified(etag) or Response(body, content_type=content_type)
    response.headers.update(headers or {})
    if "Authorization" in request.headers or "staff" in g:
        return conditional.tag(response, etag, cache_control="no-store")
    response_cache.mark_cacheable(body, content_type)
    return conditional.tag(response, etag, cache_control=CACHE_CONTROL)
