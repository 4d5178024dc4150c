"""Public responses: a strong ETag, a short lifetime in caches, and cached in this process until the catalog changes."""

from typing import Any

import orjson
import xxhash
from flask import Response, g, request

from shared.http import conditional, response_cache

# Readers see a change within a second; a cache may serve the old response while it fetches the new one.
CACHE_CONTROL = "public, max-age=1, stale-while-revalidate=5"


def answer(document: Any, *, version: int | None = None, headers: dict[str, str] | None = None) -> Response:
    """Return the document as JSON."""
    return answer_bytes(orjson.dumps(document), "application/json", version=version, headers=headers)


def etag_of_bytes(body: bytes) -> str:
    """Return a strong ETag computed from the bytes: a write, a taken seat or the time may change them.

    It need not resist attacks, since nobody gains by a collision; 128 bits prevent accidental ones.
    """
    return xxhash.xxh3_128_hexdigest(body)


def answer_bytes(
    body: bytes, content_type: str, *, version: int | None = None, headers: dict[str, str] | None = None
) -> Response:
    """Return the bytes, or 304 if the client has them. The ETag begins with the `version` that a PUT must quote, if
    there is one.

    Responses to staff are not cached: they may be drafts, and must be current after a write.
    """
    digest = etag_of_bytes(body)
    etag = digest if version is None else f"{version}-{digest}"
    response = conditional.not_modified(etag) or Response(body, content_type=content_type)
    response.headers.update(headers or {})
    if "Authorization" in request.headers or "staff" in g:
        return conditional.tag(response, etag, cache_control="no-store")
    response_cache.mark_cacheable(body, content_type)
    return conditional.tag(response, etag, cache_control=CACHE_CONTROL)
