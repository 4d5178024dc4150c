"""Errors as problem documents (RFC 9457), translated here once for all services."""

from collections.abc import Mapping
from typing import Any

import flask_smorest
import marshmallow as ma
import orjson
import psycopg
import structlog
from apispec import APISpec
from flask import Flask, Response, request, url_for
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests
from structlog.contextvars import get_contextvars
from werkzeug.exceptions import HTTPException

from shared.errors import DomainError, Moved, ProviderAway, TooMany, messages_by_path
from shared.http import pages

log = structlog.get_logger()

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = 2


class ProblemSchema(ma.Schema):
    """A problem document, RFC 9457; some say more, by members of their own (3.2)."""

    class Meta:
        unknown = ma.INCLUDE

    type = ma.fields.String(metadata={"example": "urn:convene:problem:registration-closed"})
    title = ma.fields.String(required=True, metadata={"example": "Conflict"})
    status = ma.fields.Integer(required=True, metadata={"example": 409})
    detail = ma.fields.String(metadata={"example": "Registration for this session is closed."})
    instance = ma.fields.String(metadata={"example": "/registration/v1/registrations"})
    request_id = ma.fields.String()
    errors = ma.fields.Dict(
        keys=ma.fields.String(),
        metadata={"description": "Messages by field", "example": {"email": ["Not a valid email address."]}},
    )


class Api(flask_smorest.Api):
    """flask-smorest with problem documents, in its answers and in its OpenAPI document."""

    ERROR_SCHEMA = ProblemSchema
    spec: APISpec

    def _register_responses(self) -> None:
        usual, self.DEFAULT_RESPONSE_CONTENT_TYPE = self.DEFAULT_RESPONSE_CONTENT_TYPE, CONTENT_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = usual

    def handle_http_exception(self, error: HTTPException) -> Response:  # pyright: ignore[reportIncompatibleMethodOverride]
        data = getattr(error, "data", None) or {}
        messages = data.get("errors") or data.get("messages")
        headers = {
            name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After", "WWW-Authenticate")
        }
        headers.update(data.get("headers") or {})
        detail = data.get("message") or ("The input is not valid." if messages else error.description)
        errors = _flatten(messages)
        problem = "invalid" if errors else None
        return problem_response(
            error.code or 500, error.name, problem=problem, detail=detail, errors=errors, headers=headers
        )


def install(app: Flask) -> None:
    """Translate what the domain and the database raise."""
    app.register_error_handler(DomainError, _refusal)
    for away in (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed, TooManyRequests):
        app.register_error_handler(away, _database_away)
    app.register_error_handler(psycopg.DataError, _unstorable)
    app.register_error_handler(UnicodeEncodeError, _unstorable)
    app.register_error_handler(Exception, _unexpected)


def problem_response(
    status: int,
    title: str,
    *,
    problem: str | None = None,
    detail: str | None = None,
    errors: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Response:
    """A problem document as an answer; a page of it for people."""
    document = {
        "type": f"urn:convene:problem:{problem}" if problem else "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "request_id": get_contextvars().get("request_id"),
        "errors": errors,
        **(extra or {}),
    }
    if pages.prefers_html():
        response = pages.respond("problem.html", status=status, problem=document)
    else:
        body = orjson.dumps({name: value for name, value in document.items() if value is not None}, default=str)
        response = Response(body, status, content_type=CONTENT_TYPE)
    response.headers.update(headers or {})
    response.headers["Cache-Control"] = "no-store"
    return response


def _refusal(error: DomainError) -> Response:
    headers = {"WWW-Authenticate": 'Bearer realm="convene"'} if error.status == 401 else {}
    if isinstance(error, TooMany | ProviderAway):
        headers["Retry-After"] = str(error.seconds)
    if isinstance(error, Moved):
        headers["Location"] = _present_address(error.slug)
    errors = getattr(error, "errors", None)
    title = error.problem.replace("-", " ").capitalize()
    return problem_response(
        error.status,
        title,
        problem=error.problem,
        detail=error.detail,
        errors=errors,
        headers=headers,
        extra=error.extra,
    )


def _present_address(slug: str) -> str:
    """Return the URL of the same request with the new slug."""
    path = url_for(request.endpoint or "", **{**(request.view_args or {}), "slug": slug})
    query = request.query_string.decode("ascii", "ignore")
    return f"{path}?{query}" if query else path


def _database_away(error: Exception) -> Response:
    log.warning("database away", error=type(error).__name__)
    return problem_response(
        503,
        "Service unavailable",
        problem="database-away",
        detail="The service cannot reach its database. Nothing was changed; please try again.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


def _unstorable(error: Exception) -> Response:
    log.info("input that cannot be stored", error=type(error).__name__)
    return problem_response(
        422, "Invalid", problem="invalid", detail="The input holds characters or numbers that cannot be stored."
    )


def _unexpected(error: Exception) -> Response:
    log.error("unexpected error", exc_info=error)
    return problem_response(
        500,
        "Internal server error",
        detail="Something went wrong on our side; it has been logged with this request id.",
    )


def _flatten(messages: Any) -> dict[str, Any] | None:
    """Messages by path, without the level that says where webargs found the input (json, query)."""
    if not isinstance(messages, Mapping):
        return None
    flat: dict[str, Any] = {}
    for name, inner in messages.items():
        found = name in ("json", "query", "form", "files") and isinstance(inner, Mapping)
        flat.update(messages_by_path(inner if found else {name: inner}))
    return flat
