"""`Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header): the same request sent again gets the same answer,
and takes effect once.

The key, the effect and the answer commit together. A key whose first request still runs is a 409; with another body
it is a 422; an answer is kept for 24 hours (see `shared.messaging.retention`). Refusals are not kept: a later try may
succeed.
"""

import hashlib
from collections.abc import Callable
from functools import wraps
from typing import Any

import orjson
import psycopg
from flask import Response, g, request
from psycopg import Connection

from shared.database import execute, fetch_dicts
from shared.errors import Conflict, Invalid
from shared.runtime import transaction

KEPT_HEADERS = ("Content-Type", "Location", "ETag")


def idempotent(view: Callable[..., Any]) -> Callable[..., Any]:
    """Wrap a view that creates something (outermost but for the route and the guard), so that it honours the header."""

    @wraps(view)
    def once(*args: Any, **kwargs: Any) -> Response:
        key = request.headers.get("Idempotency-Key")
        if key is None:
            return view(*args, **kwargs)
        if not 8 <= len(key) <= 255 or not key.isprintable():
            raise Invalid({"Idempotency-Key": ["Must be 8 to 255 printable characters."]})
        with transaction() as conn:
            if not _begin(conn, key):
                return _kept_answer(conn, key)
            response = view(*args, **kwargs)
            _keep(conn, key, response)
        return response

    vars(once).update(idempotent=True)
    return once


def _scope() -> str:
    return f"{g.get('actor', 'anyone')} {request.method} {request.path}"


def _hash() -> bytes:
    """Of all that is asked: a dry run is not the request that follows it."""
    return hashlib.sha256(request.query_string + b"\0" + request.get_data(cache=True)).digest()


def _begin(conn: Connection, key: str) -> bool:
    """Claim the key; waits for another request that holds it to end."""
    sql = """
        INSERT INTO idempotency_keys (key, scope, request_hash) VALUES (%(key)s, %(scope)s, %(hash)s)
        ON CONFLICT (scope, key) DO NOTHING
    """
    try:
        return bool(execute(conn, sql, key=key, scope=_scope(), hash=_hash()))
    except psycopg.errors.LockNotAvailable:
        raise Conflict("The first request with this key still runs.", problem="request-in-progress") from None


def _kept_answer(conn: Connection, key: str) -> Response:
    sql = "SELECT request_hash, status, headers, body FROM idempotency_keys WHERE scope = %(scope)s AND key = %(key)s"
    [kept] = fetch_dicts(conn, sql, key=key, scope=_scope())
    if bytes(kept["request_hash"]) != _hash():
        raise Invalid(
            {"Idempotency-Key": ["This key was used with another body."]}, "This key was used with another body."
        )
    response = Response(bytes(kept["body"]), kept["status"], kept["headers"])
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _keep(conn: Connection, key: str, response: Response) -> None:
    sql = """
        UPDATE idempotency_keys SET status = %(status)s, headers = %(headers)s::jsonb, body = %(body)s
         WHERE scope = %(scope)s AND key = %(key)s
    """
    headers = {name: response.headers[name] for name in KEPT_HEADERS if name in response.headers}
    execute(
        conn,
        sql,
        key=key,
        scope=_scope(),
        status=response.status_code,
        headers=orjson.dumps(headers).decode(),
        body=response.get_data(),
    )
