"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same request sent again gets the same answer,
and takes effect once.

The effect, the key and the answer commit together: of two requests with one key, the second finds the first's key when
it is to write its own, and all that it did is void. A key whose first request still runs is a 409; with another body it
is a 422; an answer is kept for 24 hours (see `shared.messaging.retention`). Refusals are not kept: a later try may
succeed.

A stored response is given only to the same credential, and only if that still has permission: guards are outside (see
`shared.http.guards`), and no stored response replaces a view's own 401 or 403.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, LiteralString

import orjson
import psycopg
from flask import Response, g, request
from psycopg import Connection

from shared.conflict_retry import retry_on_conflict
from shared.database import execute, fetch_dicts
from shared.errors import Conflict, DomainError, Forbidden, Invalid, Unauthorized
from shared.runtime import connection

# Takes the row that `Key.keep` gives; the statement may say from what and on what condition.
INSERT_ANSWER: LiteralString = """
    INSERT INTO idempotency_keys (key, scope, request_hash, status, headers, body)
    SELECT %(key)s, %(scope)s, %(hash)s, %(status)s, %(headers)s::jsonb, %(body)s
"""
STORED_HEADERS = ("Content-Type", "Location", "ETag", "Cache-Control")


class DuplicateKey(Exception):
    """Another request came with the same key before."""


@dataclass(frozen=True)
class Key:
    """The key of the present request."""

    key: str
    scope: str
    hash: bytes

    def keep(self, response: Response) -> dict[str, Any]:
        """The row of `idempotency_keys` by which `response` is given again."""
        headers = {name: value for name, value in response.headers if name in STORED_HEADERS}
        return {
            "key": self.key,
            "scope": self.scope,
            "hash": self.hash,
            "status": response.status_code,
            "headers": orjson.dumps(headers).decode(),
            "body": response.get_data(),
        }


FastPath = Callable[..., Response | None]
NO_ROW: dict[str, Any] = dict.fromkeys(("key", "scope", "hash", "status", "headers", "body"))


def idempotent(view: Callable[..., Any] | None = None, *, fast_path: FastPath | None = None) -> Any:
    """Wrap a view that creates something (outermost but for the route and the guard), so that it honors the header.

    `fast_path(keep, …)` takes what the view takes, and may do all of it in one statement that also inserts the row that
    `keep(answer)` gives, or, without a key, `NO_ROW`; it answers None where it did nothing, and the view is to.
    """
    if view is None:
        return lambda wrapped: idempotent(wrapped, fast_path=fast_path)

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Response:
        key = _present_key()
        if key is None:
            return (fast_path and fast_path(lambda _: NO_ROW, *args, **kwargs)) or view(*args, **kwargs)
        try:
            done = fast_path and fast_path(key.keep, *args, **kwargs)
            return done or retry_on_conflict(lambda conn: _answer_first(conn, key, lambda: view(*args, **kwargs)))
        except (Unauthorized, Forbidden):
            raise
        except (DuplicateKey, DomainError) as refusal:
            # The effect of the first request may be the reason of this refusal.
            with connection() as conn:
                if kept := _find(conn, key):
                    return _answer_again(key, kept)
            if isinstance(refusal, DuplicateKey):
                raise Conflict("The first request with this key still runs.", problem="request-in-progress") from None
            raise

    vars(once).update(idempotent=True)
    return once


def _present_key() -> Key | None:
    """The hash is of all that is asked: a dry run is not the request that follows it. Raises Invalid."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not 8 <= len(key) <= 255 or not key.isprintable():
        raise Invalid({"Idempotency-Key": ["Must be 8 to 255 printable characters."]})
    asked = hashlib.sha256(request.query_string + b"\0" + request.get_data(cache=True)).digest()
    return Key(key, f"{_who()} {request.method} {request.path}", asked)


def _who() -> str:
    """Return the identity of the client: the name of staff; for others all credentials that they send."""
    if "actor" in g:
        return g.actor
    cookies = sorted((name, value) for name, value in request.cookies.items() if name.startswith("convene_"))
    brought = [request.headers.get("Authorization"), request.args.get("token"), *map("=".join, cookies)]
    if not any(brought):
        return "anyone"
    return f"anyone:{hashlib.sha256(ascii(brought).encode()).hexdigest()}"


def _answer_first(conn: Connection, key: Key, answer: Callable[[], Response]) -> Response:
    """Raises DuplicateKey if another request has the key."""
    response = answer()
    try:
        if execute(conn, INSERT_ANSWER + " ON CONFLICT (scope, key) DO NOTHING", **key.keep(response)):
            return response
    except psycopg.errors.LockNotAvailable:
        pass
    raise DuplicateKey


def _find(conn: Connection, key: Key) -> dict[str, Any] | None:
    sql = "SELECT request_hash, status, headers, body FROM idempotency_keys WHERE scope = %(scope)s AND key = %(key)s"
    found = fetch_dicts(conn, sql, key=key.key, scope=key.scope)
    return found[0] if found else None


def _answer_again(key: Key, kept: dict[str, Any]) -> Response:
    if bytes(kept["request_hash"]) != key.hash:
        raise Invalid(
            {"Idempotency-Key": ["This key was used with another body."]}, "This key was used with another body."
        )
    response = Response(bytes(kept["body"]), kept["status"], kept["headers"])
    response.headers["Idempotent-Replayed"] = "true"
    return response
