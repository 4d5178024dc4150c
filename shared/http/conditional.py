"""Conditional requests (RFC 9110, 13): strong ETags made from what numbers the state, not from the bytes."""

import hashlib

from flask import Response, request

from shared.errors import PreconditionFailed, PreconditionRequired


def make_etag(*state: object) -> str:
    """An opaque tag for this state, e.g. the revision and the query that selects the representation."""
    return hashlib.sha256("\0".join(map(str, state)).encode()).hexdigest()[:32]


def not_modified(etag: str) -> Response | None:
    """The 304 that answers the request where it has this state already."""
    if not request.if_none_match.contains(etag):
        return None
    response = Response(status=304)
    response.set_etag(etag)
    return response


def require_match(etag: str) -> None:
    """Let an update on only where it was made from this state. Raises PreconditionRequired without If-Match,
    PreconditionFailed when stale.
    """
    if "If-Match" not in request.headers:
        raise PreconditionRequired("Send If-Match with the ETag that you read.")
    if not (request.if_match.star_tag or request.if_match.contains(etag)):
        raise PreconditionFailed("It has changed since you read it; read it again.")


def require_version(version: object) -> None:
    """Check like `require_match`, for tags that begin with the version of the entry (`7-…`): the rest of such a tag,
    such as the seats taken or the time, may have changed.
    """
    sent = [etag for etag in request.if_match if etag.partition("-")[0] == str(version)]
    require_match(sent[0] if sent else "")


def tag(response: Response, etag: str, *, cache_control: str = "no-cache") -> Response:
    """Put the tag and the caching rule on an answer."""
    response.set_etag(etag)
    response.headers["Cache-Control"] = cache_control
    return response
